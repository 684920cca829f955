"""A version carries its card, a deposit what was said of it; lesson, keywords, source, licence, description are new"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("lesson", "source", "licence_code", "description"):
        op.add_column("work", sa.Column(name, sa.String(), nullable=True))
    op.add_column("work", sa.Column("keywords", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("version", sa.Column("card", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("version", sa.Column("guessed", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("deposit", sa.Column("card", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

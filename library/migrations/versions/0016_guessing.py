"""Wrong passwords of browsers that are known count apart; a printed password opens once"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("failed_sign_in", sa.Column("device", sa.String(), nullable=True))
    op.add_column("person", sa.Column("slip_used_at", library.database.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

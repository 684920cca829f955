"""The request that a deposit came with, so that its logs can be followed down to the parser"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deposit") as batch:
        batch.add_column(sa.Column("origin", sa.String(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

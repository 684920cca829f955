"""What a deposit has cost in all is kept on it, so that a budget holds over slices and workers"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MANY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("deposit", sa.Column("identity", sa.JSON(), nullable=True))
    op.add_column("deposit", sa.Column("turns", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deposit", sa.Column("seconds_spent", sa.Double(), server_default="0", nullable=False))
    op.add_column("deposit", sa.Column("parsers_died", sa.Integer(), server_default="0", nullable=False))
    op.add_column("deposit", sa.Column("pixels_drawn", MANY, server_default="0", nullable=False))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""A file may be larger than 2 GiB; on SQLite any number may"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("rendition", "deposit"):
            op.alter_column(table, "size", type_=sa.BigInteger(), existing_nullable=False)


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""What the desk's own clock said of a scan is kept beside the house's"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0025"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan", sa.Column("scanned_at", library.database.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

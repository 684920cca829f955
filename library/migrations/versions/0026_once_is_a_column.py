"""Whether a notice is told only once stands in its row, no longer as a list of kinds in an index"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ONCE = sa.text("once")


def upgrade() -> None:
    op.add_column("notice", sa.Column("once", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE notice SET once = true WHERE kind IN ('loan-due-soon', 'loan-overdue')")
    op.drop_index("uq_notice_once", "notice")
    op.create_index(
        "uq_notice_once",
        "notice",
        ["kind", "about_id", "person_id"],
        unique=True,
        sqlite_where=ONCE,
        postgresql_where=ONCE,
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

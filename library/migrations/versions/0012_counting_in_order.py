"""Indexes that hold all that is counted, in the order of works"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audience_token", "audience", ["token", "work_id", "from_at", "until_at"])
    op.drop_index("ix_audience_token_work", "audience")
    op.create_index("ix_work_counted", "work", ["id", "state", "subject_code", "grade", "version_id"])
    op.create_index("ix_version_counted", "version", ["work_id", "id", "page_count"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""Unread notices counted by an index, reminders told once, and the pulse of the workers"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ONCE = sa.text("kind IN ('loan-due-soon', 'loan-overdue')")


def upgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_unread", ["person_id", "read_at"], unique=False)
        batch_op.create_index(
            "uq_notice_once", ["kind", "about_id", "person_id"], unique=True, sqlite_where=ONCE, postgresql_where=ONCE
        )
    op.create_table(
        "pulse",
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("began_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_pulse")),
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

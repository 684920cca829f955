"""Reviews, new versions of a work, and the wish for a review"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PEOPLE = ("author_id", "uploaded_by_id", "submitted_by_id", "claimed_by_id", "decided_by_id")
NOT_BY_AN_AUTHOR = "{0} IS NULL OR ({0} <> author_id AND {0} <> uploaded_by_id AND {0} <> submitted_by_id)"
IS_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sight", sa.String(), nullable=False),
        sa.Column("sight_to", sa.JSON(), nullable=False),
        sa.Column("opens_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("claimed_by_id", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_on", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(NOT_BY_AN_AUTHOR.format("decided_by_id"), name=op.f("ck_review_author_never_decides")),
        sa.CheckConstraint(NOT_BY_AN_AUTHOR.format("claimed_by_id"), name=op.f("ck_review_author_never_claims")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'returned') OR (decided_by_id IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_review_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_review_work_id_work")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_review_version_id_version")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_unit_id_unit")),
        *(sa.ForeignKeyConstraint([one], ["person.id"], name=op.f(f"fk_review_{one}_person")) for one in PEOPLE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_work_id"), ["work_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_version_id"), ["version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_claimed_by_id"), ["claimed_by_id"], unique=False)
        batch_op.create_index("ix_review_queue", ["unit_id", "state", "submitted_at"], unique=False)
        batch_op.create_index(
            "uq_review_waiting",
            ["version_id", "level"],
            unique=True,
            sqlite_where=IS_WAITING,
            postgresql_where=IS_WAITING,
        )

    with op.batch_alter_table("deposit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("submitted_at", library.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("work_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_deposit_work_id_work", "work", ["work_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""Stored files are read again in slices of their keys; what is damaged, and when a backup was done, has a row"""

import uuid

import sqlalchemy as sa
from alembic import op

import library.database
from library.clock import now

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = library.database.UtcDateTime(timezone=True)
MANY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    slices = op.create_table(
        "fixity_slice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("beginning", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("begun_at", MOMENT, nullable=True),
        sa.Column("reached", sa.String(), nullable=True),
        sa.Column("files", MANY, nullable=False),
        sa.Column("bytes", MANY, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("set_aside_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_slice")),
        sa.UniqueConstraint("beginning", name=op.f("uq_fixity_slice_beginning")),
    )
    op.create_index(op.f("ix_fixity_slice_due_at"), "fixity_slice", ["due_at"], unique=False)
    made = {"created_at": now(), "files": 0, "bytes": 0, "attempts": 0}
    op.bulk_insert(slices, [made | {"id": uuid.uuid4(), "beginning": f"{number:02x}"} for number in range(256)])
    op.create_table(
        "damaged_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_damaged_file")),
        sa.UniqueConstraint("key", name=op.f("uq_damaged_file_key")),
    )
    op.create_index(op.f("ix_damaged_file_seen_at"), "damaged_file", ["seen_at"], unique=False)
    op.create_table(
        "backup",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup")),
    )
    op.create_index(op.f("ix_backup_taken_at"), "backup", ["taken_at"], unique=False)
    op.create_index(op.f("ix_deposit_key"), "deposit", ["key"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""What was deleted can be brought back for thirty days; works and persons carry the moment"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = library.database.UtcDateTime(timezone=True)
HOUSE, UNITS = "(SELECT hoclieu_house())", "CAST((SELECT hoclieu_units()) AS uuid[])"


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("set_aside_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    stands = sa.text("undone_at IS NULL")
    op.create_index(op.f("ix_deletion_due_at"), "deletion", ["due_at"], unique=False)
    op.create_index("ix_deletion_unit", "deletion", ["unit_id", "deleted_at"], unique=False)
    op.create_index(
        "uq_deletion_subject",
        "deletion",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    for table in ("work", "person"):
        op.add_column(table, sa.Column("deleted_at", MOMENT, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deletion ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE deletion FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_sight ON deletion USING ({HOUSE} OR unit_id = ANY ({UNITS}))")


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""Paper copies, patrons, loans and the desk"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_sequence",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_code_sequence")),
    )
    op.create_table(
        "closed_day",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_closed_day_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "day", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "patron",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("group_code", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_patron_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_patron_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron")),
        sa.UniqueConstraint("card", name=op.f("uq_patron_card")),
        sa.UniqueConstraint("unit_id", "person_id", name=op.f("uq_patron_unit_id")),
    )
    with op.batch_alter_table("patron", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patron_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_patron_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "school_calendar",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("open_weekdays", sa.String(), nullable=False),
        sa.Column("opening_hours", sa.String(), nullable=True),
        sa.Column("last_return_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_school_calendar_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_school_calendar")),
    )
    op.create_table(
        "item",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("barcode", sa.String(), nullable=False),
        sa.Column("accession", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("shelf", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("added_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_unit_id_unit")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_item_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("unit_id", "accession", name="uq_item_accession_in_unit"),
        sa.UniqueConstraint("unit_id", "barcode", name="uq_item_barcode_in_unit"),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_barcode"), ["barcode"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_work_id"), ["work_id"], unique=False)

    op.create_table(
        "loan",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("patron_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("accession", sa.Integer(), nullable=False),
        sa.Column("checked_out_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_as", sa.String(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_loan_item_id_item")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_loan_patron_id_patron")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_loan_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
    )
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loan_item_id"), ["item_id"], unique=False)
        batch_op.create_index("ix_loan_patron_open", ["patron_id", "closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_loan_open_item",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "scan",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("patron_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_scan_item_id_item")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_scan_loan_id_loan")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_scan_patron_id_patron")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scan_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_scan_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index("ix_scan_desk", ["unit_id", "happened_at"], unique=False)

    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.add_column(sa.Column("isbn", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_work_isbn"), ["isbn"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

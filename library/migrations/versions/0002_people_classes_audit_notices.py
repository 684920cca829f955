"""People with classes and dated names, the audit, notices"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("happened_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_chain", ["unit_id", "place"], unique=True)
        batch_op.create_index("ix_event_subject", ["subject_kind", "subject_id"], unique=False)
        batch_op.create_index("ix_event_unsealed", ["place", "happened_at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("due_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_until", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("set_aside_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_about", ["kind", "about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_due_at"), ["due_at"], unique=False)
        batch_op.create_index("ix_notice_inbox", ["person_id", "created_at"], unique=False)

    op.create_table(
        "school_class",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("school_year", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_school_class_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_class")),
        sa.UniqueConstraint("unit_id", "school_year", "name", name=op.f("uq_school_class_unit_id")),
    )
    with op.batch_alter_table("school_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_class_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_name",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("from_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
    )
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_name_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_succession",
        sa.Column("old_id", sa.Uuid(), nullable=False),
        sa.Column("new_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("old_id <> new_id", name=op.f("ck_unit_succession_not_itself")),
        sa.ForeignKeyConstraint(["new_id"], ["unit.id"], name=op.f("fk_unit_succession_new_id_unit")),
        sa.ForeignKeyConstraint(["old_id"], ["unit.id"], name=op.f("fk_unit_succession_old_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_succession")),
        sa.UniqueConstraint("old_id", "new_id", name=op.f("uq_unit_succession_old_id")),
    )
    with op.batch_alter_table("unit_succession", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_succession_new_id"), ["new_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_succession_old_id"), ["old_id"], unique=False)

    op.create_table(
        "enrolment",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("from_at", library.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until_at", library.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["school_class.id"], name=op.f("fk_enrolment_class_id_school_class")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("class_id", "person_id", "from_at", name=op.f("uq_enrolment_class_id")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolment_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_membership_person_id"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_membership_person_id"), ["person_id", "unit_id", "role", "from_at"]
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("first_password", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("idle_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seen_at", library.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("membership_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_sign_in_membership_id_membership", "membership", ["membership_id"], ["id"])

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authority_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("hub_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", library.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_unit_authority_id"), ["authority_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_hub_id"), ["hub_id"], unique=False)
        batch_op.create_foreign_key("fk_unit_authority_id_unit", "unit", ["authority_id"], ["id"])
        batch_op.create_foreign_key("fk_unit_hub_id_unit", "unit", ["hub_id"], ["id"])

    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sight_to", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("opens_at", library.database.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closes_at", library.database.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

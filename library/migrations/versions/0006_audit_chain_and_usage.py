"""The audit becomes an append-only chain; usage counts"""

import sqlalchemy as sa
from alembic import op

import library.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LINE = (
    "id",
    "happened_at",
    "act",
    "unit_id",
    "person_id",
    "on_behalf_of",
    "subject_kind",
    "subject_id",
    "before",
    "after",
    "facts",
    "origin",
)
TOLD = ", ".join(f'"{name}"' for name in LINE)
SAID = "the audit is append-only"


def upgrade() -> None:
    op.execute("CREATE TABLE event_before AS SELECT * FROM event")
    op.drop_table("event")
    create_event()
    op.execute(f"INSERT INTO event ({TOLD}) SELECT {TOLD} FROM event_before ORDER BY happened_at, id")
    op.drop_table("event_before")
    guard_postgresql() if op.get_bind().dialect.name == "postgresql" else guard_sqlite()
    op.create_table(
        "usage",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("work_id", "school_id", "day", name=op.f("pk_usage")),
    )


def create_event() -> None:
    """The table anew: a running number as its key, because lines come in an order that no clock keeps."""
    op.create_table(
        "event",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
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
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_event")),
        sa.UniqueConstraint("id", name=op.f("uq_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_chain", "event", ["unit_id", "place"], unique=True)
    op.create_index("ix_event_subject", "event", ["subject_kind", "subject_id"])
    op.create_index("ix_event_unsealed", "event", ["place", "sequence"])
    op.create_index("uq_event_previous", "event", ["previous"], unique=True)


def guard_sqlite() -> None:
    """Nothing is deleted; an update may only seal a line; an insert brings a line that is new and unsealed (so that
    REPLACE removes none).
    """
    kept = " AND ".join(f'OLD."{name}" IS NEW."{name}"' for name in ("sequence", *LINE))
    seals = (
        "OLD.place IS NULL AND OLD.previous IS NULL AND OLD.digest IS NULL AND NEW.place > 0 AND NEW.previous IS NOT "
        "NULL AND NEW.digest IS NOT NULL"
    )
    new = "NEW.place IS NULL AND NEW.previous IS NULL AND NEW.digest IS NULL"
    known = "EXISTS (SELECT 1 FROM event WHERE sequence = NEW.sequence OR id = NEW.id)"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    op.execute(f"CREATE TRIGGER event_never_deleted BEFORE DELETE ON event {refuse}")
    op.execute(f"CREATE TRIGGER event_only_sealed BEFORE UPDATE ON event WHEN NOT ({kept} AND {seals}) {refuse}")
    op.execute(f"CREATE TRIGGER event_only_new BEFORE INSERT ON event WHEN NOT ({new}) OR {known} {refuse}")


def guard_postgresql() -> None:
    """The same, and the table is never emptied."""
    same = " AND ".join(
        f'OLD."{name}"::text IS NOT DISTINCT FROM NEW."{name}"::text'
        if name == "facts"
        else f'OLD."{name}" IS NOT DISTINCT FROM NEW."{name}"'
        for name in ("sequence", *LINE)
    )
    op.execute(
        f"""
        CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF {same}
                    AND OLD.place IS NULL AND OLD.previous IS NULL AND OLD.digest IS NULL
                    AND NEW.place > 0 AND NEW.previous IS NOT NULL AND NEW.digest IS NOT NULL
                THEN
                    RETURN NEW;
                END IF;
            ELSIF TG_OP = 'INSERT' THEN
                IF NEW.place IS NULL AND NEW.previous IS NULL AND NEW.digest IS NULL THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '{SAID}' USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER event_append_only BEFORE INSERT OR UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION "
        "event_refuse()"
    )
    op.execute(
        "CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_refuse()"
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

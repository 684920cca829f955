"""A fair queue on both databases; a second wall around people, loans and reading history on PostgreSQL"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FUNCTIONS = (
    """
    CREATE FUNCTION hoclieu_house() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT coalesce(current_setting('hoclieu.house', true), '') = 'on' $$
    """,
    """
    CREATE FUNCTION hoclieu_person() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT CAST(nullif(current_setting('hoclieu.person', true), '') AS uuid) $$
    """,
    """
    CREATE FUNCTION hoclieu_units() RETURNS uuid[] LANGUAGE sql STABLE AS
    $$ WITH RECURSIVE within AS (
         SELECT unnest(CAST(coalesce(nullif(current_setting('hoclieu.units', true), ''), '{}') AS uuid[])) AS id
         UNION SELECT unit.id FROM unit JOIN within ON unit.parent_id = within.id)
       SELECT coalesce(array_agg(id), '{}') FROM within $$
    """,
)
HOUSE, ME, UNITS = "(SELECT hoclieu_house())", "(SELECT hoclieu_person())", "CAST((SELECT hoclieu_units()) AS uuid[])"
OF_MY_UNITS = (
    f"EXISTS (SELECT 1 FROM membership WHERE membership.person_id = person.id AND membership.unit_id = ANY ({UNITS}))"
)
MY_CARD = f"EXISTS (SELECT 1 FROM patron WHERE patron.id = loan.patron_id AND patron.person_id = {ME})"
WALLS = {
    "person": f"{HOUSE} OR id = {ME} OR {OF_MY_UNITS}",
    "patron": f"{HOUSE} OR person_id = {ME} OR unit_id = ANY ({UNITS})",
    "loan": f"{HOUSE} OR unit_id = ANY ({UNITS}) OR {MY_CARD}",
    "scan": f"{HOUSE} OR unit_id = ANY ({UNITS})",
    "reading_place": f"{HOUSE} OR person_id = {ME}",
}
NEWCOMER = f"{HOUSE} OR cardinality({UNITS}) > 0"  # a person has no role yet in the moment they are written


def upgrade() -> None:
    for table in ("deposit", "work"):
        waiting, held = sa.text("due_at IS NOT NULL"), sa.text("lease_until IS NOT NULL")
        op.create_index(
            f"ix_{table}_queue", table, ["unit_id", "due_at"], sqlite_where=waiting, postgresql_where=waiting
        )
        op.create_index(
            f"ix_{table}_leases", table, ["lease_until", "unit_id"], sqlite_where=held, postgresql_where=held
        )
    if op.get_bind().dialect.name == "postgresql":
        build_walls()


def build_walls() -> None:
    """FORCE: also the owner of a table stands before its wall."""
    for function in FUNCTIONS:
        op.execute(function)
    for table, condition in WALLS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_sight ON {table} USING ({condition})")
    op.execute(f"CREATE POLICY newcomer ON person FOR INSERT WITH CHECK ({NEWCOMER})")


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

"""A role, and a place in a class, is open once"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN_ONCE = {"membership": ("person_id", "unit_id", "role"), "enrolment": ("class_id", "person_id")}


def upgrade() -> None:
    holds = sa.text("until_at IS NULL")
    for table, columns in OPEN_ONCE.items():
        end_doubles(table, columns)
        op.create_index(
            f"uq_{table}_open", table, list(columns), unique=True, sqlite_where=holds, postgresql_where=holds
        )


def end_doubles(table: str, columns: tuple[str, ...]) -> None:
    """Two requests at one moment may have opened the same twice: the one that began first goes on, the others end as
    they began.

    Nobody's rights change by it: the role, or the place, stays open in the row that began first. So no line of the
    audit tells of it.
    """
    same = " AND ".join(f"earlier.{name} = {table}.{name}" for name in columns)
    first = (
        f"SELECT 1 FROM {table} AS earlier WHERE {same} AND earlier.until_at IS NULL AND earlier.from_at < "
        f"{table}.from_at"
    )
    op.execute(f"UPDATE {table} SET until_at = from_at WHERE until_at IS NULL AND EXISTS ({first})")


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

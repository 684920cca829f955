"""A one-time link and a printed password remember their maker, whose rights they are bound to"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MADE = "SELECT event.person_id FROM event WHERE act = '{act}' AND subject_kind = '{table}' AND subject_id = {table}.id ORDER BY sequence DESC LIMIT 1"
OPEN = {
    ("invitation", "made_by"): ("link-made", "used_at IS NULL"),
    ("person", "printed_by"): ("password-printed", "first_password"),
}


def upgrade() -> None:
    """The audit knows who made what is open today."""
    for (table, column), (act, still_open) in OPEN.items():
        op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
        op.execute(f"UPDATE {table} SET {column} = ({MADE.format(act=act, table=table)}) WHERE {still_open}")


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

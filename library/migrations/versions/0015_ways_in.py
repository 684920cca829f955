"""A one-time link and a printed password remember their maker, whose rights they are bound to"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MADE = (
    "SELECT event.person_id FROM event WHERE act = '{act}' AND subject_kind = '{table}' AND subject_id = {table}.id "
    "ORDER BY sequence DESC LIMIT 1"
)
UNTOLD = "NOT EXISTS (SELECT 1 FROM event WHERE act = '{act}' AND subject_kind = '{table}' AND subject_id = {table}.id)"
OPEN = {
    ("invitation", "made_by"): ("link-made", "used_at IS NULL"),
    ("person", "printed_by"): ("password-printed", "first_password"),
}


def upgrade() -> None:
    """The audit knows who made what is open today. Nobody's would be the operator's, who may do everything: so what it
    does not know opens nothing more.
    """
    for (table, column), (act, still_open) in OPEN.items():
        op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
        op.execute(f"UPDATE {table} SET {column} = ({MADE.format(act=act, table=table)}) WHERE {still_open}")
    op.execute(
        "DELETE FROM invitation WHERE used_at IS NULL AND person_id IS NOT NULL AND "
        f"{UNTOLD.format(act='link-made', table='invitation')}"
    )
    op.execute(
        "UPDATE person SET password_hash = NULL WHERE first_password AND "
        f"{UNTOLD.format(act='password-printed', table='person')}"
    )


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

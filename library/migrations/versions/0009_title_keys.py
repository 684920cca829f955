"""The words of catalogue cards, for finding titles without an index"""

import sqlalchemy as sa
from alembic import op

from library.catalogue.card_words import words_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
AT_ONCE = 2000


def upgrade() -> None:
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.add_column(sa.Column("card_words", sa.String(), nullable=False, server_default=""))

    connection = op.get_bind()
    work = sa.table(
        "work",
        *(sa.column(name) for name in ("key", "title", "authors", "isbn", "card_words")),
        sa.column("aliases", sa.JSON()),
    )
    after = -1
    while rows := connection.execute(
        sa.select(work).where(work.c.key > after).order_by(work.c.key).limit(AT_ONCE)
    ).all():
        written = [
            {"of": row.key, "words": words_of(row.title, row.authors, row.aliases or (), row.isbn)} for row in rows
        ]
        connection.execute(
            sa.update(work).where(work.c.key == sa.bindparam("of")).values(card_words=sa.bindparam("words")), written
        )
        after = rows[-1].key


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

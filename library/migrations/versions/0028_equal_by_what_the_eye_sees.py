"""Logins, codes of units, classes and labels keep their folded form beside them; names are in NFC

A house may hold pairs that look the same: the first has the form, the others have it with a number, so that the index
stands everywhere and nothing of theirs changes. `hoclieu doctor` lists them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from library.alike import numbered
from library.circulation.labels import label_key
from library.vietnamese import clean, seen

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

AT_ONCE = 2000
# table, what is compared, its form, how it is made, within what it is compared
FOLDED: tuple[tuple[str, str, str, Callable[[str], str], tuple[str, ...]], ...] = (
    ("person", "login", "login_key", seen, ()),
    ("unit", "code", "code_key", seen, ()),
    ("school_class", "name", "name_key", seen, ("unit_id", "school_year")),
    ("item", "barcode", "barcode_key", label_key, ("unit_id",)),
)
NAMED = ("person", "unit", "unit_name", "school_class")


def upgrade() -> None:
    for name in NAMED:
        compose(name)
    for name, text, key, fold, within in FOLDED:
        op.add_column(name, sa.Column(key, sa.String(), nullable=True))
        fill(name, text, key, fold)
        number_doubles(name, text, key, within)
        op.create_index(f"uq_{name}_{key}", name, [*within, key], unique=True)


def compose(name: str) -> None:
    """Names as they are written from now on, where two of one place do not become one by it."""
    for row in pages(name, "name"):
        written = clean(row.name)
        if written != row.name and not (name == "school_class" and taken(row.id, written)):
            write(name, [{"of": row.id, "text": written}], "name")


def taken(class_id: object, written: str) -> bool:
    """Whether another class of that school and year has this very name."""
    one, other = (sa.alias(table("school_class", "unit_id", "school_year", "name")) for _ in range(2))
    same = (one.c.unit_id == other.c.unit_id, one.c.school_year == other.c.school_year)
    wanted = sa.select(other.c.id).where(one.c.id == class_id, other.c.name == written, *same)
    return op.get_bind().execute(wanted).first() is not None


def fill(name: str, text: str, key: str, fold: Callable[[str], str]) -> None:
    """The form of every row: mostly the text as it stands."""
    op.execute(sa.text(f"UPDATE {name} SET {key} = {text}"))  # our own words
    batch: list[dict[str, object]] = []
    for row in pages(name, text):
        folded = fold(getattr(row, text))
        if folded != getattr(row, text):
            batch.append({"of": row.id, "text": folded})
        if len(batch) >= AT_ONCE:
            write(name, batch, key)
            batch = []
    write(name, batch, key)


def number_doubles(name: str, text: str, key: str, within: tuple[str, ...]) -> None:
    """Of those that look the same the one that is spelled so comes first, then the others by their spelling."""
    found = table(name, text, key, *within)
    group = [found.c[one] for one in (*within, key)]
    doubles = op.get_bind().execute(sa.select(*group).group_by(*group).having(sa.func.count() > 1)).all()
    for double in doubles:
        same = [column == value for column, value in zip(group, double, strict=True)]
        rows = op.get_bind().execute(sa.select(found.c.id, found.c[text]).where(*same)).all()
        rows = sorted(rows, key=lambda row: (row[1] != double[-1], row[1]))
        write(name, [{"of": row.id, "text": numbered(double[-1], place)} for place, row in enumerate(rows)], key)


def pages(name: str, text: str) -> Iterator[Any]:
    """All rows, some at a time."""
    found = table(name, text)
    wanted = sa.select(found.c.id, found.c[text]).order_by(found.c.id).limit(AT_ONCE)
    rows: Sequence[Any] = op.get_bind().execute(wanted).all()
    while rows:
        yield from rows
        rows = op.get_bind().execute(wanted.where(found.c.id > rows[-1].id)).all()


def write(name: str, written: list[dict[str, object]], column: str) -> None:
    """Another text in this column, for each id."""
    if written:
        found = table(name, column)
        op.get_bind().execute(
            sa.update(found)
            .where(found.c.id == sa.bindparam("of", type_=sa.Uuid()))
            .values({column: sa.bindparam("text")}),
            written,
        )


def table(name: str, *columns: str) -> sa.TableClause:
    """As much of a table as is asked for."""
    ids = ("id", *(one for one in columns if one.endswith("_id")))
    texts = [sa.column(one, sa.String()) for one in columns if one not in ids]
    return sa.table(name, *(sa.column(one, sa.Uuid()) for one in ids), *texts)


def downgrade() -> None:
    raise NotImplementedError("go back by restoring the backup taken before the upgrade")

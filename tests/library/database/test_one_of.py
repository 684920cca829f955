"""Values of an enum in the database: text there, the enum here."""

from enum import StrEnum

from sqlalchemy import Column, MetaData, Table, create_engine, insert, select, text

from library.database import OneOf


class Colour(StrEnum):
    RED = "red"


def test_a_value_comes_back_as_what_it_is_and_one_of_a_newer_release_as_text() -> None:
    table = Table("thing", MetaData(), Column("colour", OneOf(Colour), nullable=True))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"colour": Colour.RED}, {"colour": None}])
        connection.execute(text("INSERT INTO thing VALUES ('green')"))
        assert connection.scalars(text("SELECT colour FROM thing")).all() == ["red", None, "green"]
        red, none, green = connection.scalars(select(table.c.colour))
        assert (red is Colour.RED, none, green, type(green)) == (True, None, "green", str)
        assert connection.scalars(select(table.c.colour).where(table.c.colour == Colour.RED)).one() is Colour.RED

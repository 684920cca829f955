"""The front door on the wire."""

from api.catalogue.schemas import Card
from api.web.schemas import Named, Sent


class Shelf(Sent):
    """How many works I may see for one subject or grade."""

    code: str
    name: str
    count: int


class ReadOn(Card):
    """A book the signed-in reader has begun."""

    place: int


class Home(Sent):
    """What the home page shows."""

    library_name: str
    work_total: int
    page_total: int
    subjects: list[Shelf]
    grades: list[Shelf]
    newest: list[Card]
    read_on: list[ReadOn]
    tries: list[str]  # queries worth trying here


class Vocabulary(Sent):
    """The values of the forms."""

    subjects: list[Named]
    types: list[Named]
    series: list[Named]
    schools: list[Named]

"""What was typed, as it comes in: a number is never a thousandth of it, at no door; a line is composed."""

import unicodedata

import pytest
from pydantic import ValidationError

import api.app  # noqa: F401  # all rooms, and with them all wishes
from api.circulation.schemas import CalendarWish, NewCopies
from api.web.schemas import Wish, counts
from library.vietnamese import whole_number

TYPED = {"45": 45, "45.000": 45_000, "1.250.000": 1_250_000, "1 250 000": 1_250_000, " 12 ": 12, "-3": -3}


@pytest.mark.parametrize(("text", "number"), TYPED.items())
def test_a_dot_stands_between_thousands(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["45,5", "4.5", "45.00", "1.2500", "1.250,000", "0x10", "1_000", "1e3", "", "một"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no whole number"):
        whole_number(text)


def wishes(kind: type[Wish] = Wish) -> list[type[Wish]]:
    return [found for one in kind.__subclasses__() for found in (one, *wishes(one))]


COUNTING = [(wish, name) for wish in wishes() for name, field in wish.model_fields.items() if counts(field.annotation)]


@pytest.mark.parametrize(("wish", "name"), COUNTING, ids=[f"{wish.__name__}.{name}" for wish, name in COUNTING])
def test_no_wish_takes_a_thousandth(wish: type[Wish], name: str) -> None:
    made = wish.model_construct()
    for value in ("2.000", ["2.000"]):
        try:
            wish.__pydantic_validator__.validate_assignment(made, name, value)
        except ValidationError:
            continue
        assert getattr(made, name) in (2_000, [2_000])


def test_the_form_of_copies_reads_numbers_so_too() -> None:
    assert NewCopies(count="12").count == 12  # type: ignore[arg-type]
    assert CalendarWish(open_weekdays=["1", "2"]).open_weekdays == [1, 2]  # type: ignore[list-item]


def test_a_line_is_composed_whichever_keyboard_typed_it() -> None:
    assert NewCopies(title=unicodedata.normalize("NFD", "Dế Mèn")).title == "Dế Mèn"

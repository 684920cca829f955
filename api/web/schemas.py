"""What all wire shapes share, and the bounds of what is sent to us: nothing may be as long or as large as anybody
likes.
"""

from datetime import UTC, date, datetime
from typing import Annotated, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from library.vietnamese import clean, whole_number

BIGGEST = 2**63 - 1  # the largest number that both databases keep
# so that a day may be moved by weeks and zones and still be one
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)


def plain(text: str) -> str:
    """Without NUL, which PostgreSQL does not keep. Half a surrogate is refused by pydantic itself. Raises
    ValueError.
    """
    if "\x00" in text:
        raise ValueError("a NUL")
    return text


def one_line(text: str) -> str:
    """Composed, whichever keyboard typed it; without line ends and other control characters, which break headers of
    letters and lines of lists. Raises ValueError.
    """
    if any(letter < " " or letter in "\x7f\x85\u2028\u2029" for letter in text):
        raise ValueError("more than one line")
    return clean(text)


Line = Annotated[str, Field(max_length=300), AfterValidator(one_line)]  # a name or a title
Code = Annotated[str, Field(max_length=60), AfterValidator(plain)]  # an id, or a value of a vocabulary
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC), le=datetime(LAST_DAY.year, 12, 31, tzinfo=UTC))
]
Number = Annotated[int, Field(ge=1, le=1_000_000)]  # of a page, a part, a copy


class Sent(BaseModel):
    """Something the API sends; built from ORM objects or dataclasses."""

    model_config = ConfigDict(from_attributes=True)


def counts(annotation: object) -> bool:
    """Whether a field holds whole numbers."""
    return annotation is int or any(map(counts, get_args(annotation)))


class Wish(BaseModel):
    """Something a client asks for; unknown fields are refused. A number that was typed is read as people type it:
    `45.000` is never 45.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _whole(cls, value: object, field: ValidationInfo) -> object:
        if not counts(cls.model_fields[field.field_name or ""].annotation):
            return value
        if isinstance(value, list):
            return [whole_number(one) if isinstance(one, str) else one for one in value]
        return whole_number(value) if isinstance(value, str) else value

    @field_validator("*")
    @classmethod
    def _plain(cls, value: object) -> object:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                plain(one)
        return value


class Named(Sent):
    """A coded value of a vocabulary with its name in the language of the request."""

    code: str
    name: str


class Problem(Sent):
    """RFC 9457, with the sentence in both languages."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    vi: str
    en: str
    request_id: str | None = None

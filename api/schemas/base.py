"""What all wire shapes share."""

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    """Something the API sends; built from ORM objects or dataclasses."""

    model_config = ConfigDict(from_attributes=True)


class Wish(BaseModel):
    """Something a client asks for; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


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

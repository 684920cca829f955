"""The forms of a page as a browser would send them: what stands in them, and what somebody types and chooses."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

BY_TYPE = {"number": "7", "email": "da.go@example.vn", "date": "2027-05-20", "password": "bon-tu-de-nho-khac-2026"}
NEVER_BACK = ("password", "file")  # no browser and no house gives those back


@dataclass
class Field:
    """One field, or all boxes of one name."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)  # what is in it, or chosen
    options: list[str] = field(default_factory=list)  # what may be chosen


@dataclass
class Form:
    """A form by its address and fields. `folded`: it lies in a fold that is closed."""

    action: str
    folded: bool
    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def seen(self) -> dict[str, Field]:
        """What somebody types or chooses."""
        return {name: one for name, one in self.fields.items() if one.kind != "hidden"}

    @property
    def kept(self) -> dict[str, list[str]]:
        """What must come back."""
        return {name: one.values for name, one in self.seen.items() if one.kind not in NEVER_BACK}

    def other(self) -> dict[str, list[str]]:
        """Something else than stands there in every field that people see."""
        return {name: [*one.values] if one.kind == "hidden" else different(one) for name, one in self.fields.items()}


def different(one: Field) -> list[str]:
    """Another value than stands there."""
    if one.kind == "checkbox":
        return [option for option in one.options if option not in one.values][:3]
    if one.options:
        others = [option for option in one.options if option and option not in one.values]
        return others[-1:] or one.values
    return [BY_TYPE.get(one.kind, f"đã gõ {one.name}")]


def forms_of(html: str) -> list[Form]:
    """The forms that are sent with POST."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None
        self.within: Field | None = None  # a select or a text area
        self.folds: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "details":
            self.folds.append("open" in told)
        elif tag == "form" and told.get("method") == "post":
            self.form = Form(told["action"], not all(self.folds))
            self.found.append(self.form)
        elif self.form is not None and tag in ("input", "select", "textarea") and "name" in told:
            self._field(tag, told)
        elif tag == "option" and self.within is not None:
            self._option(told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.folds.pop()
        elif tag == "form":
            self.form = None
        elif tag in ("select", "textarea"):
            if self.within is not None and tag == "select":
                self.within.values = self.within.values or self.within.options[:1]
            self.within = None

    def handle_data(self, data: str) -> None:
        if self.within is not None and self.within.kind == "textarea":
            self.within.values = ["".join(self.within.values) + data]
        elif self.within is not None and self.bare is not None and data.strip():
            self._option({"value": data.strip(), **self.bare})
            self.bare = None

    bare: dict[str, str] | None = None  # an option whose value is its text

    def _field(self, tag: str, told: dict[str, str]) -> None:
        assert self.form is not None
        kind = told.get("type", "text") if tag == "input" else tag
        one = self.form.fields.setdefault(told["name"], Field(told["name"], kind))
        if tag in ("select", "textarea"):
            self.within = one
        elif kind in ("checkbox", "radio"):
            one.options.append(told.get("value", "on"))
            one.values += [told.get("value", "on")] if "checked" in told else []
        else:
            one.values = [told.get("value", "")]

    def _option(self, told: dict[str, str]) -> None:
        assert self.within is not None
        if "value" not in told:
            self.bare = told
            return
        self.within.options.append(told["value"])
        self.within.values = [told["value"]] if "selected" in told else self.within.values

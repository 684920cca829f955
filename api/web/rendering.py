"""Filling the templates. `say(vi, en)` picks the language, so a page can never be half translated."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any
from urllib.parse import urlencode

from jinja2 import FunctionLoader, StrictUndefined, select_autoescape
from jinja2.runtime import Macro
from markupsafe import Markup
from pydantic_core import to_json

from api.web.built import BUILT
from api.web.compiling import Templates
from library.calendar import LOCAL, local_date

COLOURS = {
    "toan": "TOAN",
    "van": "TIENG_VIET NGU_VAN TIENG_DTTS",
    "anh": "NGOAI_NGU_1 NGOAI_NGU_2",
    "khtn": "KHTN KHOA_HOC TNXH",
    "sudia": "LS_DL LICH_SU DIA_LI",
    "gdcd": "DAO_DUC GDCD GDKTPL GDQPAN",
    "li": "VAT_LI",
    "hoa": "HOA_HOC",
    "sinh": "SINH_HOC",
    "tin": "TIN_HOC TIN_HOC_CONG_NGHE",
    "congnghe": "CONG_NGHE",
    "theduc": "GDTC",
    "nghethuat": "NGHE_THUAT AM_NHAC MI_THUAT",
    "trainghiem": "HDTN HDTN_HN",
    "diaphuong": "GDDP",
}
COLOUR_OF = {code: colour for colour, codes in COLOURS.items() for code in codes.split()}


def source(name: str) -> str | None:
    """The text of one template, whose room its name does not tell; None when there is none of that name."""
    found = (room.joinpath("templates", name) for room in files("api").iterdir() if room.is_dir())
    return next((one.read_text(encoding="utf-8") for one in found if one.is_file()), None)


def filled(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with its facts. `{n:page|pages}` is the word for one or for many; a word may hold facts itself."""
    return "".join(
        [
            words if name is None else words + _fact(facts[name], filled(more, facts))
            for words, name, more in pieces(sentence)
        ]
    )


@cache
def pieces(sentence: str) -> tuple[tuple[str, str | None, str], ...]:
    """What stands before each fact, its name, and what the brackets say after the colon; a page asks hundreds of
    times.
    """
    return tuple((words, name, more or "") for words, name, more, _ in Formatter().parse(sentence))


def _fact(value: Any, more: str) -> str:
    one, choice, many = more.partition("|")
    return format(value, more) if not choice else one if str(value) == "1" else many


@cache
def templates(language: str) -> Templates:
    """The templates in this language. They escape everything and know every name they use."""
    english = language == "en"

    def say(vi: str, en: str, **facts: Any) -> str:
        sentence = en if english else vi
        return filled(sentence, facts) if facts else sentence

    def to(target: str, **parameters: Any) -> str:
        address = ("/en" if english else "") + target
        wanted = {key: value for key, value in parameters.items() if value not in (None, "", [])}
        return f"{address}?{urlencode(wanted, doseq=True)}" if wanted else address

    made = Templates(
        loader=FunctionLoader(source),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.certain = {"say": say, "to": to, "icon": icon}
    made.filters |= {"number": number, "megabytes": megabytes, "day": day, "moment": moment, "coded": coded}
    made.globals |= {"colour_of": COLOUR_OF.get, "asset": asset, "styles": styles, "wired": wired, "icon": icon}
    return made


def render(
    page: str,
    *,
    language: str,
    path: str,
    query: Mapping[str, str],
    me: object,
    name: str,
    data: Mapping[str, Any],
    swapped: bool = False,
    demo: bool = False,
) -> str:
    """One whole page. `path` is without the language prefix; `name` is the library's own name."""
    words = spoken(language)
    other = ("" if words["english"] else "/en") + path + (f"?{urlencode(query)}" if query else "")
    here = {
        "path": path,
        "swapped": swapped,
        "query": query,
        "other_language": other,
        "demo": demo,
    }
    template = templates(language).get_template(f"{page}.html")
    return template.render(**words, **here, page=page, me=me, library_name=name, **data)


@cache
def spoken(language: str) -> Mapping[str, Any]:
    """What every template may call in this language: `say`, `to`, and the pieces of `parts.html`, made once."""
    made = templates(language)
    words = {"language": language, "english": language == "en", **made.certain}
    parts = vars(made.get_template("parts.html").make_module(words))
    return words | {name: part for name, part in parts.items() if isinstance(part, Macro)}


@cache
def icon(name: str, more: str = "") -> Markup:
    """A picture beside a word. A page has dozens of them, so each is made once, and not by a macro."""
    return Markup('<svg class="i {}" aria-hidden="true"><use href="/static/icons.svg#i-{}"/></svg>').format(more, name)


def wired(**told: Any) -> str:
    """What a page tells its program: as the API sends it."""
    return to_json(told).decode()


def number(value: int, language: str = "vi") -> str:
    """Digits grouped as the language does: 1.204 or 1,204."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", ".")


def megabytes(size: int, language: str = "vi") -> str:
    """A file size people can read."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    text = f"{size / 1_000_000:.1f}".removesuffix(".0")
    return f"{text if language == 'en' else text.replace('.', ',')} MB"


def coded(things: Iterable[Any], code: str = "code") -> list[tuple[str, str]]:
    """Things to choose from: what stands for each, and its name."""
    return [(getattr(one, code), one.name) for one in things]


def day(moment: datetime) -> str:
    """A date as people here read it: 23/11/2026."""
    return f"{local_date(moment):%d/%m/%Y}"


def moment(when: datetime) -> str:
    """A moment as people here read it: 23/11/2026 14:05."""
    return f"{when.astimezone(LOCAL):%d/%m/%Y %H:%M}"


def asset(name: str) -> str:
    """The address of a built file; empty when the front end has not been built."""
    return manifest().get(name, "")


@cache
def styles() -> str:
    """All styles, to stand in the first page of a visit: one request less before anything is painted."""
    path = BUILT / manifest().get("styles", "/static/-").removeprefix("/static/")
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


@cache
def styles_hash() -> str:
    """What the content policy names those styles by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(styles().encode()).digest()).decode()}'"


@cache
def manifest() -> dict[str, str]:
    """Addresses of the built script, its styles, and the lazy parts, by their sources."""
    path = BUILT / ".vite" / "manifest.json"
    if not path.is_file():
        return {}
    entries = json.loads(path.read_text(encoding="utf-8"))
    found = {source_: f"/static/{entry['file']}" for source_, entry in entries.items()}
    styles = [css for entry in entries.values() if entry.get("isEntry") for css in entry.get("css", [])]
    return found | ({"styles": f"/static/{styles[0]}"} if styles else {})

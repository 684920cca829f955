"""The controlled vocabularies that ship with the house: subjects, resource types, textbook series, licences."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Term:
    """One coded value with its names; `en` falls back to Vietnamese where no English name is fixed."""

    code: str
    vi: str
    en: str

    def name(self, language: str) -> str:
        """The name in `vi` or `en`."""
        return self.en if language == "en" else self.vi


@cache
def load(name: str) -> dict[str, Any]:
    """The vocabulary file `name` (without ending), as it stands."""
    text = files("library.vocabularies").joinpath(f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _terms(name: str, *keys: str) -> dict[str, Term]:
    rows = [row for key in keys for row in load(name)[key]]
    return {row["code"]: Term(row["code"], row["vi"], row.get("en") or row["vi"]) for row in rows}


@cache
def subjects() -> dict[str, Term]:
    """Subjects by code, in the order of the programme."""
    return _terms("subjects-by-grade", "subjects")


@cache
def types() -> dict[str, Term]:
    """Resource types by code: digital ones first, then those of the print library."""
    return _terms("resource-types", "digital", "print")


@cache
def series() -> dict[str, Term]:
    """Textbook series by code."""
    return _terms("textbook-series", "series")


@cache
def reasons() -> dict[str, Term]:
    """Why a work is returned to its author, by code."""
    return _terms("review-reasons", "reasons")


@cache
def licences() -> dict[str, Term]:
    """Licences and rights statements by code."""
    return _terms("licences", "licences")


@cache
def widest_of() -> dict[str, str]:
    """The widest readers that each licence allows."""
    return {row["code"]: row["widest"] for row in load("licences")["licences"]}


GRADES = range(1, 13)

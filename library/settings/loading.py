"""Reading the settings; all mistakes are told at once."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from library.clock import now
from library.settings.checks import (
    SCHEMES,
    mail_mistakes,
    place_mistakes,
    production_mistakes,
    scheme_mistakes,
    without_secret,
)
from library.settings.fields import PREFIX, Settings, variable

# read where they are used, by child processes too
OUTSIDE = {"HOCLIEU_REQUEST_ID", "HOCLIEU_TESSDATA", "HOCLIEU_FAILPOINT", "HOCLIEU_TESTS_ON"}


class SettingsMistaken(Exception):
    """The settings cannot be used; `mistakes` holds one sentence each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingsMistaken with every mistake at once.

    Each setting may also be named with `_FILE` at its end: then its value is what that file holds, as secrets are
    handed to containers.
    """
    environment = os.environ if environment is None else environment
    given, files, mistakes = said(environment)
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic turns the words into numbers and paths
    except ValidationError as error:
        mistakes += [
            f"{variable(str(one['loc'][0]))}: {one['msg']} (given: {without_secret(one['input'])!r})."
            for one in error.errors()
        ]
        raise SettingsMistaken(mistakes + scheme_mistakes(given)) from error
    mistakes += scheme_mistakes({name: getattr(settings, name) for name in SCHEMES})
    mistakes += [*place_mistakes(settings), *mail_mistakes(settings)]
    if settings.in_production:
        mistakes += production_mistakes(settings, files, environment, now())
    if mistakes:
        raise SettingsMistaken(mistakes)
    return settings


def said(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Path], list[str]]:
    """The settings as given, the files that some of them come from, and a sentence for each that is unclear."""
    known = {variable(name) + ending for name in Settings.model_fields for ending in ("", "_FILE")} | OUTSIDE
    given = {name: environment[variable(name)] for name in Settings.model_fields if environment.get(variable(name))}
    files = {
        name: Path(environment[f"{variable(name)}_FILE"])
        for name in Settings.model_fields
        if environment.get(f"{variable(name)}_FILE")
    }
    read, unread = contents(files)
    unknown = [name for name in sorted(environment) if name.startswith(PREFIX) and name not in known]
    mistakes = [
        *(f"{name} is not a setting." for name in unknown),
        *(
            f"{variable(name)} and {variable(name)}_FILE are both set; leave one of them out."
            for name in files
            if name in given
        ),
        *unread,
    ]
    return given | read, {name: files[name] for name in read}, mistakes


def contents(files: Mapping[str, Path]) -> tuple[dict[str, str], list[str]]:
    """What the files hold, and a sentence for each that holds nothing."""
    found: dict[str, str] = {}
    mistakes: list[str] = []
    for name, path in files.items():
        try:
            found[name] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            mistakes.append(
                f"{variable(name)}_FILE: {path} cannot be read ({getattr(error, 'strerror', None) or 'no text'})."
            )
            continue
        if not found[name]:
            del found[name]
            mistakes.append(f"{variable(name)}_FILE: {path} is empty.")
    return found, mistakes

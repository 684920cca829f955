"""The scripts of docs/deploy.md, word for word, for a house that lies in folders of a test."""

import re
from pathlib import Path

from tests.stage.project import PROJECT

SCRIPT = re.compile(r"```sh\n(#!/bin/sh\n.*?)```", re.S)


def script(words: str, program: Path, disk: Path) -> str:
    """The first script that holds these words, with the program in this folder and the backup on this disk."""
    found = next(
        one for one in SCRIPT.findall((PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")) if words in one
    )
    return found.replace("/opt/hoclieu", str(program)).replace("/backup/", f"{disk}/")

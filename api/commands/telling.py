"""How commands speak: results on stdout (one JSON object a line with `--json`), progress on stderr, exit codes 0, 1 and
2.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from library import settings
from library.database.row_security import WallPassed
from library.errors import Refusal
from library.files.keys import StoreAway
from library.house import House, open_house
from library.migrations import SchemaNewer, SchemaOlder
from library.space import DiskFull, tells_full

out = Console(highlight=False)
progress = Console(stderr=True, highlight=False)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
OK, NOT_DONE, WRONG = 0, 1, 2  # done; done with refusals or misses; the command itself cannot run


def tell(row: dict[str, Any], text: str, *, as_json: bool) -> None:
    """One result."""
    if as_json:
        print(json.dumps(row, ensure_ascii=False), flush=True)
    else:
        out.print(text, markup=False)


def stop(sentence: str) -> NoReturn:
    """Say what is wrong and leave."""
    progress.print(sentence, markup=False, style="red")
    sys.exit(WRONG)


@contextmanager
def opened(*, migrate: bool | None = None, as_json: bool = False) -> Iterator[House]:
    """The house with its settings checked; mistakes are told all at once, a refusal with its code."""
    try:
        yield open_house(settings.load(), migrate=migrate)
    except settings.SettingsMistaken as mistaken:
        stop("\n".join(mistaken.mistakes))
    except (SchemaNewer, SchemaOlder, WallPassed) as other:
        stop(str(other))
    except StoreAway as away:
        stop(f"The file store is away: {away}")
    except (OperationalError, OSError) as error:
        if tells_full(error):
            refuse(DiskFull(), as_json=as_json)
        if isinstance(error, OSError):
            raise
        # its own words only: the statement may hold what is nobody's business
        stop(f"The database cannot be used: {str(error.orig).strip()}")
    except Refusal as refusal:
        refuse(refusal, as_json=as_json)


def refuse(refusal: Refusal, *, as_json: bool) -> NoReturn:
    """Say what the house will not do, with its code for programs, and leave."""
    if as_json:
        tell({"code": refusal.code, "vi": refusal.sentence("vi"), "en": refusal.sentence("en")}, "", as_json=True)
    stop(f"{refusal.sentence('vi')}\n{refusal.sentence('en')}")

"""Is it alive, is it ready, what is it?"""

from importlib.metadata import version

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.web.dependencies import GateNow, HouseNow, WatchNow
from api.web.gate import Gate, TryAgain
from api.web.schemas import Sent
from api.web.sending import at_store
from ingest.worker.vitals import Watch
from search.index import IndexAway

router = APIRouter()


class Health(Sent):
    """One word for the whole, and one for each part."""

    status: str
    parts: dict[str, str]


@router.get("/livez", response_model=Health)
def livez() -> Health:
    """The process answers."""
    return Health(status="ok", parts={})


@router.get("/readyz", response_model=Health, responses={503: {"model": Health}})
async def readyz(gate: GateNow, house: HouseNow, watch: WatchNow, response: Response) -> Health:
    """Database and file store work, and there is room; an index that lags or is away does not make the house unready,
    for the catalogue stands in.
    """
    parts = {"database": "ok", "files": "ok", "disk": "ok"}
    try:
        await gate.read(lambda session: session.execute(text("SELECT 1")).scalar_one())
    except (SQLAlchemyError, TryAgain):
        parts["database"] = "unavailable"
    try:
        await at_store(house.files.stat, "0" * 64)
    except OSError:
        parts["files"] = "unavailable"
    try:
        if any(disk.is_full() for disk in house.settings.disks):
            parts["disk"] = "full"
    except OSError:
        parts["disk"] = "unavailable"
    ready = set(parts.values()) == {"ok"}
    response.status_code = 200 if ready else 503
    if parts["database"] == "ok":
        parts["index"] = await state_of_index(gate, watch)
    return Health(status="ok" if ready else "unavailable", parts=parts)


async def state_of_index(gate: Gate, watch: Watch) -> str:
    """Its works, counted in the database and in the index itself."""
    try:
        lost = await gate.read(watch.is_lost)
    except (IndexAway, SQLAlchemyError, TryAgain):
        return "unavailable"
    return "lost: run `hoclieu index rebuild`" if lost else "ok"


class Release(Sent):
    """Which Hoclieu this is."""

    version: str


@router.get("/version", response_model=Release)
def release() -> Release:
    """The version that runs."""
    return Release(version=version("hoclieu"))

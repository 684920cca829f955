"""The application: one house behind HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI

from api import errors
from api.gate import Gate
from api.idle import NotingUse
from api.middleware import Wrapping
from api.routes import administration_pages, deposits, desk, desk_pages, health, home, me_pages, pages, people, reader, rosters, search, units, uploads, works
from api.static import BuiltFiles
from ingest.house import House
from search.index import open_index

THREADS = 40
BUILT = Path(__file__).parents[1] / "frontend" / "dist"


def create_app(house: House) -> FastAPI:
    """The application for an opened house."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        app.state.gate = Gate(house.engine)
        app.state.index = open_index(house.settings.index)
        yield
        app.state.index.close()
        house.engine.dispose()

    app = FastAPI(title="Hoclieu", version=version("hoclieu"), lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.house = house
    app.state.problem_page = pages.problem_page
    errors.install(app)
    app.add_middleware(NotingUse)
    app.add_middleware(Wrapping)
    for room in (search, health, people, units, rosters, home, works, reader, deposits, uploads, desk, pages, me_pages, desk_pages, administration_pages):
        app.include_router(room.router)
    app.mount("/static", BuiltFiles(BUILT), name="static")
    return app

"""The application: one house behind HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from fastapi import Depends, FastAPI

from api.doors import PAGES, ROOMS
from api.web import errors
from api.web.built import BUILT
from api.web.counting import writing_counts
from api.web.doors import Pages
from api.web.gate import gate_for
from api.web.idle import NotingUse
from api.web.known import only_known
from api.web.middleware import Wrapping
from api.web.pages import problem_page
from api.web.problems import problems, tell_refusals
from api.web.schemas import Problem
from api.web.static import BuiltFiles
from ingest.receiving.parts import RunningHashes
from ingest.worker.vitals import Watch
from library.catalogue.overviews import Overviews
from library.house import House
from library.usage import Counting
from search.engines import index_of

THREADS = 40


def create_app(house: House) -> FastAPI:
    """The application for an opened house."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        app.state.gate = gate_for(
            house.engine, connections=house.settings.database_connections, patience=house.settings.wait_seconds
        )
        app.state.index = index_of(house.settings)
        app.state.watch = Watch(house, app.state.index)
        async with writing_counts(app.state.gate, app.state.counting):
            yield
        app.state.index.close()
        house.engine.dispose()

    app = FastAPI(
        title="Hoclieu",
        version=version("hoclieu"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        responses=problems(errors.NotValid),  # FastAPI would else tell of its own 422
    )
    app.state.house = house
    app.state.counting = Counting()
    app.state.hashes = RunningHashes()
    app.state.overviews = Overviews()
    app.state.problem_page = problem_page
    errors.install(app)
    app.add_middleware(NotingUse)
    app.add_middleware(Wrapping)
    app.router.routes.append(Pages([route for room in PAGES for route in room.router.routes]))
    for room in ROOMS:
        app.include_router(room.router, dependencies=[Depends(only_known)])
    app.mount("/static", BuiltFiles(BUILT), name="static")
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    return app


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; what a refusal looks like stands in it once, and at each route which it gives."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        tell_refusals(document, [room.router for room in ROOMS])
    return FastAPI.openapi(app)

"""What routes ask for: a session behind the gate, who is asking, the moment, the language.

What only looks into the request is `async`, because FastAPI sends every plain function through a thread.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator
from sqlalchemy.orm import Session

from api.web.gate import Gate
from api.web.schemas import Code, Number, plain
from ingest.receiving.parts import RunningHashes
from ingest.worker.vitals import Watch
from library import clock
from library.catalogue.overviews import Overviews
from library.house import House
from library.people import sign_in
from library.people.sign_in import Actor
from search.index import Index

COOKIE = "hoclieu"


async def house_of(request: Request) -> House:
    """The opened house."""
    house: House = request.app.state.house
    return house


async def gate_of(request: Request) -> Gate:
    """The gate of this process."""
    gate: Gate = request.app.state.gate
    return gate


async def index_of(request: Request) -> Index:
    """The index, open for reading."""
    index: Index = request.app.state.index
    return index


async def hashes_of(request: Request) -> RunningHashes:
    """What this process has seen of the uploads that come in."""
    hashes: RunningHashes = request.app.state.hashes
    return hashes


async def overviews_of(request: Request) -> Overviews:
    """What this process has counted for the first page."""
    overviews: Overviews = request.app.state.overviews
    return overviews


async def watch_of(request: Request) -> Watch:
    """Looks at the house."""
    watch: Watch = request.app.state.watch
    return watch


async def reading(request: Request) -> AsyncIterator[Session]:
    """A reading session."""
    async with (await gate_of(request)).reading() as session:
        yield session


async def writing(request: Request) -> AsyncIterator[Session]:
    """A transaction that is committed before the response leaves."""
    async with (await gate_of(request)).writing() as session:
        yield session


async def moment() -> datetime:
    """The moment of this request."""
    return clock.now()


def language(request: Request) -> str:
    """`en` or `vi`: by the path of a page, else by what the client prefers."""
    if request.url.path == "/en" or request.url.path.startswith("/en/"):
        return "en"
    if request.url.path.startswith("/api/"):
        return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "vi"
    return "vi"


async def language_of(request: Request) -> str:
    """The language, as routes ask for it."""
    return language(request)


def cookie_name(request: Request, name: str = COOKIE) -> str:
    """Over https the name binds the cookie to this host and path."""
    house: House = request.app.state.house
    return f"__Host-{name}" if house.settings.secure else name


async def token_of(request: Request) -> str | None:
    """The opaque sign-in token of the browser."""
    return request.cookies.get(cookie_name(request))


HouseNow = Annotated[House, Depends(house_of)]
GateNow = Annotated[Gate, Depends(gate_of)]
IndexNow = Annotated[Index, Depends(index_of)]
HashesNow = Annotated[RunningHashes, Depends(hashes_of)]
OverviewsNow = Annotated[Overviews, Depends(overviews_of)]
WatchNow = Annotated[Watch, Depends(watch_of)]
Reading = Annotated[Session, Depends(reading, scope="function")]
Writing = Annotated[Session, Depends(writing, scope="function")]
Now = Annotated[datetime, Depends(moment)]
Language = Annotated[str, Depends(language_of)]
Token = Annotated[str | None, Depends(token_of)]

Asked = Annotated[str, Query(max_length=300), AfterValidator(plain)]  # one value of an address
# `search.query` has a sentence for what is too long
Words = Annotated[str, Query(max_length=4000, description="what to look for, or to mark")]
Values = Annotated[list[Code], Query(max_length=20)]
# of a picture's address: names its version, so that browsers may keep it for good
CacheKey = Annotated[str, Query(alias="v", max_length=40)]
Grade = Annotated[str, Query(max_length=2, pattern="^([1-9]|1[0-2])?$")]
PageNumber = Annotated[Number, Path()]


def number_in(text: str, most: int) -> int:
    """The number of a page as it stands in an address, brought into 1..most; what is no number is 1."""
    return min(max(int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 1, 1), most)


def reading_actor(session: Reading, token: Token, at: Now) -> Actor:
    """Who asks, in a reading request."""
    return sign_in.actor_of(session, token, at=at)


def writing_actor(session: Writing, token: Token, at: Now) -> Actor:
    """Who asks, in a writing request."""
    return sign_in.actor_of(session, token, at=at)


Reader = Annotated[Actor, Depends(reading_actor, scope="function")]
Writer = Annotated[Actor, Depends(writing_actor, scope="function")]

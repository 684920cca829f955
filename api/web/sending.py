"""Stored files on their way out, and everything else that waits for the file store.

A store may be slow, or swallow connections. So whoever waits for it does so in one of a few threads of its own: the
catalogue and the search keep theirs.
"""

from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from library.catalogue.models import Rendition
from library.files.sending import Part, as_download, part_of
from library.files.store import FileStore
from library.house import House

FOR_GOOD = "private, max-age=31536000, immutable"
ASK_FIRST = "private, no-cache"  # a browser keeps it, and asks each time whether its reader still may see it
CHUNK = 256 * 1024
HANDS = CapacityLimiter(24)  # threads that may wait for the store
# what a stored file is sent with besides 200, for the document of its route
IN_PARTS: dict[int | str, dict[str, str]] = {
    206: {"description": "The part that was asked for"},
    304: {"description": "The browser has it"},
    416: {"description": "There is no such part"},
}
LINK_SECONDS = 60  # a download begins within them; a part asked for later brings a fresh link
Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


async def at_store(act: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Do what waits for the store, away from the threads of everything else."""
    return await to_thread.run_sync(act, *arguments, limiter=HANDS)


class StoredFile(StreamingResponse):
    """A part of a stored file; it is opened before the status is sent, so that a store that is away is still told as
    such.
    """

    def __init__(
        self, files: FileStore, key: str, part: Part, status: int, headers: dict[str, str], media_type: str
    ) -> None:
        self.files, self.key, self.part = files, key, part
        super().__init__(self._chunks(), status, headers, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.stored, self.first = await at_store(self._open)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.stored.close()

    def _open(self) -> tuple[BinaryIO, bytes]:
        stored = self.files.open(self.key, start=self.part.start, length=None if self.part.whole else self.part.length)
        try:
            return stored, stored.read(min(CHUNK, self.part.length))
        except BaseException:
            stored.close()
            raise

    async def _chunks(self) -> AsyncIterator[bytes]:
        left, chunk = self.part.length, self.first
        while left > 0 and chunk:
            yield chunk
            left -= len(chunk)
            chunk = await at_store(self.stored.read, min(CHUNK, left)) if left else b""


def send(house: House, request: Request, rendition: Rendition, *, attachment: bool, lasting: bool = False) -> Response:
    """A stored file, or the part of it that was asked for; its key is its hash. The caller has asked whether the reader
    may see it.

    `lasting`: everybody may, for as long as is known, so that nobody need ask again.
    """
    tag = f'"{rendition.key[:32]}"'
    headers = {
        "Cache-Control": FOR_GOOD if lasting else ASK_FIRST,
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Vary": "Cookie",
    }
    if attachment:
        headers["Content-Disposition"] = as_download(rendition.name)
        headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    part = part_of(request.headers.get("range"), rendition.size)
    if part is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{rendition.size}"})
    if not part.whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{rendition.size}"
    headers["Content-Length"] = str(part.length)
    status = 200 if part.whole else 206
    if request.method == "HEAD":
        return Response(None, status, headers, media_type=rendition.media_type)
    return StoredFile(house.files, rendition.key, part, status, headers, rendition.media_type)


def _tags(condition: str) -> list[str]:
    """What a browser has; proxies that compress may have made a tag weak."""
    return [one.strip().removeprefix("W/") for one in condition.split(",")]


def signed(house: House, rendition: Rendition) -> Response | None:
    """The way to the store itself, for what everybody may read; None where the house has not opened its store to
    browsers.
    """
    link = house.files.url(
        rendition.key, seconds=LINK_SECONDS, name=rendition.name or "", media_type=rendition.media_type
    )
    return (
        RedirectResponse(link, 307, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}) if link else None
    )

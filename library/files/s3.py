"""Files in an S3 store (MinIO, SeaweedFS, any other), content-addressed: `sha256/ab/cd/<sha256>`.

    s3://ACCESS:SECRET@host:port/bucket?secure=false&region=us-east-1

A PUT is visible whole or not at all, and so is a multipart upload before it is completed: what a killed process leaves
is nothing.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

from minio import Minio
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from library.files.keys import Stat, StoreAway, WrongContent, check_key, hash_of
from library.files.line import Line, NoSuchRange, told
from library.files.sending import as_download

FOLDER = "sha256"
REGION = "us-east-1"  # told beforehand, so that nobody asks the store for it
CONNECT, READ, WRITE = 2, 5, 60  # seconds to wait for the line, for an answer, for a part to be written
CONNECTIONS = 32
PART = 16 * 1024 * 1024  # bytes of one part of a multipart upload; three are in memory at once
LONGEST_LINK = 300  # seconds


class S3Store:
    """The production adapter of the FileStore port."""

    def __init__(self, url: str, public_url: str = "") -> None:
        place = Place(url)
        self.bucket = place.bucket
        self.reader, self.writer = place.client(READ), place.client(WRITE)
        self.linker = place.client(READ, seen_from=public_url) if public_url else None
        self.line = Line(lambda: self.reader.bucket_exists(self.bucket))

    def prepare(self) -> None:
        """Make the bucket; harmless when another process was faster."""
        with self.line.held():
            if not self.writer.bucket_exists(self.bucket):
                self.writer.make_bucket(self.bucket)

    def put(self, key: str, path: Path, media_type: str, *, hashed: bool = False) -> bool:
        """Check the hash unless `hashed`, then write in one PUT or, from 16 MB on, in parts; at last ask the store for
        the length.
        """
        name = name_of(key)
        if self.stat(key) is not None:
            return False
        if not hashed and hash_of(path) != key:
            raise WrongContent(key)
        size = path.stat().st_size
        with self.line.held(), path.open("rb") as file:
            self.writer.put_object(self.bucket, name, file, size, media_type, part_size=PART)
        if size > PART and ((kept := self.stat(key)) is None or kept.size != size):
            self.delete(key)
            raise StoreAway(f"the store kept {kept} of {size} bytes")
        return True

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes from `start`, as they come over the line."""
        if length == 0:
            return self._nothing(key)
        try:
            with self.line.held():
                response = self.reader.get_object(self.bucket, name_of(key), offset=start, length=length or 0)
        except NoSuchRange:
            return self._nothing(key)
        return cast(BinaryIO, io.BufferedReader(Body(response), 256 * 1024))

    def stat(self, key: str) -> Stat | None:
        """Size and age, or None."""
        try:
            with self.line.held():
                found = self.reader.stat_object(self.bucket, name_of(key))
        except FileNotFoundError:
            return None
        return Stat(found.size or 0, found.last_modified or datetime.now(UTC))

    def delete(self, key: str) -> None:
        """Remove the object."""
        with self.line.held():
            self.writer.remove_object(self.bucket, name_of(key))

    def keys(self, beginning: str) -> Iterator[tuple[str, Stat]]:
        """What is kept, a thousand at a time."""
        prefix = f"{FOLDER}/{beginning[:2]}/{beginning[2:4]}" + (f"/{beginning}" if len(beginning) > 4 else "")
        with self.line.held():
            for found in self.reader.list_objects(self.bucket, prefix=prefix, recursive=True):
                yield (
                    str(found.object_name).rsplit("/", 1)[-1],
                    Stat(found.size or 0, found.last_modified or datetime.now(UTC)),
                )

    def url(self, key: str, *, seconds: int, name: str, media_type: str) -> str | None:
        """A signed link for this one object. Type and disposition are part of what is signed, so nobody can turn it
        into a page.
        """
        if self.linker is None:
            return None
        pinned: dict[str, Any] = {
            "response-content-type": media_type,
            "response-content-disposition": as_download(name),
            "response-cache-control": "no-store",
        }
        lasts = timedelta(seconds=min(seconds, LONGEST_LINK))
        return self.linker.presigned_get_object(self.bucket, name_of(key), expires=lasts, response_headers=pinned)

    def _nothing(self, key: str) -> BinaryIO:
        if self.stat(key) is None:
            raise FileNotFoundError(key)
        return io.BytesIO()


class Place:
    """Where the store stands, as its URL tells."""

    def __init__(self, url: str) -> None:
        parts, asked = urlsplit(url), parse_qs(urlsplit(url).query)
        self.host = parts.netloc.rpartition("@")[2]
        self.bucket = parts.path.strip("/")
        self.user, self.secret = unquote(parts.username or ""), unquote(parts.password or "")
        self.secure = asked.get("secure", ["true"])[0] != "false"
        self.region = asked.get("region", [REGION])[0]

    def client(self, seconds: float, *, seen_from: str = "") -> Minio:
        """A client that waits `seconds` for an answer, for the store or for the address under which browsers reach
        it.
        """
        host, secure = (
            (urlsplit(seen_from).netloc, seen_from.startswith("https://")) if seen_from else (self.host, self.secure)
        )
        lines = PoolManager(
            timeout=Timeout(connect=CONNECT, read=seconds),
            maxsize=CONNECTIONS,
            retries=OnceMore(1, connect=0, status=0),
        )
        return Minio(host, self.user, self.secret, secure=secure, region=self.region, http_client=lines)


class OnceMore(Retry):
    """One more try for a line that the server had closed while it lay in the pool; none for a server that keeps
    silent.
    """

    def increment(self, *request: Any, **outcome: Any) -> Self:
        if isinstance(error := outcome.get("error"), ReadTimeoutError):
            raise error
        return super().increment(*request, **outcome)


class Body(io.RawIOBase):
    """An answer of the store as a file; closing it early drops the line."""

    def __init__(self, response: BaseHTTPResponse) -> None:
        self.response = response

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with told():
            data = self.response.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self.response.close()
            self.response.release_conn()
        super().close()


def name_of(key: str) -> str:
    """The object's name."""
    check_key(key)
    return f"{FOLDER}/{key[:2]}/{key[2:4]}/{key}"

"""The S3 store through the port against the bare client: writing a large file and many small ones, reading parts."""

import hashlib
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from minio import Minio as Client
from minio.error import S3Error

from library.files.s3 import PART, S3Store
from tests.bench.figures import report
from tests.services.minio import BUCKET, Minio

MB = 1024 * 1024
LARGE, SMALL, PIECE = 128 * MB, 40_000, 64 * 1024  # bytes: a video, a page image, a part of a page that is being read
ROUNDS, FILES, PARTS = 5, 150, 400


def main() -> None:
    """All figures, both sides in turn in one run."""
    with Minio() as server, tempfile.TemporaryDirectory() as folder:
        store = S3Store(server.url())
        store.prepare()
        place = urlsplit(server.url())
        bare = Client(f"127.0.0.1:{server.port}", place.username, place.password, secure=False, region="us-east-1")
        large(store, bare, Path(folder))
        small(store, bare, Path(folder))
        parts(store, bare, Path(folder))


def large(store: S3Store, bare: Client, folder: Path) -> None:
    """A file of many parts that was hashed on its way in, as an upload's end gives it to the store."""

    def fresh() -> Path:
        path = folder / "large"
        path.write_bytes(os.urandom(MB) * (LARGE // MB) + uuid.uuid4().bytes)
        return path

    def ours(path: Path, key: str) -> None:
        store.put(key, path, "video/mp4", hashed=True)

    def floor(path: Path, key: str) -> None:
        bare.fput_object(BUCKET, f"bare/{key}", str(path), "video/mp4", part_size=PART)

    took = in_turn(ours, floor, fresh, ROUNDS)
    report(
        "S3 put of 128 MB through the port against the bare client, MB/s",
        LARGE / MB / took[0],
        LARGE / MB / took[1],
        0.8,
        least=True,
    )


def small(store: S3Store, bare: Client, folder: Path) -> None:
    """Page images; ours asks first whether the store has it and checks the hash."""

    def fresh() -> Path:
        path = folder / "small"
        path.write_bytes(os.urandom(SMALL))
        return path

    def floor(path: Path, key: str) -> None:
        if not exists(bare, key):
            bare.fput_object(BUCKET, f"bare/{key}", str(path), "image/webp")

    took = in_turn(lambda path, key: store.put(key, path, "image/webp"), floor, fresh, FILES)
    report(
        "S3 put of a page image (asked for, then put) against the bare client, files/s",
        1 / took[0],
        1 / took[1],
        0.8,
        least=True,
    )


def parts(store: S3Store, bare: Client, folder: Path) -> None:
    """Ranges of 64 kB from anywhere in a large file."""
    path = folder / "ranges"
    path.write_bytes(os.urandom(MB) * 64)
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    store.put(key, path, "video/mp4")
    name = f"sha256/{key[:2]}/{key[2:4]}/{key}"

    def ours(at: int) -> None:
        with store.open(key, start=at, length=PIECE) as stored:
            stored.read()

    def floor(at: int) -> None:
        answer = bare.get_object(BUCKET, name, offset=at, length=PIECE)
        answer.read()
        answer.close()
        answer.release_conn()

    took: tuple[list[float], list[float]] = ([], [])
    for place in range(PARTS):
        at = place * 7919 * 64 % (64 * MB - PIECE)
        for side, act in enumerate((ours, floor)):
            took[side].append(seconds(lambda act=act, at=at: act(at)))  # type: ignore[misc]
    report(
        "S3 range of 64 kB through the port against the bare client, reads/s",
        *(1 / statistics.median(one) for one in took),
        0.8,
        least=True,
    )


def in_turn(
    ours: Callable[[Path, str], object], floor: Callable[[Path, str], object], fresh: Callable[[], Path], rounds: int
) -> tuple[float, float]:
    """Median seconds of both sides, each on files of its own."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for side, act in enumerate((ours, floor)):
            path = fresh()
            key = hashlib.sha256(path.read_bytes()).hexdigest()
            took[side].append(seconds(lambda act=act, path=path, key=key: act(path, key)))  # type: ignore[misc]
    return statistics.median(took[0]), statistics.median(took[1])


def seconds(act: Callable[[], object]) -> float:
    """Seconds of the clock."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def exists(bare: Client, key: str) -> bool:
    """Whether the bare client finds the object."""
    try:
        bare.stat_object(BUCKET, f"bare/{key}")
    except S3Error:
        return False
    return True


if __name__ == "__main__":
    main()

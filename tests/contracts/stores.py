"""The stores that tests put files into, and how."""

import hashlib
from pathlib import Path

from library.files.store import FileStore
from tests.services.minio import Minio
from tests.services.seaweedfs import Seaweedfs

SERVERS: dict[str, type[Minio] | type[Seaweedfs]] = {"minio": Minio, "seaweedfs": Seaweedfs}


def file_of(folder: Path, data: bytes) -> tuple[str, Path]:
    """A file and its key."""
    path = folder / "nguon"
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest(), path


def read(store: FileStore, key: str, **part: int) -> bytes:
    with store.open(key, **part) as stored:
        return stored.read()

"""Bytes of an upload as they come: written, hashed and checked in one pass, so that nothing is read again at the
finish.

The SHA-256 of what has arrived so far lives in the memory of the process that received all of it. Whoever knows less (a
second process, one that was started again) hashes the file from the disk at the finish; the memory saves time and is
never needed.
"""

import hashlib
import os
import threading
import uuid
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Sequence

from library.errors import Wrong
from library.space import Disk, full_told

REMEMBERED = 1000  # running uploads a process
STRETCH = 8 * 1024**2  # bytes after which the disk is asked to begin


class TooLarge(Wrong):
    code = "file-too-large"
    vi = "Tệp lớn quá: nhiều nhất {limit_mb} MB. Chia nhỏ hoặc nén bớt rồi gửi lại."
    en = "The file is too large: at most {limit_mb} MB. Split or compress it and send it again."


class RunningHashes:
    """For each upload of this process: how many of its first bytes were seen, and their SHA-256."""

    def __init__(self) -> None:
        self._seen: OrderedDict[uuid.UUID, tuple[int, hashlib._Hash]] = OrderedDict()
        self._lock = threading.Lock()

    def at(self, upload: uuid.UUID, offset: int) -> "hashlib._Hash | None":
        """A hash that goes on from `offset`; None when other bytes than those seen here stand before it."""
        if offset == 0:
            return hashlib.sha256()
        with self._lock:
            length, digest = self._seen.get(upload, (0, None))
        return digest.copy() if digest is not None and length == offset else None

    def keep(self, upload: uuid.UUID, length: int, digest: "hashlib._Hash | None") -> None:
        """Remember the hash of the first `length` bytes; None: they are not known here."""
        with self._lock:
            self._seen.pop(upload, None)
            if digest is not None:
                self._seen[upload] = (length, digest)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    def forget(self, upload: uuid.UUID) -> None:
        """It has arrived or was given up."""
        self.keep(upload, 0, None)


class Part:
    """A run of bytes on its way into the file of an upload that has `size` bytes when it is whole. It leaves the
    reserve of its disk alone.
    """

    def __init__(
        self, descriptor: int, start: int, size: int, whole: "hashlib._Hash | None", algorithm: str | None, disk: Disk
    ) -> None:
        self.descriptor, self.start, self.offset, self.size = descriptor, start, start, size
        self.whole, self.disk = whole, disk
        self.own = hashlib.new(algorithm, usedforsecurity=False) if algorithm else None

    def write(self, chunks: Sequence[bytes]) -> None:
        """Write and hash what came. Raises TooLarge, DiskFull; what was written stays."""
        self.disk.refuse_beyond(sum(map(len, chunks)))
        before = self.offset
        for chunk in chunks:
            if self.offset + len(chunk) > self.size:
                raise TooLarge(limit_mb=self.size // 1024**2)
            for digest in (self.whole, self.own):
                if digest is not None:
                    digest.update(chunk)
            write_at(self.descriptor, chunk, self.offset)
            self.offset += len(chunk)
        self._hurry(before)

    def _hurry(self, before: int) -> None:
        """Let the disk begin with each stretch that is full, so that the one fsync at the finish finds little left to
        do.
        """
        begin, end = before - before % STRETCH, self.offset - self.offset % STRETCH
        if end > begin and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self.descriptor, begin, end - begin, os.POSIX_FADV_DONTNEED)

    def matches(self, expected: str) -> bool:
        """Whether the part's own checksum is the one its sender told."""
        return self.own is None or b64encode(self.own.digest()).decode() == expected

    def drop(self) -> None:
        """Take the part out again."""
        os.ftruncate(self.descriptor, self.start)


def write_at(descriptor: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`. Raises DiskFull; what was written stays."""
    with full_told():
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

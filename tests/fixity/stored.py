"""Stored files, ways to damage them behind the house's back, and ways to look at them again."""

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import func, select

from ingest.receiving import uploading
from ingest.worker.fixity import Checker
from ingest.worker.hand import Aside, Claim, Claims, Row, outside
from library.audit import Event
from library.catalogue import depositing, fixity
from library.catalogue.fixity import DamagedFile, FileState, FixitySlice
from library.clock import now
from library.database import reading_session, transaction
from library.files.store import FileStore
from library.house import House
from library.people import inviting
from library.people.roles import Role
from library.people.sign_in import actor_for

MB = 1024 * 1024
Break = Callable[[Path, bytes], None]


def kept(house: House, contents: Iterable[bytes]) -> list[str]:
    """Files as people send them; their keys."""
    keys = []
    with transaction(house.engine) as session:
        person = inviting.add_person(
            session, f"nguoi.{os.urandom(4).hex()}", "Lan", Role.ADMINISTRATOR, inviting.province(session), at=now()
        )
        actor = actor_for(session, person, at=now())
    for data in contents:
        with transaction(house.engine) as session:
            wish: dict[str, Any] = {
                "name": "tep.bin",
                "size": len(data),
                "media_type": None,
                "sight": "public",
                "approve": False,
            }
            deposit_id = depositing.begin(session, **wish, by=actor, at=now(), lasts=house.upload_lasts).id
        uploading.staging_path(house, deposit_id).write_bytes(data)
        with uploading.locked(house, deposit_id):
            uploading.finish(house, deposit_id, at=now())
        keys.append(sha256(data).hexdigest())
    return keys


def of_one_slice(beginning: str, count: int) -> list[bytes]:
    """Contents whose keys begin alike."""
    found, number = list[bytes](), 0
    while len(found) < count:
        data = f"tep {number}".encode()
        if sha256(data).hexdigest().startswith(beginning):
            found.append(data)
        number += 1
    return found


def command(house: House, *words: str, **settings: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, objects on stdout, and stderr of a command on this house."""
    own = {"HOCLIEU_HOME": str(house.settings.home), "HOCLIEU_FILES": house.settings.files, "HOCLIEU_FIXITY_MB": "0"}
    words = (sys.executable, "-m", "api.commands.main", *words, "--json")
    done = subprocess.run(words, env={**os.environ, **own, **settings}, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def checked(house: House, **settings: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """What `hoclieu fixity run --all` says: its exit code, the damaged files with their states, and the figures."""
    code, rows, said = command(house, "fixity", "run", "--all", **settings)
    assert rows, said
    return code, {row["key"]: row["state"] for row in rows[:-1]}, rows[-1]


def path_of(house: House, key: str) -> Path:
    return house.settings.home / "files" / key[:2] / key[2:4] / key


def flipped(path: Path, data: bytes) -> None:
    bit = random.Random(data).randrange(len(data) * 8)
    path.write_bytes(data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :])


def cut(path: Path, data: bytes) -> None:
    path.write_bytes(data[: random.Random(data).randrange(len(data))])


def zeroed(path: Path, data: bytes) -> None:
    path.write_bytes(bytes(len(data)))


def deleted(path: Path, _data: bytes) -> None:
    path.unlink()


def swapped(path: Path, data: bytes) -> None:
    """The whole bytes of another file that the house has, too."""
    path.write_bytes(
        max(
            (one for one in path.parents[2].glob("*/*/*") if one != path),
            key=lambda one: sha256(one.name.encode() + data).digest(),
        ).read_bytes()
    )


BREAKS: dict[Break, str] = {
    flipped: FileState.MISMATCH,
    cut: FileState.MISMATCH,
    zeroed: FileState.MISMATCH,
    swapped: FileState.MISMATCH,
    deleted: FileState.MISSING,
}


def some(count: int, seed: int) -> list[bytes]:
    """Contents of all sizes: one byte, a page's text, more than is read at once."""
    chance = random.Random(seed)
    sizes = [1, 2, MB - 1, MB, MB + 1, 2 * MB + 7] + [chance.randrange(3, 40_000) for _ in range(count)]
    return [size.to_bytes(8) + chance.randbytes(size) for size in sizes[:count]]


def acts(house: House) -> Counter[str]:
    """What the audit says of files, and how often."""
    with reading_session(house.engine) as session:
        told = session.execute(
            select(Event.act, func.count()).where(Event.subject_kind == "damaged_file").group_by(Event.act)
        ).all()
        return Counter(dict(told))


class Meanwhile:
    """The store of a house in which something happens while the first file is being opened."""

    def __init__(self, store: FileStore, act: Callable[[str], None]) -> None:
        self.store, self.act, self.done = store, act, False

    def open(self, key: str, **part: Any) -> BinaryIO:
        if not self.done:
            self.done = True
            self.act(key)
        return self.store.open(key, **part)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def checker(house: House, stopping: threading.Event | None = None) -> Checker:
    """As a worker holds it; what breaks is not swallowed."""

    class Loud(Claims):
        def failed(self, claim: Claim[Row], error: Exception, aside: Aside | None = None) -> None:
            if not outside(error):
                raise error
            super().failed(claim, error, aside)

    return Checker(Loud(house, "worker", stopping or threading.Event()))


def check_all(house: House) -> dict[str, str]:
    """One pass over everything, in this process; what is damaged then."""
    with transaction(house.engine) as session:
        fixity.ask(session, since=now(), at=now())
    while checker(house).check_next():
        pass
    with reading_session(house.engine) as session:
        return {one.key: one.state for one in session.scalars(select(DamagedFile))}


def slices(house: House) -> list[FixitySlice]:
    with reading_session(house.engine) as session:
        return list(session.scalars(select(FixitySlice).order_by(FixitySlice.beginning)))

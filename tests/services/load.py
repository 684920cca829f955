"""People at work on a house while something goes wrong, and what must hold when it is over."""

import hashlib
import random
import threading
import time
import uuid
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx

from tests.services.house import RunningHouse
from tests.services.people import enter, person
from tests.services.trio import keys_of
from tests.services.waiting import at_work, until

UPLOADERS, DESKS, COPIES = 2, 3, 4
# files that one uploader sends before the first of them is read: a server may be away for longer on a slow machine
AHEAD = 5
AGAIN = (423, 502, 503, 507)  # an earlier request still holds the upload; a server is away; the disk is full


@dataclass
class Load:
    """People at work. Whoever hears "try again", or nothing, asks again with the same words until there is an answer.

    The pupils are new: what an earlier load left with them would fill their limit, and nobody could lend them anything.
    """

    house: RunningHouse
    book: bytes
    accepted: dict[str, str] = field(default_factory=dict)  # hash of a file: its deposit
    lent: Counter[str] = field(default_factory=Counter)  # barcode: loans that were acknowledged
    strange: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    counting: threading.Lock = field(default_factory=threading.Lock)
    labels: list[str] = field(default_factory=list)
    pupils: list[str] = field(default_factory=lambda: [f"em.{uuid.uuid4().hex}" for _ in range(DESKS)])

    @contextmanager
    def going(self) -> Iterator["Load"]:
        with self.house.administrator() as root:
            for pupil in self.pupils:
                person(root, "AA", pupil, "pupil")
        with enter(self.house, "thu.thu.0") as desk:
            made = (
                desk.post("/api/v1/copies", json={"title": "Đất rừng phương Nam", "count": COPIES})
                .raise_for_status()
                .json()
            )
            self.labels = [one["barcode"] for one in made["copies"][:COPIES]]
        jobs = [*([self.send] * UPLOADERS), *(partial(self.lend, number, self.labels) for number in range(DESKS))]
        with at_work([partial(self.noting, job) for job in jobs], self.ending):
            yield self

    def noting(self, job: Callable[[], None]) -> None:
        """Nobody stops working unnoticed."""
        try:
            job()
        except Exception as error:
            self.strange.append(repr(error))

    def asked(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """The first answer that is one."""
        while True:
            try:
                answer = ask()
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if answer.status_code not in AGAIN:
                if answer.is_server_error:
                    self.strange.append(
                        f"{answer.request.method} {answer.request.url.path} {answer.status_code} {answer.text}"
                    )
                return answer
            time.sleep(0.2)

    def send(self) -> None:
        sent: list[str] = []
        with self.house.administrator() as client:
            while not self.ending.wait(0.3):
                if len(sent) >= AHEAD and not self.is_read(client, sent[-AHEAD]):
                    continue
                data = self.book + f"\n%{uuid.uuid4().hex}\n".encode()
                metadata = (
                    f"filename {b64encode(b'tep.pdf').decode()},approve {b64encode(b'true').decode()},sight "
                    f"{b64encode(b'public').decode()}"
                )
                headers = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata}
                begun = self.asked(lambda headers=headers: client.post("/api/v1/uploads", headers=headers))
                assert begun.is_success, begun.text
                location = begun.headers["Location"]
                while (offset := self.offset(client, location)) < len(data):
                    told = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
                    piece = data[offset:]
                    self.asked(
                        lambda at=location, told=told, piece=piece: client.patch(at, content=piece, headers=told)
                    )
                sent.append(location.rsplit("/", 1)[-1])
                self.accepted[hashlib.sha256(data).hexdigest()] = sent[-1]

    def is_read(self, client: httpx.Client, deposit: str) -> bool:
        told = self.asked(lambda: client.get(f"/api/v1/deposits/{deposit}")).json()
        if told["state"] in {"failed", "refused"}:
            self.strange.append(str(told))
        return bool(told["state"] == "ready")

    def offset(self, client: httpx.Client, location: str) -> int:
        answer = self.asked(lambda: client.head(location))
        assert answer.is_success, answer
        return int(answer.headers["Upload-Offset"])

    def lend(self, number: int, labels: list[str]) -> None:
        chance = random.Random(number)
        with enter(self.house, f"thu.thu.{number}") as desk:
            card = self.scan(desk, self.pupils[number], None).json()["borrower"]["card"]
            while not self.ending.wait(0.2):
                label = chance.choice(labels)
                answer = self.scan(desk, label, card if chance.random() < 0.5 else None)
                if answer.is_success:
                    is_loan = answer.json()["kind"] == "lent"
                    with self.counting:
                        self.lent[label] += is_loan
                elif answer.status_code != 409:
                    self.strange.append(answer.text)

    def scan(self, desk: httpx.Client, code: str, card: str | None) -> httpx.Response:
        wish = {"id": str(uuid.uuid4()), "code": code, "card": card}
        return self.asked(lambda: desk.post("/api/v1/desk/scans", json=wish))


def no_file_is_lost_or_double(house: RunningHouse, load: Load) -> None:
    """Acknowledged is stored: in the database as one deposit, in the store under its hash, and read to its end."""
    until(lambda: not house.ask("SELECT 1 FROM deposit WHERE state IN ('waiting', 'working')"))
    rows = house.ask("SELECT key, CAST(id AS text), state, last_error FROM deposit WHERE key IS NOT NULL")
    of_key = Counter(row[0] for row in rows)
    states = {row[0]: (str(uuid.UUID(row[1])), row[2]) for row in rows}  # SQLite writes ids without hyphens
    assert {key: of_key[key] for key in load.accepted} == dict.fromkeys(load.accepted, 1)
    assert [row for row in rows if row[0] in load.accepted and row[2] != "ready"] == []
    assert {key: states[key] for key in load.accepted} == {
        key: (deposit, "ready") for key, deposit in load.accepted.items()
    }
    assert load.accepted.keys() <= stored(house)
    assert house.ask("SELECT count(*) FROM work WHERE version_id IS NOT NULL")[0][0] == len(
        [row for row in rows if row[2] == "ready"]
    )


def every_loan_is_there_once(house: RunningHouse, load: Load) -> None:
    """Each acknowledged loan has its row, there are no others, and a copy is out exactly when one of them is open."""
    made = Counter(row[0] for row in house.ask("SELECT item.barcode FROM loan JOIN item ON item.id = loan.item_id"))
    assert {label: made[label] for label in load.labels} == {label: load.lent[label] for label in load.labels}
    for status, count in house.ask(
        "SELECT item.status, (SELECT count(*) FROM loan WHERE loan.item_id = item.id AND loan.closed_at IS NULL) FROM "
        "item"
    ):
        assert (status == "on-loan", status != "on-loan") == (count == 1, count == 0)


def the_index_is_as_the_database(house: RunningHouse) -> None:
    until(lambda: not house.ask("SELECT 1 FROM work WHERE indexed_revision < revision"))
    until(lambda: house.command("index", "status", "--compare").returncode == 0, seconds=60)


def stored(house: RunningHouse) -> set[str]:
    """The keys of all files that its store holds."""
    if url := house.environment.get("HOCLIEU_FILES"):
        return {name.rsplit("/", 1)[-1] for name in keys_of(url)}
    return {path.name for path in (house.home / "files").rglob("*") if path.is_file()}

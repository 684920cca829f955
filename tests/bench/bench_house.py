"""Start-up, memory, uploads, first-load script, and search over HTTP at 100,000 generated pages against the engine alone."""

import hashlib
import os
import random
import statistics
import tempfile
import time
import uuid
from datetime import UTC, datetime
from functools import cache, partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from library.catalogue import queries as catalogue
from library.catalogue.models import ORIGINAL, Audience, Page, Rendition, Version, Work
from library.database import open_engine, reading_session, transaction
from library.people import inviting
from library.people.models import ADMINISTRATOR
from library.people.sight import VISITOR
from search import finding
from search.clauses import Clause
from search.documents import WorkFacts, documents_of
from search.index import Hits, Index, open_index
from search.query import parse
from search.tantivy import TantivyIndex
from tests.bench.figures import report, report_most, took_ms
from tests.services.house import RunningHouse, running

WORKS, PAGES_EACH = 500, 200
PUBLIC_PAGES_JS = 45_000
UPLOAD, ROUNDS = 200_000_000, 5  # bytes
PART = 16 * 1024**2  # bytes
QUERIES, TURN = 220, 20


def main() -> None:
    """All figures of a running house."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        with running(home) as house:
            sending(house, Path(folder))
            house.stop()
            started = time.perf_counter()
            house.start()
            report_most("second start until ready", time.perf_counter() - started, 2.0, " s")
            time.sleep(3)
            report_most("memory of all processes at rest (PSS)", memory(house), 250, " MB")
            first_load(house)
        fill(home)
        with running(home) as house:
            searching(house)


def sending(house: RunningHouse, folder: Path) -> None:
    """MB per second of an accepted upload against copy + fsync + SHA-256 of the same file."""
    path = folder / "big.bin"
    path.write_bytes(random.Random(1).randbytes(UPLOAD))
    with house.administrator() as client:
        turns = [(took_ms(partial(send, client, fresh(path, turn))), took_ms(partial(copy, path, folder / f"copy-{turn}.bin"))) for turn in range(ROUNDS)]
    ours, floor = (statistics.median(side) / 1000 for side in zip(*turns, strict=True))
    report("upload over HTTP against copy + SHA-256, MB/s", UPLOAD / 1e6 / ours, UPLOAD / 1e6 / floor, 0.5, least=True)


def fresh(path: Path, turn: int) -> Path:
    """The file with another beginning: bytes that are in the store already would not be written to the disk again."""
    with path.open("r+b") as file:
        file.write(turn.to_bytes(8))
    return path


def send(client: httpx.Client, path: Path) -> None:
    """Announce a file and send its bytes straight from the socket's own loop: httpx copies the rest of a long body for every piece it sends."""
    size = path.stat().st_size
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    created = client.post("/api/v1/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size)}).raise_for_status()
    connection = HTTPConnection(client.base_url.netloc.decode())
    with path.open("rb") as source:
        for start in range(0, size, PART):
            data = source.read(PART)
            headers = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream", "Cookie": cookies}
            connection.request("PATCH", created.headers["Location"], data, headers)
            answered = connection.getresponse()
            answered.read()
            assert answered.status == 204
    connection.close()


def copy(path: Path, target: Path) -> None:
    """Copy, hash, and wait for the disk."""
    digest = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as sink:
        while data := source.read(1024**2):
            digest.update(data)
            sink.write(data)
        os.fsync(sink.fileno())


def memory(house: RunningHouse) -> float:
    """Proportional set size of serve and everything it started, MB."""
    total = 0
    for pid in family(house.process.pid if house.process else 0):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def first_load(house: RunningHouse) -> None:
    """Script bytes that a public page loads at once, as sent."""
    with house.client(headers={"Accept-Encoding": "gzip"}) as client:
        text = client.get("/").text
        scripts = [part.split('"')[0] for part in text.split('src="')[1:] if part.split('"')[0].endswith(".js")]
        size = sum(int(client.get(one).headers["content-length"]) for one in scripts)
    report_most("first-load JavaScript of public pages, gzip", size / 1000, PUBLIC_PAGES_JS / 1000, " kB")


def fill(home: Path) -> None:
    """A hundred thousand pages straight into database and index."""
    chance = random.Random(7)
    words, weights = vocabulary()
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    index = open_index(f"tantivy://{home}/index", writing=True)
    at = datetime.now(UTC)
    with transaction(engine) as session:
        province = inviting.province(session)
        owner = inviting.add_person(session, "bench", "Bench", ADMINISTRATOR, province, at=at)
        for number in range(WORKS):
            texts = [" ".join(chance.choices(words, weights, k=300)) for _ in range(PAGES_EACH)]
            work_id, version_id = uuid.uuid4(), uuid.uuid4()
            title = f"Sách số {number}"
            work = Work(id=work_id, key=10_000 + number, unit_id=province.id, owner_id=owner.id, title=title, aliases=[], created_at=at, indexed_revision=1)
            work.state, work.published_at = "published", at
            session.add(work)
            session.flush()
            session.add(Version(id=version_id, work_id=work_id, number=1, kind="pdf", digest="0", page_count=PAGES_EACH, created_at=at))
            session.flush()
            work.version_id = version_id
            session.add(Rendition(version_id=version_id, kind=ORIGINAL, key="0" * 64, media_type="application/pdf", size=1))
            session.add(Audience(work_id=work_id, token="public", from_at=at))
            session.add_all(
                Page(version_id=version_id, number=place, text=text, boxes=b"", width=595, height=842, source="text") for place, text in enumerate(texts, 1)
            )
            session.flush()
            facts = WorkFacts(str(work_id), work.key, title, [], None, None, None, "tinh", ("public",))
            index.write(documents_of(facts, enumerate(texts, 1)))
    index.commit()
    index.close()
    engine.dispose()


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Four thousand syllables with the weights of a language: the n-th as often as 1/n."""
    chance = random.Random(2)
    onsets = ["b", "c", "ch", "d", "đ", "g", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x"]
    rimes = [
        "a",
        "á",
        "à",
        "ả",
        "ang",
        "áng",
        "ạng",
        "anh",
        "ao",
        "âu",
        "ây",
        "en",
        "ệnh",
        "êu",
        "i",
        "ích",
        "iên",
        "iếng",
        "inh",
        "o",
        "óc",
        "ọc",
        "oai",
        "oang",
        "on",
        "ông",
        "ộc",
        "ơi",
        "u",
        "ung",
        "uôn",
        "uống",
        "ưng",
        "ước",
        "ương",
        "y",
        "an",
        "ạt",
        "ăn",
        "ắc",
    ]
    syllables = [onset + rime for onset in onsets for rime in rimes]
    words = syllables + [f"{syllable}{number}" for syllable in syllables for number in range(4)]
    chance.shuffle(words)
    return words, [1 / (place + 10) for place in range(len(words))]


def searching(house: RunningHouse) -> None:
    """Two- and three-word queries of both kinds."""
    engine = open_engine(f"sqlite:///{house.home}/hoclieu.db")
    index = TantivyIndex(house.home / "index", writing=False)
    with house.client() as client, reading_session(engine) as session:
        for name, queries in (("words that stand together", spoken(session)), ("words by chance", by_chance())):
            ours, floor = compared(client, session, index, queries)
            report(f"search over HTTP at 100,000 pages against the engine alone, {name}, median ms", ours, floor, 1.5, least=False, unit=" ms")
    index.close()
    engine.dispose()


def compared(client: httpx.Client, session: Session, index: Index, queries: list[str]) -> tuple[float, float]:
    """Median ms over HTTP, and of the engine alone with just the calls that `finding.find` makes for the same query, its counts included.

    The sides take turns, twenty queries each, because the machine is noisy; the first turn of both is not counted.
    """
    calls = {query: engine_calls(session, index, query) for query in queries}
    ours: list[float] = []
    floor: list[float] = []
    for start in range(0, len(queries), TURN):
        turn = queries[start : start + TURN]
        floor += [took_ms(partial(answer, index, calls[query])) for query in turn]
        ours += [took_ms(partial(ask, client, query)) for query in turn]
    return statistics.median(ours[TURN:]), statistics.median(floor[TURN:])


def answer(index: Index, calls: list[tuple[Clause, int]]) -> None:
    """The engine alone."""
    for clause, limit in calls:
        assert index.search(clause, limit=limit).page_total >= 0


def engine_calls(session: Session, index: Index, query: str) -> list[tuple[Clause, int]]:
    """What `find` asks the engine for a query."""
    overheard = Overheard(index)
    finding.find(session, overheard, parse(query, VISITOR), at=datetime.now(UTC))
    return overheard.calls


class Overheard:
    """An index that notes what it is asked."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.calls: list[tuple[Clause, int]] = []

    def search(self, clause: Clause, *, limit: int) -> Hits:
        """Note and answer."""
        self.calls.append((clause, limit))
        return self.index.search(clause, limit=limit)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.index, name)


def by_chance() -> list[str]:
    """Words that nobody has put together."""
    chance = random.Random(3)
    return [" ".join(chance.sample(typed_words(), chance.choice((2, 3)))) for _ in range(QUERIES)]


def spoken(session: Session) -> list[str]:
    """Words that stand side by side on some page, as people remember them."""
    chance = random.Random(5)
    versions = session.scalars(select(Version.id).where(Version.page_count == PAGES_EACH).order_by(Version.id)).all()
    known = set(typed_words())
    found: list[str] = []
    while len(found) < QUERIES:
        words = catalogue.page(session, chance.choice(versions), chance.randint(1, PAGES_EACH)).text.split()
        at, length = chance.randrange(len(words) - 3), chance.choice((2, 3))
        if known.issuperset(words[at : at + length]):
            found.append(" ".join(words[at : at + length]))
    return found


def typed_words() -> list[str]:
    """What people type: neither the commonest words nor the rarest."""
    return vocabulary()[0][20:1500]


def ask(client: httpx.Client, query: str) -> None:
    """One search as a page asks it."""
    client.get("/api/v1/search", params={"q": query}).raise_for_status()


if __name__ == "__main__":
    main()

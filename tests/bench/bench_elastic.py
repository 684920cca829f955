"""The province's engine: writing through our adapter against a bare bulk loop, search over HTTP against the engine alone at growing
sizes, and the worker's memory over many documents. `FULL=1` adds a million pages.
"""

import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch as Client
from sqlalchemy import func, select, update

from library.catalogue.models import Work
from library.database import open_engine, reading_session, transaction
from search.documents import Document, WorkFacts, documents_of
from search.elastic import ANALYSIS, MAPPING, row_of
from search.index import Tuning, build_beside, open_index
from search.rebuilding import Pace, rebuild
from tests.bench import bench_house
from tests.bench.figures import report, report_most, took_ms
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import RunningHouse, running

WRITTEN, A_WORK, ROUNDS, BULK = 10_000, 200, 3, 500
SIZES = (10_000, 100_000, *((1_000_000,) if os.environ.get("FULL") else ()))
PATIENT = Tuning(answer_seconds=60)
LEARNT, SMALL_WORKS = 400, 2_000  # works


def main() -> None:
    """All figures."""
    with Elasticsearch() as server:
        writing(server)
        for pages in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                searching(server, Path(folder) / "var", pages)
        with tempfile.TemporaryDirectory() as folder:
            flat(server, Path(folder) / "var")


def writing(server: Elasticsearch) -> None:
    """Documents a second, turn by turn, each into a new index."""
    documents = list(generated())
    ours, floor = [], []
    for _ in range(ROUNDS):
        floor.append(took_ms(partial(bare, server, documents)))
        ours.append(took_ms(partial(adapted, server, documents)))
    report("indexing through our adapter against a bare bulk loop, documents/s", *(len(documents) * 1000 / min(one) for one in (ours, floor)), 0.8, least=True)


def generated() -> Iterator[Document]:
    """Pages of the generated language."""
    chance, (words, weights) = random.Random(7), bench_house.vocabulary()
    for number in range(WRITTEN // A_WORK):
        facts = WorkFacts(f"w{number}", number, f"Sách số {number}", [], None, None, None, "tinh", ("public",))
        yield from documents_of(facts, ((page, " ".join(chance.choices(words, weights, k=300))) for page in range(1, A_WORK + 1)))


def adapted(server: Elasticsearch, documents: list[Document]) -> None:
    """As the worker writes."""
    index = open_index(f"{server.address}/bench-{uuid.uuid4().hex}", writing=True, tuning=PATIENT)
    index.write(documents)
    index.commit()
    index.close()


def bare(server: Elasticsearch, documents: list[Document]) -> None:
    """The same rows, mapping and bulk size, and nothing else."""
    client, name = Client(server.address, request_timeout=60), f"bare-{uuid.uuid4().hex}"
    client.indices.create(index=name, mappings=MAPPING, settings={"analysis": ANALYSIS, "number_of_shards": 1, "number_of_replicas": 0})
    for start in range(0, len(documents), BULK):
        operations: list[dict[str, Any]] = []
        for one in documents[start : start + BULK]:
            operations += ({"index": {"_id": f"{one.work_id}:{one.page}"}}, row_of(one))
        client.bulk(index=name, operations=operations)
    client.indices.refresh(index=name)
    client.close()


def searching(server: Elasticsearch, home: Path, pages: int) -> None:
    """The same house on both engines."""
    bench_house.WORKS = pages // bench_house.PAGES_EACH
    with running(home):
        pass
    bench_house.fill(home)
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    url = f"{server.address}/bench-{uuid.uuid4().hex}"
    open_index(url, writing=True).close()
    beside = build_beside(url, tuning=PATIENT)
    rebuild(engine, beside, Pace(None), lambda _: None)
    beside.close()
    engine.dispose()
    for name, address in (("Tantivy", f"tantivy://{home}/index"), ("Elasticsearch", url)):
        with running(home, HOCLIEU_INDEX=address, HOCLIEU_INDEX_ANSWER_SECONDS="60") as house:
            compared(house, name, address, pages)


def compared(house: RunningHouse, name: str, address: str, pages: int) -> None:
    """Two- and three-word queries: the median against the engine alone, and the slowest of a hundred."""
    engine = open_engine(f"sqlite:///{house.home}/hoclieu.db")
    index = open_index(address, tuning=PATIENT)
    with house.client() as client, reading_session(engine) as session:
        queries = bench_house.spoken(session)
        ours, floor = bench_house.compared(client, session, index, queries)
        report(f"search over HTTP at {pages:,} pages on {name} against the engine alone, median ms", ours, floor, 1.5, least=False, unit=" ms")
        took = [took_ms(partial(bench_house.ask, client, query)) for query in queries]
        report_most(f"search over HTTP at {pages:,} pages on {name}, 99th percentile", statistics.quantiles(took, n=100)[-1], 300, " ms")
    index.close()
    engine.dispose()


def flat(server: Elasticsearch, home: Path) -> None:
    """Memory of the worker after it has written a few hundred works, and after two thousand."""
    bench_house.WORKS = SMALL_WORKS // 10
    with running(home):
        pass
    bench_house.fill(home)
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    with running(home, HOCLIEU_INDEX=f"{server.address}/bench-{uuid.uuid4().hex}") as house:
        early = 0.0
        for turn in range(SMALL_WORKS // bench_house.WORKS):
            with transaction(engine) as session:
                session.execute(update(Work).values(revision=Work.revision + 1, due_at=datetime.now(UTC)))
            while waiting(engine):
                time.sleep(0.2)
            early = early or (worker_memory(house) if turn * bench_house.WORKS >= LEARNT else 0.0)
        report("worker's memory after 2,000 works against after 400, MB", worker_memory(house), early, 1.1, least=False, unit=" MB")
    engine.dispose()


def waiting(engine: Any) -> int:
    """Works that the index has not followed yet."""
    with reading_session(engine) as session:
        return session.scalar(select(func.count()).select_from(Work).where(Work.indexed_revision < Work.revision)) or 0


def worker_memory(house: RunningHouse) -> float:
    """Resident MB of the `work` child."""
    for pid in bench_house.family(house.process.pid if house.process else 0):
        if b"--until-parent-dies" in Path(f"/proc/{pid}/cmdline").read_bytes():
            status = Path(f"/proc/{pid}/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0]) / 1000
    raise RuntimeError("there is no worker")


if __name__ == "__main__":
    main()

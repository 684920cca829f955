"""The province's engine: writing through our adapter against a bare bulk loop, and the backlog of five thousand changes
after it was away.
"""

import statistics
import tempfile
import time
import uuid
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch as Client
from sqlalchemy import Engine, func, select, update

from library.catalogue.models import Work
from library.database import open_engine, reading_session, transaction
from search.documents import Document
from search.elastic import ANALYSIS, MAPPING, row_of
from search.engines import open_index
from search.index import Tuning
from tests.bench import generated
from tests.bench.figures import report, report_most, took_ms
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import running

WRITTEN, ROUNDS, BULK = 10_000, 5, 500  # pages, turns, documents in one request
CHANGED, PAGES_OF_EACH = 5_000, 10  # works, pages
PATIENT = Tuning(answer_seconds=60)


def main() -> None:
    """All figures."""
    with Elasticsearch() as server, tempfile.TemporaryDirectory() as folder:
        writing(server)
        catching_up(server, Path(folder) / "var")


def writing(server: Elasticsearch) -> None:
    """Documents a second, turn by turn, each into a new index."""
    documents = list(generated.documents(WRITTEN // generated.PAGES_EACH))
    turns = [
        (took_ms(partial(adapted, server, documents)), took_ms(partial(bare, server, documents)))
        for _ in range(ROUNDS + 1)
    ]
    ours, floor = (len(documents) * 1000 / statistics.median(side[1:]) for side in zip(*turns, strict=True))
    report("indexing through our adapter against a bare bulk loop, documents/s", ours, floor, 0.8, least=True)


def adapted(server: Elasticsearch, documents: list[Document]) -> None:
    """As the worker writes."""
    index = open_index(f"{server.address}/bench-{uuid.uuid4().hex}", writing=True, tuning=PATIENT)
    index.write(documents)
    index.commit()
    index.close()


def bare(server: Elasticsearch, documents: list[Document]) -> None:
    """The same rows, mapping and bulk size, and nothing else."""
    client, name = Client(server.address, request_timeout=60), f"bare-{uuid.uuid4().hex}"
    client.indices.create(
        index=name, mappings=MAPPING, settings={"analysis": ANALYSIS, "number_of_shards": 1, "number_of_replicas": 0}
    )
    for start in range(0, len(documents), BULK):
        operations: list[dict[str, Any]] = []
        for one in documents[start : start + BULK]:
            operations += ({"index": {"_id": f"{one.work_id}:{one.page}"}}, row_of(one))
        client.bulk(index=name, operations=operations)
    client.indices.refresh(index=name)
    client.close()


def catching_up(server: Elasticsearch, home: Path) -> None:
    """Works change while the engine is away; one worker brings it up to date."""
    with running(home):
        pass
    generated.fill(home, CHANGED * PAGES_OF_EACH, each=PAGES_OF_EACH)
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    with running(home, HOCLIEU_INDEX=f"{server.address}/bench-{uuid.uuid4().hex}"):
        change(engine)
        follow(engine)
        server.kill()
        change(engine)
        server.start()
        report_most(
            f"backlog of {CHANGED:,} changed works of {PAGES_OF_EACH} pages written after the engine's return",
            follow(engine),
            120,
            " s",
        )
    engine.dispose()


def change(engine: Engine) -> None:
    """Every work has a newer revision, due now."""
    with transaction(engine) as session:
        session.execute(update(Work).values(revision=Work.revision + 1, due_at=datetime.now(UTC)))


def follow(engine: Engine) -> float:
    """Seconds until the index has every work's present revision."""
    began = time.perf_counter()
    while waiting(engine):
        time.sleep(0.2)
    return time.perf_counter() - began


def waiting(engine: Engine) -> int:
    """Works that the index has not followed yet."""
    with reading_session(engine) as session:
        return session.scalar(select(func.count()).select_from(Work).where(Work.indexed_revision < Work.revision)) or 0


if __name__ == "__main__":
    main()

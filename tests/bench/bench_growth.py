"""How search grows: the same generated library on both engines at 10,000 and 100,000 pages, and a million with
`FULL=1`.

Each size: search over HTTP against the engine alone, the slowest of a hundred, and how fast Elasticsearch is filled
again from the database. The medians are drawn into docs/growth.svg.
"""

import os
import statistics
import tempfile
import time
import uuid
from pathlib import Path

import pygal
from pygal.style import CleanStyle

from library.database import open_engine, reading_session
from search.engines import build_beside, open_index
from search.index import Tuning
from search.rebuilding import Pace, rebuild
from tests.bench import asked, generated
from tests.bench.figures import report, report_least, report_most
from tests.services.elasticsearch import Elasticsearch
from tests.services.house import running

SIZES = (10_000, 100_000, *((1_000_000,) if os.environ.get("FULL") else ()))
PATIENT = Tuning(answer_seconds=60)
REBUILT = 100_000 / (15 * 60)  # pages a second: a hundred thousand in fifteen minutes
PLOT = Path(__file__).parents[2] / "docs" / "growth.svg"
TANTIVY, ELASTIC = "Tantivy", "Elasticsearch"
ALONE, OVER_HTTP = "engine alone", "over HTTP"
Medians = dict[tuple[str, str], list[float]]  # engine and side: ms at each size


def main() -> None:
    """All sizes, then the plot. The embedded engine comes first: no server runs on its machine."""
    medians: Medians = {}
    with tempfile.TemporaryDirectory() as folder:
        homes = {pages: library_of(pages, Path(folder) / str(pages)) for pages in SIZES}
        for pages, home in homes.items():
            searching(home, TANTIVY, f"tantivy://{home}/index", pages, medians)
        with Elasticsearch() as server:
            for pages, home in homes.items():
                far = f"{server.address}/bench-{uuid.uuid4().hex}"
                report_least(
                    f"filling Elasticsearch again at {pages:,} pages, pages/s", refilled(home, far, pages), REBUILT, ""
                )
                searching(home, ELASTIC, far, pages, medians)
    draw(medians)


def library_of(pages: int, home: Path) -> Path:
    """A house with that many generated pages."""
    with running(home):
        pass
    generated.fill(home, pages)
    return home


def draw(medians: Medians) -> None:
    """Steps of ten across, a logarithmic scale upward, the engine alone dashed."""
    plot = pygal.Line(
        title="Search: median ms by pages",
        logarithmic=True,
        style=CleanStyle,
        js=(),
        truncate_legend=-1,
        legend_at_bottom=True,
        width=800,
        height=460,
    )
    plot.x_labels = [f"{pages:,} pages" for pages in SIZES]
    for (engine, side), values in medians.items():
        plot.add(
            f"{engine}, {side}",
            [round(value, 2) for value in values],
            stroke_style={"dasharray": "6,4"} if side == ALONE else {"width": 2},
        )
    PLOT.write_bytes(plot.render())


def refilled(home: Path, address: str, pages: int) -> float:
    """Pages a second of a rebuild from the database."""
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    open_index(address, writing=True, tuning=PATIENT).close()
    beside = build_beside(address, tuning=PATIENT)
    began = time.perf_counter()
    rebuild(engine, beside, Pace(None), lambda _: None)
    took = time.perf_counter() - began
    beside.close()
    engine.dispose()
    return pages / took


def searching(home: Path, name: str, address: str, pages: int, medians: Medians) -> None:
    """Two- and three-word queries of both kinds on one engine."""
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    index = open_index(address, tuning=PATIENT)
    with (
        running(home, HOCLIEU_INDEX=address, HOCLIEU_INDEX_ANSWER_SECONDS="60") as house,
        reading_session(engine) as session,
    ):
        for kind, queries in asked.KINDS.items():
            found = asked.compared(house.address, session, index, queries(session))
            ours, floor = statistics.median(found.ours), statistics.median(found.floor)
            report(
                f"search over HTTP at {pages:,} pages on {name} against the engine alone, {kind}, median ms",
                ours,
                floor,
                1.5,
                least=False,
                unit=" ms",
            )
            report_most(
                f"search over HTTP at {pages:,} pages on {name}, {kind}, 99th percentile",
                asked.percentile(found.ours, 99),
                300,
                " ms",
            )
            if kind == asked.TOGETHER:
                medians.setdefault((name, OVER_HTTP), []).append(ours)
                medians.setdefault((name, ALONE), []).append(floor)
    index.close()
    engine.dispose()


if __name__ == "__main__":
    main()

"""`hoclieu bench pairs` and `hoclieu bench relevance`: what search finds, in figures."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.telling import NOT_DONE, WRONG, Json, progress, tell
from ingest import reading
from library import logs
from library.vietnamese import fold
from search import measuring

app = typer.Typer(no_args_is_help=True, help="What search finds, in figures.")
FORMS: dict[str, Callable[[dict[str, str]], str]] = {
    "marked": lambda query: query["text"],
    "unmarked": lambda query: query.get("text_no_diacritics") or fold(unicodedata.normalize("NFC", query["text"])),
    "nfd": lambda query: query.get("text_nfd") or unicodedata.normalize("NFD", query["text"]),
}

Engine = Annotated[
    str | None,
    typer.Option(
        "--index",
        help="Measure a new index at this address, e.g. http://127.0.0.1:9200/measuring; else an embedded one.",
    ),
]


@app.command()
def pairs(
    file: Annotated[Path, typer.Argument(help="A file like search-pairs.json.", exists=True)],
    url: Engine = None,
    as_json: Json = False,
) -> None:
    """Every query pair of the matching policy: passes and misses."""
    verdicts = measuring.pairs(json.loads(file.read_text(encoding="utf-8")), url)
    for one in verdicts:
        mark = "✓" if one.passed else "✗"
        tell(
            {"pair": one.id, **{k: v for k, v in vars(one).items() if k != "id"}},
            f"{mark} {one.id} {one.kind} {one.query} {'; '.join(one.wrong)}",
            as_json=as_json,
        )
    missed = [one for one in verdicts if not one.passed]
    tell(
        {"passed": len(verdicts) - len(missed), "missed": len(missed)},
        f"{len(verdicts) - len(missed)} passed, {len(missed)} missed",
        as_json=as_json,
    )
    if any(not one.optional for one in missed):
        raise typer.Exit(NOT_DONE)


@app.command()
def relevance(
    folder: Annotated[Path, typer.Argument(help="Sets of queries.jsonl and qrels.tsv.", exists=True)],
    url: Engine = None,
    as_json: Json = False,
) -> None:
    """nDCG@10, MRR@10, hit@1 and hit@10 for marked, unmarked and NFD queries of each set."""
    logs.set_up("bench")
    sets = sorted(path.parent for path in folder.rglob("qrels.tsv"))
    if not sets:
        progress.print(f"no qrels.tsv under {folder}", markup=False)
        raise typer.Exit(WRONG)
    for one in sets:
        for row in measure(one, folder.parent / "pdf", f"{url}-{one.name}" if url else None):
            tell(row, "  ".join(f"{key} {value}" for key, value in row.items()), as_json=as_json)


def measure(folder: Path, pdfs: Path, url: str | None = None) -> Iterator[dict[str, Any]]:
    """The figures of one set."""
    rows = [line.split("\t") for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:] if line]
    right = {row[0]: (row[1], int(row[2])) for row in rows}
    keys = {name: number for number, name in enumerate(sorted({name for name, _ in right.values()}), 1)}
    works = ((measuring.facts(key, ""), pages(find(pdfs, folder, name))) for name, key in keys.items())
    with measuring.index_of(works, url) as index:
        for form, words in FORMS.items():
            queries = [query for query in measuring.load_jsonl(folder / "queries.jsonl") if query["_id"] in right]
            asked = ((words(query), (keys[right[query["_id"]][0]], right[query["_id"]][1])) for query in queries)
            figures = measuring.relevance(index, asked)
            yield {
                "set": folder.name,
                "form": form,
                "queries": figures.queries,
                "ndcg@10": figures.ndcg,
                "mrr@10": figures.mrr,
                "hit@1": figures.first,
                "hit@10": figures.tenth,
            }


def find(pdfs: Path, folder: Path, name: str) -> Path:
    """The PDF of that name, beside the set or among the PDFs."""
    return next(path for root in (folder, pdfs) for path in root.rglob(name))


def pages(path: Path) -> Iterator[tuple[int, str]]:
    """Numbers and texts of a PDF's pages, as the ingest reads them."""
    progress.print(path.name, markup=False)
    count = reading.identify(path, path.name).page_count or 0
    for page in reading.read_text(path, range(1, count + 1)):
        yield page.number, page.text

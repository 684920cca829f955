"""`make bench`: run every bench, print its figures, and keep the table in docs/benchmarks.md."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "benchmarks.md"
START, END = "<!-- figures -->", "<!-- /figures -->"


def main() -> None:
    """All benches, or those whose names are given."""
    wanted = sys.argv[1:]
    rows = [
        row
        for path in sorted(HERE.glob("bench_*.py"))
        if not wanted or path.stem.removeprefix("bench_") in wanted
        for row in run(path)
    ]
    if not wanted:
        write(rows)
    sys.exit(any(not row["ok"] for row in rows))


def run(path: Path) -> list[dict[str, Any]]:
    """One bench in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{path.stem}"], stdout=subprocess.PIPE, text=True, check=False
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), flush=True)
    if done.returncode:
        rows.append({"name": path.stem, "ours": "broke", "floor": "", "ratio": "", "goal": "", "ok": False})
    return rows


def write(rows: list[dict[str, Any]]) -> None:
    """Put the figures between the marks of the document."""
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    lines = [
        f"Measured on {machine}; ratios within one run.",
        "",
        "| figure | ours | floor | ratio | goal | met |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['ours']} | {row['floor']} | {row['ratio']} | {row['goal']} | "
        f"{'yes' if row['ok'] else '**no**'} |"
        for row in rows
    ]
    text = TABLE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    TABLE.write_text(f"{before}{START}\n" + "\n".join(lines) + f"\n{END}" + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()

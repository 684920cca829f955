"""One figure: ours against a floor measured in the same run."""

import json
import resource
import statistics
import time
from collections.abc import Callable
from contextlib import suppress


def report(name: str, ours: float, floor: float, goal: float, *, least: bool, unit: str = "") -> None:
    """Print one figure; `least`: the ratio must be at least the goal, else at most."""
    ratio = round(ours / floor, 3)
    ok = ratio >= goal if least else ratio <= goal
    row = {
        "name": name,
        "ours": f"{ours:.4g}{unit}",
        "floor": f"{floor:.4g}{unit}",
        "ratio": ratio,
        "goal": f"{'≥' if least else '≤'} {goal}",
        "ok": ok,
    }
    print(json.dumps(row, ensure_ascii=False), flush=True)


def report_most(name: str, value: float, most: float, unit: str) -> None:
    """Print a figure that has a ceiling of its own."""
    row = {
        "name": name,
        "ours": f"{value:.4g}{unit}",
        "floor": "",
        "ratio": "",
        "goal": f"≤ {most:g}{unit}",
        "ok": value <= most,
    }
    print(json.dumps(row, ensure_ascii=False), flush=True)


def report_least(name: str, value: float, least: float, unit: str) -> None:
    """Print a figure that has a floor of its own."""
    row = {
        "name": name,
        "ours": f"{value:.4g}{unit}",
        "floor": "",
        "ratio": "",
        "goal": f"≥ {least:.4g}{unit}",
        "ok": value >= least,
    }
    print(json.dumps(row, ensure_ascii=False), flush=True)


def processor(act: Callable[[], object]) -> float:
    """Processor seconds of this process and its ended children."""
    before = _used()
    act()
    return _used() - before


def median_ms(act: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of the clock."""
    return statistics.median(took_ms(act) for _ in range(rounds))


def took_ms(act: Callable[[], object]) -> float:
    """Milliseconds of the clock."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def _used() -> float:
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        with suppress(ValueError):
            used = resource.getrusage(who)
            total += used.ru_utime + used.ru_stime
    return total

"""Asking a limited child about pages: in batches, and again without the page that killed it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from ingest.budget import Budget
from ingest.parsing import sandbox
from ingest.parsing.sandbox import ChildDied, Limits

log = structlog.get_logger()
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Task:
    """What a child does with pages: the module whose `work` does it, how many pages a batch has, and what it may use:
    seconds of processor for its start and for a page.
    """

    module: str
    batch: int
    start: int
    page: float

    def limits(self, pages: int, left: float) -> Limits:
        """For a batch, with so many seconds left."""
        cpu = self.start + round(self.page * pages)
        return Limits(cpu=cpu, wall=max(1, round(min(20 + 3 * cpu, left))))


@dataclass(frozen=True)
class Answers(Generic[Answer]):
    """How an answer of the child is taken, what a page says that is given up after it has killed, and one for which
    nothing was left.
    """

    take: Callable[[dict[str, Any]], Answer]
    give_up: Callable[[int], Answer]
    skip: Callable[[int], Answer]


def first(module: str, job: dict[str, Any], limits: Limits, budget: Budget) -> dict[str, Any] | None:
    """The first answer of a child; None when it had none or died."""
    try:
        with closing(sandbox.run({"module": module, **job}, limits, budget.leash)) as answers:
            return next(answers, None)
    except ChildDied as died:
        log.warning("parser-died", reason=str(died), module=module)
        budget.died(module)
        return None


def batches(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Page numbers, so many at a time."""
    return (numbers[at : at + size] for at in range(0, len(numbers), size))


def each(
    task: Task, answers: Answers[Answer], job: dict[str, Any], numbers: Sequence[int], budget: Budget
) -> Iterator[Answer]:
    """Run a batch. When its child dies, the page it was at is tried once more by itself, and given up when it kills
    again; the others go on.
    """
    rest = list(numbers)
    while rest:
        if budget.spent:
            budget.stops_at(rest[0])
            yield from map(answers.skip, rest)
            return
        batch = rest[:1] if budget.suspects(task.module, rest[0]) else rest
        done: set[int] = set()
        try:
            yield from _asked(task, answers, job, batch, done, budget)
            rest = rest[len(batch) :]
        except ChildDied as died:
            rest = [number for number in rest if number not in done]
            page = rest[0] if rest else None
            log.warning("parser-died", reason=str(died), page=page, spent=round(budget.seconds), deaths=budget.deaths)
            if rest and budget.died(task.module, rest[0]):
                yield answers.give_up(rest.pop(0))


def _asked(
    task: Task, answers: Answers[Answer], job: dict[str, Any], numbers: Sequence[int], done: set[int], budget: Budget
) -> Iterator[Answer]:
    """What one child says of these pages. Raises ChildDied."""
    limits = task.limits(len(numbers), budget.left)
    asked = {"module": task.module, "numbers": list(numbers), **job}
    with closing(sandbox.run(asked, limits, budget.leash)) as said:
        for answer in said:
            budget.drew(answer.pop("pixels", 0))
            done.add(int(answer.get("number", answer.get("undrawn", 0))))
            yield answers.give_up(answer["undrawn"]) if "undrawn" in answer else answers.take(answer)

"""May this copy go to this patron? Pure: facts in, verdict out, in the order in which a librarian would check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from library.calendar import local_date
from library.circulation.models import ItemStatus
from library.circulation.policy import HERE, Rules
from library.circulation.refusals import (
    AlreadyYours,
    ItemNotLendable,
    ItemOnLoan,
    LoanLimitReached,
    OverdueBlocks,
    PatronGone,
    ReadHereOnly,
)
from library.errors import Refusal

STATUS_WORDS: Mapping[str, tuple[str, str]] = {
    ItemStatus.AVAILABLE: ("trên kệ", "on the shelf"),
    ItemStatus.ON_LOAN: ("đang mượn", "on loan"),
    ItemStatus.IN_PROCESS: ("đang xử lí", "in process"),
    ItemStatus.MISSING: ("thất lạc", "missing"),
    ItemStatus.LOST: ("mất", "lost"),
    ItemStatus.WITHDRAWN: ("đã thanh lí", "withdrawn"),
}
FOUND_AGAIN = (ItemStatus.AVAILABLE, ItemStatus.MISSING)  # a missing copy that is scanned is found


@dataclass(frozen=True)
class LoanFacts:
    """All that decides about one loan."""

    borrower: str
    status: ItemStatus
    rules: Rules
    still_member: bool
    loans_open: int  # that count against the limit
    overdue: int
    holder: str | None = None  # who has the copy now
    holder_is_borrower: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """Every reason against, first things first; none means yes."""

    refusals: tuple[Refusal, ...]

    def raise_if_refused(self) -> None:
        """Raises the first reason."""
        if self.refusals:
            raise self.refusals[0]


def loan(facts: LoanFacts) -> Verdict:
    """Whether the copy may go out."""
    due = f"{local_date(facts.due_at):%d/%m}" if facts.due_at else ""
    rules = facts.rules
    reasons = (
        (facts.holder_is_borrower, lambda: AlreadyYours(borrower=facts.borrower, due=due)),
        (
            facts.status == ItemStatus.ON_LOAN and not facts.holder_is_borrower,
            lambda: ItemOnLoan(borrower=facts.holder, due=due),
        ),
        (facts.status not in (*FOUND_AGAIN, ItemStatus.ON_LOAN), lambda: ItemNotLendable(**named(facts.status))),
        (not facts.still_member, lambda: PatronGone(borrower=facts.borrower)),
        (rules.way == HERE, ReadHereOnly),
        (
            rules.overdue_blocks and facts.overdue > 0,
            lambda: OverdueBlocks(borrower=facts.borrower, count=facts.overdue),
        ),
        (
            rules.counts and facts.loans_open >= rules.loan_limit,
            lambda: LoanLimitReached(borrower=facts.borrower, limit=rules.loan_limit),
        ),
    )
    return Verdict(tuple(make() for holds, make in reasons if holds))


def named(status: str) -> dict[str, str]:
    """A status in both languages."""
    vi, en = STATUS_WORDS.get(status, (status, status))
    return {"status_vi": vi, "status_en": en}

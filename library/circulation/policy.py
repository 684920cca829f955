"""Who may borrow how much for how long. Pure: facts of patron and copy in, rules out."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from library import vocabulary
from library.people.roles import Role

HOME, SCHOOL_YEAR, HERE = "normal", "school_year", "in_library_only"
PUPIL_GROUPS = ((5, "HS_TH"), (9, "HS_THCS"), (12, "HS_THPT"))


@dataclass(frozen=True)
class Rules:
    """What holds for one patron and one copy on one day; kept on the loan as it was."""

    group: str
    collection: str
    way: str  # normal | school_year | in_library_only
    loan_days: int
    loan_limit: int
    counts: bool  # against the limit
    renewals: int
    overdue_blocks: bool
    grace_days: int
    skip_closed_days: bool

    def snapshot(self) -> dict[str, Any]:
        """As it is kept on the loan."""
        return asdict(self)


def group_of(roles: Iterable[Role], grade: int | None) -> str:
    """The patron group of somebody with these roles in the school."""
    held = set(roles)
    if held - {Role.PUPIL, Role.PARENT}:
        return "GV"
    if Role.PUPIL in held:
        return next((group for last, group in PUPIL_GROUPS if grade is not None and grade <= last), "HS_THCS")
    return "CMHS"


def rules_for(group: str, collection: str) -> Rules:
    """The defaults of the vocabulary; a school's own numbers take their place when circulation rules become
    editable.
    """
    known = vocabulary.load("circulation")
    patron = next(one for one in known["patron_groups"] if one["code"] == group)
    shelf = next(one for one in known["collections"] if one["code"] == collection)
    rules = known["rules"]
    return Rules(
        group=group,
        collection=collection,
        way=shelf["loan"],
        loan_days=patron["loan_days"],
        loan_limit=patron["max_items"],
        counts=shelf["counts_against_limit"],
        renewals=patron["renewals"],
        overdue_blocks=rules["block_new_loans_when_overdue"],
        grace_days=rules["overdue_grace_days"],
        skip_closed_days=rules["skip_closed_days"],
    )


def collection_of(type_code: str | None) -> str:
    """Where copies of a kind of work stand by default."""
    shelves = vocabulary.load("circulation")["collections"]
    return next((str(one["code"]) for one in shelves if type_code in one["types"]), "TK")

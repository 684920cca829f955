"""Figures for whoever looks after the machines. Labels are closed vocabularies: no school and no pupil is ever named.

What only this process knows is counted here; each process tells its own. What stands in rows is asked of the database
when somebody looks, so that it is the same whoever is asked.
"""

import math
from collections import Counter as Tally
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, UOWTransaction
from starlette.types import Scope

from library.audit import Event
from library.catalogue import fixity
from library.catalogue.fixity import FixitySlice
from library.catalogue.models import Deposit, Version, Work
from library.database.work_queue import Workable
from library.operations import backups

TOLD = "hoclieu_told"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Histogram(
    "hoclieu_request_seconds", "Requests by route and class of status.", ["method", "route", "status"], buckets=BUCKETS
)
EVENTS = Counter(
    "hoclieu_events",
    "Committed changes of state, by what the audit calls them (loan-made, work-published, …).",
    ["act"],
)
UPLOADS = Counter("hoclieu_uploads", "Files accepted.")
UPLOADED = Counter("hoclieu_uploaded_bytes", "Bytes of accepted files.")
SIGN_INS = Counter("hoclieu_sign_ins", "Passwords tried.", ["outcome"])
OLDEST = Gauge(
    "hoclieu_oldest_due_seconds", "How long the longest waiting row has been due; 0: nothing waits.", ["kind"]
)
ASIDE = Gauge("hoclieu_set_aside", "Rows given up after three tries.", ["kind"])
BEHIND = Gauge("hoclieu_index_behind", "Works whose present state is not in the index yet.")
FIXITY = Gauge(
    "hoclieu_fixity_oldest_seconds",
    "How long ago the files that wait longest were read again; never read: since they could have been.",
)
DAMAGED = Gauge("hoclieu_damaged_files", "Stored files that are not what they were.", ["state"])
BACKUP = Gauge("hoclieu_backup_age_seconds", "Age of the newest backup that was noted; +Inf: there was never one.")
DEPOSITS = Gauge(
    "hoclieu_deposits", "What became of the files that were sent, by kind of file.", ["kind", "state", "code"]
)

for outcome in ("ok", "failed"):
    SIGN_INS.labels(outcome)


def count_request(scope: Scope, status: int, seconds: float) -> None:
    """One request under the template of its route; what has none is all one."""
    route = getattr(scope.get("route"), "path", None) or (
        "/static" if scope["path"].startswith("/static/") else "other"
    )
    method = (
        scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    )
    REQUESTS.labels(method, route, f"{status // 100}xx").observe(seconds)


def count_upload(size: int) -> None:
    """One file accepted."""
    UPLOADS.inc()
    UPLOADED.inc(size)


def look(session: Session, *, at: datetime) -> None:
    """Ask the rows."""
    for model in Workable.__subclasses__():
        kind = str(getattr(model, "__tablename__", model.__name__))
        oldest = session.scalar(select(func.min(model.due_at)).where(model.due_at <= at, model.set_aside_at.is_(None)))
        if model is not FixitySlice:  # which takes its time and has a figure of its own
            OLDEST.labels(kind).set((at - oldest).total_seconds() if oldest else 0)
        ASIDE.labels(kind).set(session.scalar(select(func.count()).where(model.set_aside_at.is_not(None))) or 0)
    BEHIND.set(session.scalar(select(func.count()).where(Work.indexed_revision < Work.revision)) or 0)
    outcomes = (
        select(Version.kind, Deposit.state, Deposit.code, func.count())
        .select_from(Deposit)
        .outerjoin(Version, Version.id == Deposit.version_id)
    )
    DEPOSITS.clear()
    for kind, state, code, count in session.execute(outcomes.group_by(Version.kind, Deposit.state, Deposit.code)):
        DEPOSITS.labels(kind or "unknown", state, code or "").set(count)
    look_at_files(session, at=at)


def look_at_files(session: Session, *, at: datetime) -> None:
    """How well the stored files are kept."""
    standing = fixity.standing(session, at=at)
    FIXITY.set((at - standing.oldest).total_seconds() if standing.oldest else 0)
    for state, count in standing.damaged.items():
        DAMAGED.labels(state).set(count)
    taken = backups.newest(session)
    BACKUP.set((at - taken).total_seconds() if taken else math.inf)


@event.listens_for(Session, "after_flush")
def _tell(session: Session, _context: UOWTransaction) -> None:
    told = [one.act for one in session.new if isinstance(one, Event)]
    if told:
        session.info.setdefault(TOLD, Tally()).update(told)


@event.listens_for(Session, "after_commit")
def _count(session: Session) -> None:
    for act, count in session.info.pop(TOLD, {}).items():
        EVENTS.labels(act).inc(count)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(TOLD, None)

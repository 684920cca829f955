"""Taking a work back from its readers: with a reason that its authors hear, and a day to think again."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from library.audit import Event
from library.catalogue import publishing, versions
from library.catalogue.models import Work, WorkState
from library.errors import Clash, Wrong
from library.notices import telling
from library.notices.kinds import NoticeKind
from library.people.sign_in import Actor
from library.reviews import closing, queries, wording
from library.reviews.announcing import WORK_APPROVED

WORK_WITHDRAWN = NoticeKind("work-withdrawn", wording.work_withdrawn)
UNDO_LASTS = timedelta(days=1)
LONGEST_REMARK = 500
ACT = "work-withdrawn"


class UnknownWithdrawalReason(Wrong):
    code = "unknown-withdrawal-reason"
    vi = "Chọn một lí do thu hồi trong danh sách; tác giả sẽ đọc được."
    en = "Choose one of the reasons for withdrawing it; its author will read it."


class NotWithdrawnLately(Clash):
    code = "not-withdrawn-lately"
    vi = (
        "Bài này không còn như lúc vừa thu hồi: đã quá một ngày, đã công bố lại, hoặc tệp hay thông tin đã đổi. Muốn "
        "mở thì duyệt và công bố."
    )
    en = (
        "This is not as it was withdrawn within the last day: it is open again, or its file or its card has changed. "
        "To open it, approve and publish it."
    )


def withdraw(session: Session, work: Work, reason: str, remark: str | None = None, *, by: Actor, at: datetime) -> None:
    """Take a work back from its readers; its authors hear why, and no longer that it has been approved. Asked
    again, nothing happens. Raises SignInNeeded, UnknownWithdrawalReason and the refusals of `publishing`.
    """
    by.required()
    versions.lock(session, work)  # the button may have been pressed twice
    publishing.refuse_unentitled(work, by)
    if reason not in wording.WITHDRAWN_BECAUSE:
        raise UnknownWithdrawalReason
    was_open = work.state == WorkState.PUBLISHED
    publishing.withdraw(session, work, by=by, at=at, reason=reason)
    closing.overruled(session, work, by=by, at=at)
    if not was_open:
        return
    past = queries.history_of(session, work.id)
    for review in past:
        telling.retract(session, WORK_APPROVED, review.id)
    authors = {work.owner_id, *(one for review in past for one in review.author_ids)} - {by.person_id}
    told = {"title": work.title, "work_id": str(work.id), "reason": reason, "remark": (remark or "").strip() or None}
    telling.tell(session, authors, WORK_WITHDRAWN, at=at, about=work.id, **told)


def undo(session: Session, work: Work, *, by: Actor, at: datetime) -> None:
    """Within the day its readers have it again, exactly as they had it. Raises SignInNeeded, NotAllowed,
    NotWithdrawnLately.
    """
    by.required()
    versions.lock(session, work)  # the button may have been pressed twice
    publishing.refuse_unentitled(work, by)
    if not may_undo(session, work, at=at):
        raise NotWithdrawnLately
    stood: Mapping[str, object] = {**publishing.standing(work), "state": WorkState.PUBLISHED}
    publishing.restore(session, work, stood, by=by, at=at)
    telling.retract(session, WORK_WITHDRAWN, work.id)


def may_undo(session: Session, work: Work, *, at: datetime) -> bool:
    """Whether it was withdrawn within the day, nothing has been decided since, and it shows what its readers had: its
    author may have sent or corrected what nobody has approved.
    """
    if work.state != WorkState.WITHDRAWN:
        return False
    last = select(Event).where(Event.subject_kind == Work.__tablename__, Event.subject_id == work.id, Event.act == ACT)
    found = session.scalar(last.order_by(Event.sequence.desc()).limit(1))
    if found is None or found.happened_at <= at - UNDO_LASTS:
        return False
    return found.before is not None and found.before == publishing.shown_digest(session, work)


def lately(session: Session, unit_ids: Collection[uuid.UUID], *, at: datetime) -> Sequence[Work]:
    """The works of these units that were withdrawn within the day and may be opened again."""
    told = select(Event.subject_id).where(
        Event.act == ACT, Event.unit_id.in_(unit_ids), Event.happened_at > at - UNDO_LASTS
    )
    withdrawn = (Work.state == WorkState.WITHDRAWN, Work.deleted_at.is_(None), Work.unit_id.in_(unit_ids))
    found = session.scalars(select(Work).where(*withdrawn, Work.id.in_(told)).order_by(Work.title)).all()
    return [one for one in found if may_undo(session, one, at=at)]

"""What was deleted and can be brought back, on the wire."""

from datetime import datetime

from pydantic import Field

from api.web.schemas import Named, Sent, Wish
from library.deleting.reasons import LONGEST_REMARK
from library.operations.deletions import Subject


class DeletionWish(Wish):
    """Why it goes."""

    reason: str = Field(max_length=40)
    remark: str | None = Field(default=None, max_length=LONGEST_REMARK)


class Deletion(Sent):
    """Something that was deleted, and until when it can be brought back."""

    id: str
    kind: Subject
    subject_id: str
    name: str  # its title, or the person's name
    reason: Named
    remark: str | None
    by: str
    deleted_at: datetime
    final_at: datetime  # removed everywhere from then on


class Deletions(Sent):
    """What I may bring back."""

    deletions: list[Deletion]

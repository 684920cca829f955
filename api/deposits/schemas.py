"""Files on their way in, on the wire."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from api.reviews.brief import ReviewBrief
from api.web.schemas import Sent, Wish
from library.catalogue.models import DepositState, WorkState


class Warning(Sent):
    """Something the uploader should know, in the language of the request."""

    code: str
    sentence: str
    page: int | None = None


class VersionStage(StrEnum):
    """Where a version is on its way to readers."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    PUBLISHED = "published"
    REPLACED = "replaced"


class Deposit(Sent):
    """A file on its way in; `state` is the server's own word, never a guess of the client."""

    id: str
    name: str
    size: int
    received: int
    state: DepositState
    step: str | None  # identify | read | recognise | draw | describe
    pages_done: int
    page_count: int | None
    code: str | None  # of the refusal or failure
    sentence: str | None
    warnings: list[Warning]
    submitted: bool  # goes to the reviewers when it is ready, or has gone
    may_edit: bool  # its work may get a new version, and go to the reviewers
    stands: VersionStage | None  # none before it is ready
    review: ReviewBrief | None  # the last one of this version
    work_id: str | None
    work_title: str | None
    guessed: list[str]  # fields of its card that nobody has confirmed
    work_state: WorkState | None
    version: int | None
    version_id: str | None
    digest: str | None
    searchable: bool
    created_at: datetime


class Deposits(Sent):
    """My uploads, newest first."""

    deposits: list[Deposit]


class BeingRead(Sent):
    """Somebody's file that waits to be read or is being read, as the administrator of its unit sees it."""

    id: str
    name: str
    owner: str | None  # none when the person is deleted
    state: DepositState  # waiting or working
    step: str | None
    pages_done: int
    page_count: int | None
    created_at: datetime


class InWork(Sent):
    """What is in work in the units in my care: the hundred oldest."""

    deposits: list[BeingRead]


class DepositSubmission(Wish):
    """Send an upload to the reviewers, also while it is still on its way."""

    # empty: the readers that its work has now
    sight: str | None = Field(default=None, pattern="^(|public|province|commune|school|owner)$")

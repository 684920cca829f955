"""Reviews on the wire: the queue, one review with what the machine found, decisions."""

from datetime import datetime

from pydantic import Field

from api.catalogue.schemas import Cover
from api.reviews.brief import ReviewBrief
from api.web.schemas import Code, Moment, Named, Sent, Wish
from library.catalogue.models import Readership, WorkState
from library.reviews.transitions import Level


class Waiting(Sent):
    """One line of the queue."""

    id: str
    work_id: str
    title: str
    type: Named | None
    subject: Named | None
    grade: int | None
    author: str
    page_count: int | None
    cover: Cover
    submitted_at: datetime
    held_by: str | None  # somebody else has it open
    current: bool = False  # the one that is open here


class Queue(Sent):
    """What waits for me, oldest first."""

    waiting: int
    reviews: list[Waiting]


class Twin(Sent):
    """Another work with the same file."""

    work_id: str
    title: str


class Checks(Sent):
    """What the machine found; findings, not verdicts."""

    page_count: int
    bad_pages: list[int]  # no text could be read
    ocr_pages: int
    missing: list[str]  # type, subject, grade, licence
    twins: list[Twin]


class Review(ReviewBrief):
    """The appraisal of one version at one level."""

    level: Level
    work_id: str
    work_state: WorkState
    title: str
    authors: str | None
    type: Named | None
    subject: Named | None
    grade: int | None
    series: Named | None
    licence: Named | None
    source: str | None
    description: str | None
    school: Named | None
    cover: Cover
    author: str
    version: int
    version_id: str
    digest: str  # a decision names it: it stands for the files, the words and the readers together
    sight: Readership
    opens_at: datetime | None
    closes_at: datetime | None
    kind: str  # pdf | image | text | file
    page_count: int | None
    file_name: str | None
    file_size: int
    served: bool  # the reader shows this very version
    checks: Checks
    held_by: str | None
    may_open: bool  # its pages and its file
    may_decide: bool
    may_undo: bool
    may_recall: bool


class Next(Sent):
    """The review that was opened for me; none when nothing is left."""

    waiting: int
    review: Review | None


class Submission(Wish):
    """Send it to the reviewers, for these readers."""

    sight: Readership | None = None
    to: list[Code] = Field(default_factory=list, max_length=200)
    opens_at: Moment | None = None
    closes_at: Moment | None = None


class Decision(Wish):
    """What was seen: the version, and the digest as the review told it."""

    version_id: Code
    digest: str = Field(max_length=64)


class Return(Decision):
    """Give it back: a reason, or a few words, or both."""

    reasons: list[Code] = Field(default_factory=list, max_length=20)
    remark: str | None = Field(default=None, max_length=2000)

"""Everything the house tells, room by room: the kinds of notices, and the words of what the audit keeps of a work."""

from collections.abc import Mapping

from library.catalogue import fixity
from library.catalogue import wording as catalogue
from library.circulation import reminding
from library.circulation import wording as circulation
from library.deleting import wording as deleting
from library.notices import welcoming
from library.notices.kinds import Kinds
from library.reviews import announcing, withdrawing
from library.reviews import wording as reviews

NOTICES: Kinds = {
    kind.code: kind
    for kind in (
        welcoming.WELCOME,
        fixity.FILES_DAMAGED,
        announcing.REVIEW_WANTED,
        announcing.WORK_APPROVED,
        announcing.WORK_RETURNED,
        withdrawing.WORK_WITHDRAWN,
        reminding.DUE_SOON,
        reminding.OVERDUE,
    )
}
ACTS: Mapping[str, tuple[str, str]] = {**catalogue.ACTS, **reviews.ACTS, **circulation.ACTS, **deleting.ACTS}

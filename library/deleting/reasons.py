"""Why works and people are deleted. The code is kept in the audit; what somebody adds in their own words goes with the
subject.
"""

from library.deleting.refusals import UnknownReason
from library.operations.deletions import Subject

REASONS: dict[str, dict[str, tuple[str, str]]] = {
    Subject.WORK: {
        "mistaken": ("gửi nhầm hoặc trùng", "sent by mistake, or twice"),
        "wrong-content": ("nội dung sai", "its content is wrong"),
        "rights": ("không có quyền phổ biến", "no right to share it"),
        "personal-data": ("có thông tin riêng của người khác", "it shows somebody’s personal data"),
        "other": ("lí do khác", "another reason"),
    },
    Subject.PERSON: {
        "left": ("đã rời trường", "has left the school"),
        "asked": ("người ấy hoặc cha mẹ yêu cầu", "they or their parents asked for it"),
        "mistaken": ("tạo nhầm hoặc trùng", "made by mistake, or twice"),
        "other": ("lí do khác", "another reason"),
    },
}
LONGEST_REMARK = 500


def refuse_unknown(kind: str, reason: str) -> None:
    """Raises UnknownReason."""
    if reason not in REASONS[kind]:
        raise UnknownReason


def in_words(kind: str, reason: str, language: str) -> str:
    """The reason as people read it."""
    return REASONS[kind].get(reason, (reason, reason))[language == "en"]

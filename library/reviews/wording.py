"""The words of what reviews tell: to their people, and of a work in its history."""

from collections.abc import Mapping

from library import vocabulary
from library.catalogue.wording import OPEN_NOW
from library.notices.kinds import Facts, Words, said, title_of

ACTS: Mapping[str, tuple[str, str]] = {
    "work-submitted": ("gửi duyệt", "sent it to the reviewers"),
    "work-approved": ("duyệt", "approved it"),
    "work-returned": ("trả lại để sửa", "gave it back for changes"),
    "decision-undone": ("rút lại quyết định của mình", "took their decision back"),
    "card-corrected-in-review": ("sửa thông tin khi duyệt: {fields}", "corrected while reviewing: {fields}"),
    "review-recalled": ("rút khỏi hàng chờ duyệt", "took it back out of the queue"),
    "review-superseded": ("đóng lần duyệt cũ vì đã có bản mới", "closed the old review: there is a newer version"),
    "review-overruled": (
        "đóng lần duyệt đang chờ vì đã tự quyết định",
        "closed the waiting review by deciding without it",
    ),
}


def review_wanted(facts: Facts, english: bool, count: int) -> Words:
    """To the pool."""
    count = max(count, int(facts["count"]) if str(facts.get("count", "")).isdecimal() else 1)
    school = said(facts, "school", "")
    if count > 1:
        line = f"{count} lectures are waiting for your review" if english else f"Có {count} bài đang chờ duyệt"
    else:
        title = title_of(facts, english)
        line = f"“{title}” is waiting for your review" if english else f"“{title}” đang chờ duyệt"
    line += f" ({school})" if school and count == 1 else ""
    return Words(line, "The oldest comes first." if english else "Bài gửi sớm nhất đứng đầu.", "/duyet")


def work_approved(facts: Facts, english: bool, _count: int) -> Words:
    """To the authors."""
    title = title_of(facts, english)
    readers = OPEN_NOW.get(str(facts.get("sight", "")), ("Người đọc đã mở được bài.", "Readers can open it now."))
    work_id = facts.get("work_id")
    return Words(
        f"“{title}” has been approved" if english else f"“{title}” đã được duyệt",
        readers[english],
        f"/tl/{work_id}" if work_id else "/bai-cua-toi",
    )


def work_returned(facts: Facts, english: bool, _count: int) -> Words:
    """To the authors, with the reasons."""
    title, reasons = title_of(facts, english), facts.get("reasons")
    named = (
        ", ".join(_reason(str(one), english) for one in reasons)
        if isinstance(reasons, list | tuple)
        else said(facts, "reasons", "")
    )
    more = ". ".join(part.rstrip(".") for part in (named, said(facts, "remark", "")) if part)
    otherwise = "Open it to see what to change." if english else "Mở ra xem cần sửa chỗ nào."
    line = f"“{title}” came back to you for a small change" if english else f"“{title}” cần sửa thêm"
    return Words(line, f"{more}." if more else otherwise, "/bai-cua-toi")


WITHDRAWN_BECAUSE: Mapping[str, tuple[str, str]] = {
    "mistaken": ("công bố nhầm", "it was published by mistake"),
    "wrong-content": ("nội dung cần sửa", "its content has to be mended"),
    "outdated": ("đã cũ, không còn đúng chương trình", "it is out of date"),
    "rights": ("không có quyền phổ biến", "there is no right to share it"),
    "personal-data": ("có thông tin riêng của người khác", "it shows somebody’s personal data"),
    "other": ("lí do khác", "another reason"),
}


def work_withdrawn(facts: Facts, english: bool, _count: int) -> Words:
    """To the authors, with the reason."""
    title, work_id = title_of(facts, english), facts.get("work_id")
    because = WITHDRAWN_BECAUSE.get(str(facts.get("reason")), WITHDRAWN_BECAUSE["other"])[english]
    reason = ("Reason: " if english else "Lí do: ") + because
    more = ". ".join(part.rstrip(".") for part in (reason, said(facts, "remark", "")) if part)
    line = f"“{title}” has been withdrawn from its readers" if english else f"“{title}” đã được thu hồi"
    return Words(line, f"{more}.", f"/tl/{work_id}" if work_id else "/bai-cua-toi")


def _reason(code: str, english: bool) -> str:
    """The reason in words; one that is no longer in the list stays as it was said."""
    term = vocabulary.reasons().get(code)
    return term.name("en" if english else "vi") if term else code

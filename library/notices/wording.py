"""The words of every notice, made when it is shown or sent. Pure: kind and facts in; an unknown kind or a missing fact
never breaks a page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from library import vocabulary

Facts = Mapping[str, Any]
DIGESTED = frozenset({"review-wanted"})  # many of them are told as one


@dataclass(frozen=True)
class Words:
    """One notice: a line that says it all, a sentence that helps, and the page to go to."""

    line: str
    more: str
    path: str


def words(kind: str, facts: Facts, language: str, *, count: int = 1) -> Words:
    """The notice in `vi` or `en`. `count`: it stands for so many of its kind."""
    return WORDED.get(kind, _unknown)(facts, language == "en", count)


def _said(facts: Facts, name: str, otherwise: str) -> str:
    value = facts.get(name)
    return str(value) if value not in (None, "") else otherwise


def _title(facts: Facts, english: bool) -> str:
    return _said(facts, "title", "your material" if english else "học liệu")


def _day(facts: Facts, name: str) -> str:
    try:
        return f"{date.fromisoformat(str(facts.get(name))[:10]):%d/%m/%Y}"
    except ValueError:
        return "–"


def _work(facts: Facts, otherwise: str) -> str:
    work_id = facts.get("work_id")
    return f"/tl/{work_id}" if work_id else otherwise


def _review_wanted(facts: Facts, english: bool, count: int) -> Words:
    count = max(count, int(facts["count"]) if str(facts.get("count", "")).isdecimal() else 1)
    school = _said(facts, "school", "")
    if count > 1:
        line = f"{count} lectures are waiting for your review" if english else f"Có {count} bài đang chờ duyệt"
    else:
        line = (
            f"“{_title(facts, english)}” is waiting for your review"
            if english
            else f"“{_title(facts, english)}” đang chờ duyệt"
        )
    line += f" ({school})" if school and count == 1 else ""
    return Words(line, "The oldest comes first." if english else "Bài gửi sớm nhất đứng đầu.", "/duyet")


def _work_approved(facts: Facts, english: bool, _count: int) -> Words:
    title = _title(facts, english)
    readers = READERS.get(str(facts.get("sight", "")), ("Người đọc đã mở được bài.", "Readers can open it now."))
    return Words(
        f"“{title}” has been approved" if english else f"“{title}” đã được duyệt",
        readers[english],
        _work(facts, "/bai-cua-toi"),
    )


def _work_returned(facts: Facts, english: bool, _count: int) -> Words:
    reasons = facts.get("reasons")
    named = (
        ", ".join(_reason(str(one), english) for one in reasons)
        if isinstance(reasons, list | tuple)
        else _said(facts, "reasons", "")
    )
    more = ". ".join(part.rstrip(".") for part in (named, _said(facts, "remark", "")) if part)
    otherwise = "Open it to see what to change." if english else "Mở ra xem cần sửa chỗ nào."
    line = (
        f"“{_title(facts, english)}” came back to you for a small change"
        if english
        else f"“{_title(facts, english)}” cần sửa thêm"
    )
    return Words(line, f"{more}." if more else otherwise, "/bai-cua-toi")


def _reason(code: str, english: bool) -> str:
    """The reason in words; one that is no longer in the list stays as it was said."""
    term = vocabulary.reasons().get(code)
    return term.name("en" if english else "vi") if term else code


def _loan_due_soon(facts: Facts, english: bool, _count: int) -> Words:
    title, due = _title(facts, english), _day(facts, "due")
    more = "Bring it to the library desk by then." if english else "Nhớ mang tới quầy thư viện trước ngày đó."
    return Words(f"“{title}” is due on {due}" if english else f"“{title}” sắp tới hạn trả: {due}", more, "/toi/muon")


def _loan_overdue(facts: Facts, english: bool, _count: int) -> Words:
    title, due = _title(facts, english), _day(facts, "due")
    more = (
        "Please bring it back soon, so that others can borrow it."
        if english
        else "Sớm mang trả thư viện giúp nhé, để bạn khác còn mượn."
    )
    return Words(f"“{title}” was due on {due}" if english else f"“{title}” đã quá hạn trả từ {due}", more, "/toi/muon")


def _files_damaged(facts: Facts, english: bool, _count: int) -> Words:
    line = "Some files in the store are damaged" if english else "Có tệp trong kho bị hỏng"
    more = (
        "Whoever looks after the machine sees which with “hoclieu fixity status”, and brings them back from the backup."
    )
    vi = "Người trông máy chạy lệnh “hoclieu fixity status” để biết tệp nào, rồi lấy lại từ bản sao lưu."
    return Words(line, more if english else vi, "/")


def _welcome(facts: Facts, english: bool, _count: int) -> Words:
    line = "Welcome to the library!" if english else "Chào mừng tới thư viện!"
    more = (
        "The help page shows in one minute what you can do here."
        if english
        else "Trang trợ giúp chỉ trong một phút những việc làm được ở đây."
    )
    return Words(line, more, "/tro-giup")


def _unknown(facts: Facts, english: bool, _count: int) -> Words:
    title = _said(facts, "title", "")
    line = ("There is news" if english else "Có tin mới") + (f": “{title}”" if title else "")
    return Words(line, "Open your page to see it." if english else "Mở trang của mình để xem.", "/toi")


WORDED: dict[str, Callable[[Facts, bool, int], Words]] = {
    "review-wanted": _review_wanted,
    "work-approved": _work_approved,
    "work-returned": _work_returned,
    "loan-due-soon": _loan_due_soon,
    "loan-overdue": _loan_overdue,
    "files-damaged": _files_damaged,
    "welcome": _welcome,
}
READERS = {
    "public": ("Mọi người đọc được rồi.", "Everybody can read it now."),
    "province": ("Các trường trong tỉnh đọc được rồi.", "The schools of the province can read it now."),
    "commune": ("Các trường trong xã đọc được rồi.", "The schools of the commune can read it now."),
    "school": ("Cả trường đọc được rồi.", "The whole school can read it now."),
    "department": ("Cả tổ đọc được rồi.", "The department can read it now."),
    "class": ("Lớp được chọn đọc được rồi.", "The chosen classes can read it now."),
}

"""The words of what circulation tells: to borrowers, and of a title in its history."""

from collections.abc import Mapping

from library.notices.kinds import Facts, Words, day_of, title_of

ACTS: Mapping[str, tuple[str, str]] = {
    "title-added": ("thêm sách giấy vào danh mục", "added the title on paper to the catalogue"),
}
LOANS = "/toi/muon"


def due_soon(facts: Facts, english: bool, _count: int) -> Words:
    """To the borrower, before the day."""
    title, due = title_of(facts, english), day_of(facts, "due")
    more = "Bring it to the library desk by then." if english else "Nhớ mang tới quầy thư viện trước ngày đó."
    return Words(f"“{title}” is due on {due}" if english else f"“{title}” sắp tới hạn trả: {due}", more, LOANS)


def overdue(facts: Facts, english: bool, _count: int) -> Words:
    """To the borrower, after the day."""
    title, due = title_of(facts, english), day_of(facts, "due")
    more = (
        "Please bring it back soon, so that others can borrow it."
        if english
        else "Sớm mang trả thư viện giúp nhé, để bạn khác còn mượn."
    )
    return Words(f"“{title}” was due on {due}" if english else f"“{title}” đã quá hạn trả từ {due}", more, LOANS)

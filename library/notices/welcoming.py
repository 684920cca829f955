"""The first thing in everybody's inbox."""

from library.notices.kinds import Facts, NoticeKind, Words


def _welcome(_facts: Facts, english: bool, _count: int) -> Words:
    line = "Welcome to the library!" if english else "Chào mừng tới thư viện!"
    more = (
        "The help page shows in one minute what you can do here."
        if english
        else "Trang trợ giúp chỉ trong một phút những việc làm được ở đây."
    )
    return Words(line, more, "/tro-giup")


WELCOME = NoticeKind("welcome", _welcome)

"""Days on which a school's library stays closed, as a librarian writes them: a line for a day or a run of days."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from library.errors import Wrong
from library.vietnamese import clean

DAY = r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})"
LINE = re.compile(rf"{DAY}(?:\s*(?:-|–|đến|to)\s*{DAY})?[\s:,–-]*(.*)", re.ASCII | re.IGNORECASE)
LONGEST, MOST = 120, 400  # days of a run; days in all
LONGEST_REASON = 200


class ClosedDayUnread(Wrong):
    code = "closed-day-unread"
    vi = (
        "Dòng “{line}” không đọc được thành ngày. Mỗi dòng một ngày, như 20/11/2026 Ngày Nhà giáo, hay một đợt nghỉ: "
        "26/01/2027 - 08/02/2027 Nghỉ Tết."
    )
    en = (
        "“{line}” cannot be read as a day. One day a line, such as 20/11/2026 Teachers’ Day, or a run: "
        "26/01/2027 - 08/02/2027 Tết."
    )


@dataclass(frozen=True)
class Closure:
    """A day, and why: None where nothing is said of a reason, empty where there is none."""

    day: date
    reason: str | None = None


def read(text: str) -> list[Closure]:
    """Raises ClosedDayUnread."""
    found = [one for line in clean(text).splitlines() if line.strip() for one in _of_line(line.strip())]
    if len(found) > MOST:
        raise ClosedDayUnread(line=f"… {len(found)} > {MOST}")
    return found


def written(closures: Iterable[Closure]) -> str:
    """The same lines again, none longer than `read` takes it."""
    runs = groupby(
        enumerate(sorted(closures, key=lambda one: one.day)),
        lambda each: (each[1].reason, each[1].day.toordinal() - each[0]),
    )
    lines = []
    for (reason, _), members in runs:
        days = [f"{each[1].day:%d/%m/%Y}" for each in members]
        for part in (days[first : first + LONGEST] for first in range(0, len(days), LONGEST)):
            lines.append(" ".join(filter(None, [" - ".join(dict.fromkeys((part[0], part[-1]))), reason])))
    return "\n".join(lines)


def _of_line(line: str) -> Iterator[Closure]:
    found = LINE.fullmatch(line)
    try:
        first, last = _day(found, 1), _day(found, 4)
    except (ValueError, TypeError) as error:
        raise ClosedDayUnread(line=line[:80]) from error
    if first is None or not 0 <= ((last or first) - first).days < LONGEST:
        raise ClosedDayUnread(line=line[:80])
    reason = found[7].strip()[:LONGEST_REASON] if found else ""
    for number in range(((last or first) - first).days + 1):
        yield Closure(first + timedelta(days=number), reason)


def _day(found: re.Match[str] | None, group: int) -> date | None:
    if found is None or found[group] is None:
        return None
    return date(int(found[group + 2]), int(found[group + 1]), int(found[group]))

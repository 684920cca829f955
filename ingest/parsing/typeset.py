"""What typesetters do to words, undone: letters set apart, a large first letter, a word drawn twice to look bold."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from ingest.parsing.words import Piece
from library.vietnamese.syllables import is_syllable

LEAST = 4  # so many single letters and signs in a row may be words set apart
EVEN = 1.5  # times the smallest gap: up to that, gaps are those between the letters of a word
WIDEST = 0.9  # of the line's height: letters further apart are the columns of a table
LONGEST_SYLLABLE = 7
DROPPED = 1.8  # times as high as the next line: a letter that reaches down beside it
BESIDE = 0.7  # of that line's height: so far from it at most
TWICE = 0.12  # of a word's lesser side: not further apart are two drawings of it


def undone(lines: Iterable[list[Piece]]) -> list[list[Piece]]:
    """The lines of a page with the words that were meant."""
    drawn: dict[str, list[Piece]] = {}
    once = (_drawn_once(line) for line in lines)
    return _with_capitals([_closed_up(line) for line in once if _is_new(line, drawn)])


def _drawn_once(line: list[Piece]) -> list[Piece]:
    """A line without its second half where that is the first one again, at the same place."""
    half = len(line) // 2
    first, second = line[:half], line[half:]
    again = half and len(line) % 2 == 0 and all(map(_is_same, first, second))
    return first if again else line


def _is_new(line: list[Piece], drawn: dict[str, list[Piece]]) -> bool:
    """Whether the same words were not yet drawn at the same place."""
    before = drawn.setdefault(" ".join(piece.text for piece in line), [])
    if any(_is_same(line[0], one) for one in before):
        return False
    before.append(line[0])
    return True


def _is_same(piece: Piece, other: Piece) -> bool:
    near = TWICE * min(piece.y1 - piece.y0, piece.x1 - piece.x0)
    return piece.text == other.text and abs(piece.x0 - other.x0) <= near and abs(piece.y0 - other.y0) <= near


def _closed_up(line: list[Piece]) -> list[Piece]:
    """A line in which letters that were set apart are words again."""
    if sum(len(piece.text) == 1 for piece in line) < LEAST:
        return line
    closed: list[Piece] = []
    for run in _runs(line):
        closed += _words_of(run) or run
    return closed


def _runs(line: list[Piece]) -> Iterator[list[Piece]]:
    """Single letters in a row, and everything else one by one."""
    run: list[Piece] = []
    for piece in line:
        if len(piece.text) == 1:
            run.append(piece)
            continue
        if run:
            yield run
        yield [piece]
        run = []
    if run:
        yield run


def _words_of(run: list[Piece]) -> list[Piece] | None:
    """The words of letters set apart, told by their wider gaps, else by the syllables that they make; None where they
    are letters after all: the columns of a table, the variables of a formula.
    """
    letters = sum(piece.text.isalpha() for piece in run)
    if len(run) < LEAST or 2 * letters < len(run):
        return None
    gaps = [_gap(one, other) for one, other in pairwise(run)]
    most = EVEN * min(gaps)
    if min(gaps) > WIDEST * _height(run[0]) or sum(gap <= most for gap in gaps) < len(gaps) / 2:
        return None
    words = [[run[0]]]
    for gap, piece in zip(gaps, run[1:], strict=True):
        words[-1].append(piece) if gap <= most else words.append([piece])
    if len(words) > 1:
        return [_joined(word) for word in words] if len(run) >= 2 * len(words) else None
    return [_joined(word) for word in _syllables(run)]


def _syllables(run: list[Piece]) -> list[list[Piece]]:
    """The fewest syllables of two letters or more that a run of capitals is made of; none where it is not."""
    written = "".join(piece.text for piece in run)
    if not written.isupper():
        return []
    text = written.lower()
    best: list[list[int] | None] = [[], *[None] * len(text)]  # where the syllables end that reach so far
    for end in range(2, len(text) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end - 1):
            so_far, known = best[start], best[end]
            if so_far is None or (known is not None and len(known) <= len(so_far) + 1):
                continue
            if is_syllable(text[start:end]):
                best[end] = [*so_far, end]
    ends = best[-1] or []
    return [run[start:end] for start, end in pairwise([0, *ends])]


def _with_capitals(lines: list[list[Piece]]) -> list[list[Piece]]:
    """The lines with each large first letter set back before the word it begins."""
    whole: list[list[Piece]] = []
    for line in lines:
        before = whole[-1] if whole else []
        if len(before) == 1 and _begins(before[0], line[0]):
            whole[-1] = [_joined([before[0], line[0]]), *line[1:]]
        else:
            whole.append(line)
    return whole


def _begins(capital: Piece, word: Piece) -> bool:
    """Whether a large letter is the first of the word beside it, and not a word by itself."""
    height = word.y1 - word.y0
    if len(capital.text) != 1 or not capital.text.isupper() or capital.y1 - capital.y0 < DROPPED * height:
        return False
    beside = -height <= word.x0 - capital.x1 <= BESIDE * height and capital.y0 - height <= word.y0 <= capital.y1
    both = (capital.text + word.text).lower()
    alone = is_syllable(capital.text.lower()) and is_syllable(word.text.lower())
    return beside and word.text[0].islower() and (is_syllable(both) or not alone)


def _joined(pieces: list[Piece]) -> Piece:
    return Piece(
        "".join(piece.text for piece in pieces),
        min(piece.x0 for piece in pieces),
        min(piece.y0 for piece in pieces),
        max(piece.x1 for piece in pieces),
        max(piece.y1 for piece in pieces),
    )


def _gap(one: Piece, other: Piece) -> float:
    """How far two pieces of a line are apart, whichever way it runs."""
    return max(other.x0 - one.x1, one.x0 - other.x1, other.y0 - one.y1, one.y0 - other.y1, 0.01)


def _height(letter: Piece) -> float:
    """A letter of a line that runs down is as wide as its line is high."""
    return max(letter.y1 - letter.y0, letter.x1 - letter.x0)

"""Words that were divided at the end of a line, in one piece again: `environ-` / `ment`. What is printed stays as it
is; the whole word is one more token.

Vietnamese divides no words: a dash at a line end stands between syllables there, and joins none.
"""

import re
from collections.abc import Iterable, Sequence

from library.vietnamese.folding import HYPHENS
from library.vietnamese.syllables import is_syllable
from library.vietnamese.tokens import IDEOGRAPH, Token, keys_of

LETTERS = "(?:[^\\W\\d_]|[\u0300-\u036f]){2,}"
LINE_END = f"[{HYPHENS}] *\n *"
BREAK = re.compile(LINE_END)
ENDS = [f"{hyphen}{space}\n" for hyphen in HYPHENS for space in ("", " ", "  ")]
DIVIDED = re.compile(f"(?<!\\w){LETTERS}(?:{LINE_END}{LETTERS})+(?!\\w)")
WORD = re.compile(LETTERS)
OTHER_SCRIPT = re.compile(IDEOGRAPH)
MOSTLY = 0.75  # of the words of Vietnamese lines are syllables; of English ones a half looks like it at most


def divided(text: str) -> list[Token]:
    """The divided words of stored text, each from its first letter to its last, line ends and all."""
    if not any(end in text for end in ENDS) or not any(map(_between_letters, BREAK.finditer(text))):
        return []  # nearly always, and each of these looks costs a tenth of the next
    return [
        Token(*keys_of("".join(parts)), match.start(), match.end())
        for match in DIVIDED.finditer(text)
        if _one_word(parts := BREAK.split(match.group())) and not _syllables(text, match, parts)
    ]


def _between_letters(end: re.Match[str]) -> bool:
    text = end.string
    return text[max(0, end.start() - 1) : end.start()].isalpha() and text[end.end() : end.end() + 1].isalpha()


def in_one_piece(found: Iterable[Token], wholes: Sequence[Token]) -> list[Token]:
    """The tokens with whole words in the place of their parts."""
    parts = {at for whole in wholes for at in range(whole.start, whole.end)}
    return sorted([*wholes, *(token for token in found if token.start not in parts)], key=lambda token: token.start)


def _one_word(parts: list[str]) -> bool:
    """A name that begins with a capital is no second half, and ideographs are divided anywhere."""
    whole = "".join(parts)
    alike = whole.isupper() or not any(part[0].isupper() for part in parts[1:])
    return alike and not OTHER_SCRIPT.search(whole) and not is_syllable(whole.lower())


def _syllables(text: str, match: re.Match[str], parts: list[str]) -> bool:
    """Whether these are Vietnamese syllables with a dash between them; the lines on which they stand tell."""
    if not all(is_syllable(part.lower()) for part in parts):
        return False
    start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
    line = text[start : match.start()] + " " + text[match.end() : end if end >= 0 else len(text)]
    others = [word.lower() for word in WORD.findall(line)]
    return sum(map(is_syllable, others)) >= MOSTLY * len(others)

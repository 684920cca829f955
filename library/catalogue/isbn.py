"""The numbers of the book trade: EAN-13 with its check digit, and ISBN in both lengths. Pure."""

import re

from library.errors import Wrong

NAME = re.compile(r"^\s*(mã\s+(số\s+)?)?isbn(\s*[-–]?\s*1[03](?=\s*:|\s+\d))?\s*[:.]?", re.I)


class IsbnWrong(Wrong):
    code = "isbn-wrong"
    vi = "Số ISBN chưa đúng: {isbn}. Chép lại 10 hoặc 13 chữ số ở bìa sau."
    en = "The ISBN is not right: {isbn}. Copy the 10 or 13 digits from the back cover."


def check_digit(digits: str) -> str:
    """The check digit of twelve digits."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def is_ean13(code: str) -> bool:
    """Thirteen digits with the right check digit."""
    return len(code) == 13 and code.isascii() and code.isdecimal() and check_digit(code[:12]) == code[12]


def is_isbn(code: str) -> bool:
    """A book trade code as printed on covers. 979-0 is printed music's (ISMN)."""
    return is_ean13(code) and code.startswith(("978", "979")) and not code.startswith("9790")


def normal_isbn(text: str) -> str | None:
    """Thirteen digits of an ISBN written with 10 or 13 digits, any dashes and "ISBN" before it; None when it is not
    one.
    """
    digits = "".join(letter for letter in NAME.sub("", text).upper() if letter.isascii() and letter.isalnum())
    if len(digits) == 10 and digits[:9].isdecimal() and (digits[9].isdecimal() or digits[9] == "X"):
        total = sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(digits))
        return None if total % 11 else f"978{digits[:9]}{check_digit(f'978{digits[:9]}')}"
    return digits if is_isbn(digits) else None


def isbn_of(text: str) -> str:
    """Its thirteen digits. Raises IsbnWrong."""
    normal = normal_isbn(text)
    if normal is None:
        raise IsbnWrong(isbn=text[:60])
    return normal

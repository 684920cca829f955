"""How far a licence lets a work be opened."""

from library import vocabulary
from library.catalogue.models import Readership
from library.errors import Wrong


class LicenceMissing(Wrong):
    code = "licence-missing"
    vi = (
        "Chưa có giấy phép thì chỉ mở trong trường. Chọn giấy phép ở phần thông tin học liệu, hoặc chọn người đọc là "
        "“Trong trường”."
    )
    en = (
        "Without a licence a material stays within its school. Choose a licence on its card, or open it to the school "
        "only."
    )


class LicenceTooNarrow(Wrong):
    code = "licence-too-narrow"
    vi = "Giấy phép “{licence_vi}” không cho mở rộng như vậy. Chọn người đọc hẹp hơn, hoặc giấy phép khác."
    en = "The licence “{licence_en}” does not let it be opened that far. Choose fewer readers, or another licence."


WIDEST_FIRST = (Readership.PUBLIC, Readership.PROVINCE, Readership.COMMUNE)  # all others lie within a school


def refuse_unlicensed(licence: str | None, sight: str) -> None:
    """A work is opened no wider than its licence says, and without one not above its school. Raises LicenceMissing,
    LicenceTooNarrow.
    """
    if sight not in WIDEST_FIRST:
        return
    if licence is None:
        raise LicenceMissing
    widest = vocabulary.widest_of()[licence]
    if widest not in WIDEST_FIRST[: WIDEST_FIRST.index(Readership(sight)) + 1]:
        term = vocabulary.licences()[licence]
        raise LicenceTooNarrow(licence_vi=term.vi, licence_en=term.en)

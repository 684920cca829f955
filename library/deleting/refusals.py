"""Why something is not deleted, or does not come back."""

from library.errors import Clash, Gone, Unknown, Wrong


class UnknownDeletion(Unknown):
    code = "unknown-deletion"
    vi = "Không thấy mục này trong danh sách đã xoá. Có thể đã được lấy lại rồi."
    en = "This is not among what was deleted. Perhaps it has been brought back already."


class UnknownReason(Wrong):
    code = "unknown-deletion-reason"
    vi = "Chọn một lí do xoá trong danh sách."
    en = "Choose one of the reasons for deleting it."


class TooLateToBringBack(Gone):
    code = "too-late-to-bring-back"
    vi = "Đã quá 30 ngày, mục này đã hoặc đang được xoá hẳn nên không lấy lại được nữa."
    en = "The thirty days are over: it has been removed for good, or is being removed now."


class NotYourself(Clash):
    code = "not-yourself"
    vi = "Không tự xoá tài khoản của mình được. Nhờ một quản trị viên khác."
    en = "You cannot delete your own account. Ask another administrator."

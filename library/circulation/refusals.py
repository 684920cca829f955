"""What a desk may be told, in the words of a librarian."""

from library.errors import Clash, Forbidden, Unknown, Wrong


class UnknownBarcode(Unknown):
    code = "unknown-barcode"
    vi = "Mã {code} chưa có trong kho của trường. Thêm bản sách này ở trang Kho sách rồi quét lại."
    en = "The code {code} is not among the school's copies. Add the copy on the stock page and scan it again."


class ForeignItem(Clash):
    code = "foreign-item"
    vi = "“{title}” là sách của {school}. Để riêng để gửi trả trường bạn."
    en = "“{title}” belongs to {school}. Put it aside to send it back."


class LabelOfTwo(Clash):
    code = "label-of-two"
    vi = "Mã {code} đọc được thành mấy nhãn: {labels}. Gõ đúng như in trên nhãn, rồi dán lại nhãn khác cho một cuốn."
    en = "The code {code} may be any of these labels: {labels}. Type it as printed, then give one copy a new label."


class UnknownCard(Unknown):
    code = "unknown-card"
    vi = "Thẻ {code} không phải của người trong trường này."
    en = "The card {code} belongs to nobody of this school."


class CardNotOpen(Clash):
    code = "card-not-open"
    vi = "Thẻ quét trước cuốn này chưa mở được, nên chưa ghi gì. Quét lại thẻ rồi quét lại sách."
    en = "The card scanned before this copy was not opened, so nothing was recorded. Scan both again."


class IsbnScanned(Wrong):
    code = "isbn-scanned"
    vi = "Đây là mã ISBN in ở bìa, chưa phải mã của bản sách. Quét nhãn của trường dán trên sách."
    en = "This is the ISBN on the cover, not the label of the copy. Scan the school's own label."


class CommandUnknown(Wrong):
    code = "unknown-command"
    vi = "Thẻ lệnh này chưa dùng được ở quầy."
    en = "This command card does nothing at the desk yet."


class ItemOnLoan(Clash):
    code = "item-on-loan"
    vi = "Cuốn này {borrower} đang mượn, hạn trả {due}."
    en = "{borrower} has this copy on loan until {due}."


class AlreadyYours(Clash):
    code = "already-yours"
    vi = "{borrower} đang giữ chính cuốn này, hạn trả {due}. Muốn trả thì bấm Xong rồi quét lại."
    en = "{borrower} has this very copy until {due}. To return it, finish with this reader and scan it again."


class LoanLimitReached(Clash):
    code = "loan-limit-reached"
    vi = "{borrower} đã mượn đủ {limit} cuốn, trả một cuốn rồi mượn tiếp nhé."
    en = "{borrower} has {limit} copies already; one must come back first."


class OverdueBlocks(Clash):
    code = "overdue-blocks"
    vi = "{borrower} còn {count} cuốn quá hạn, trả rồi mượn tiếp nhé."
    en = "{borrower} has {count} overdue copies; they must come back first."


class ReadHereOnly(Clash):
    code = "read-here-only"
    vi = "Sách này chỉ đọc tại chỗ, không cho mượn về."
    en = "This copy is for reading in the library only."


class ItemNotLendable(Clash):
    code = "item-not-lendable"
    vi = "Bản sách này đang ghi là {status_vi}, chưa cho mượn được."
    en = "This copy is recorded as {status_en} and cannot be lent."


class PatronGone(Clash):
    code = "patron-gone"
    vi = "{borrower} không còn trong trường, chỉ trả sách được thôi."
    en = "{borrower} has left the school and can only return copies."


class NothingToUndo(Clash):
    code = "nothing-to-undo"
    vi = "Lượt này không hoàn tác được nữa: đã quá {minutes} phút, hoặc sách đã đi tiếp."
    en = "This can no longer be undone: more than {minutes} minutes ago, or the copy has moved on."


class BarcodeTaken(Clash):
    code = "barcode-taken"
    vi = "Mã {code} đã dán cho một bản khác, kể cả bản đã thanh lí cũng không dùng lại."
    en = "The label {code} belongs to another copy; labels are never used twice, withdrawn copies included."


class IsbnUnknown(Unknown):
    code = "isbn-unknown"
    vi = "Chưa có sách nào mang ISBN {isbn}. Điền tên sách để thêm mới."
    en = "No title carries the ISBN {isbn} yet. Fill in the title to add it."


class TitleNeeded(Wrong):
    code = "title-needed"
    vi = "Điền tên sách, hoặc ISBN của sách đã có."
    en = "Fill in the title, or the ISBN of a known one."


class TitleToConfirm(Clash):
    code = "title-to-confirm"
    vi = (
        "ISBN {isbn} trong thư viện là “{title}”, do {owner} ghi. Đúng cuốn đang cầm thì chọn nó; không phải thì điền "
        "tên sách và thêm sách mới."
    )
    en = (
        "In the library {isbn} is “{title}”, entered by {owner}. If that is the book in your hands, choose it; else "
        "fill in its title and add it."
    )


class NotAtDesk(Forbidden):
    code = "not-at-desk"
    vi = "Quầy dành cho thủ thư của trường."
    en = "The desk is for the school's librarian."


class TitleOnPaper(Clash):
    code = "title-on-paper"
    vi = (
        "Sổ thư viện của {schools} còn ghi {count} bản giấy của sách này nên chưa xoá được. Muốn người đọc không thấy "
        "nữa thì bấm “Thu hồi”."
    )
    en = (
        "The registers of {schools} name {count} paper copies of this title, so it cannot be deleted. To hide it from "
        "readers, withdraw it."
    )


class LoansOpen(Clash):
    code = "loans-open"
    vi = "{name} còn giữ {count} cuốn: {titles}. Nhận lại sách ở quầy rồi xoá."
    en = "{name} still has {count} books: {titles}. Take them back at the desk first."


OF_A_CODE = (
    UnknownBarcode,
    LabelOfTwo,
    ForeignItem,
    IsbnScanned,
    CommandUnknown,
)  # that is neither a copy nor a card here
# in the order of `judging.loan`
OF_A_LOAN = (AlreadyYours, ItemOnLoan, ItemNotLendable, PatronGone, ReadHereOnly, OverdueBlocks, LoanLimitReached)

"""Why a file cannot be taken, and what its uploader should know about one that can."""

from library.errors import Refusal, Wrong


class EmptyFile(Wrong):
    code = "empty-file"
    vi = "Tệp này rỗng (0 byte). Mở lại tệp trên máy xem còn nội dung không rồi gửi lại nhé."
    en = "This file is empty (0 bytes). Check it on your computer and send it again."


class Warned(Refusal):
    """Not a refusal of the file: something to know about it."""


class Repaired(Warned):
    code = "repaired"
    vi = "Tệp bị lỗi nhẹ, máy đã tự sửa để đọc. Xem lại các trang giúp nhé."
    en = "The file was slightly damaged and has been repaired for reading. Please look through the pages."


class Rebuilt(Warned):
    code = "rebuilt"
    vi = (
        "Tệp bị hỏng cấu trúc; máy đã dựng lại một bản để đọc, có thể thiếu trang. Xem lại giúp nhé, bản gốc vẫn giữ "
        "nguyên."
    )
    en = (
        "The structure of this file is damaged; a rebuilt copy is read, and pages may be missing. Please look through "
        "it; the original is kept as it is."
    )


class KeptNotRead(Warned):
    code = "kept-not-read"
    vi = "Loại tệp này được giữ và cho tải về; chưa đọc được chữ bên trong, nên chỉ tìm thấy theo tên."
    en = "This kind of file is kept and can be downloaded; its text is not read yet, so it is found by its title only."


class PageUnreadable(Warned):
    code = "page-unreadable"
    vi = "Trang {page} không đọc được; các trang khác vẫn dùng bình thường."
    en = "Page {page} could not be read; the other pages are fine."


class LettersLost(Warned):
    code = "letters-lost"
    vi = "Trang {page} có chữ dùng phông hỏng nên máy không đọc được hết chữ; hình trang vẫn đúng."
    en = "Some letters on page {page} come from a broken font and could not be read; its picture is right."


class LettersNotDrawn(Warned):
    code = "letters-not-drawn"
    vi = (
        "Trang {page} thiếu phông chữ nên hình trang bị mất các chữ: {letters}. Lưu lại tệp, chọn nhúng phông, rồi gửi."
    )
    en = "Page {page} uses a font that is not in the file: {letters} are missing in its picture. Embed the fonts."


class Portfolio(Warned):
    code = "portfolio"
    vi = "Tệp này chỉ là bìa của một gói PDF; các tệp thật nằm bên trong. Mở gói ra rồi gửi riêng từng tệp giúp nhé."
    en = "This is only the cover of a PDF portfolio; the real files are inside. Take them out and send them one by one."


class XfaForm(Warned):
    code = "xfa-form"
    vi = "Tệp này là biểu mẫu chỉ mở được bằng Adobe Reader. In nó ra PDF (Print to PDF) rồi gửi lại giúp nhé."
    en = "This form opens in Adobe Reader only. Print it to a PDF and send that."


class PagePartlyRead(Warned):
    code = "page-partly-read"
    vi = "Trang {page} có phần in trong hình mà máy chưa đọc được chữ, nên chưa tìm được chữ ở phần đó."
    en = "Part of page {page} is printed in a picture and could not be read, so its words cannot be found."


class PageNotDrawn(Warned):
    code = "page-not-drawn"
    vi = "Không vẽ được hình trang {page}; các trang khác vẫn dùng bình thường."
    en = "No picture of page {page} could be drawn; the other pages are fine."


class TooMuchWork(Warned):
    code = "too-much-work"
    vi = (
        "Tệp này bắt máy làm quá nhiều nên máy dừng lại: từ trang {page} trở đi có thể thiếu chữ hoặc hình. Bản gốc "
        "vẫn giữ nguyên."
    )
    en = (
        "This file took too much work, so reading stopped: from page {page} on, words or pictures may be missing. The "
        "original is kept as it is."
    )


class PageNotReadable(Warned):
    code = "page-not-readable"
    vi = "Ảnh trang {page} mờ hoặc tối quá, máy chưa nhận ra chữ. Chụp hoặc quét lại trang này giúp nhé."
    en = "The picture of page {page} is too blurred or dark to read. Please photograph or scan this page again."


class PageBadlyRead(Warned):
    code = "page-badly-read"
    vi = "Máy đọc trang {page} không rõ, nhiều chữ có thể sai nên khó tìm. Nếu được, quét hoặc chụp lại trang này nhé."
    en = "Page {page} was hard to read; many of its words may be wrong. If you can, scan or photograph it again."


class OcrNotAvailable(Warned):
    code = "ocr-not-available"
    vi = "Trang {page} là ảnh nhưng máy chủ chưa cài bộ nhận chữ, nên chưa tìm được chữ trong trang."
    en = "Page {page} is an image, and text recognition is not installed on the server, so its words cannot be found."

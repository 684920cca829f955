"""Why a PDF cannot be taken."""

from library.errors import Wrong


class NotTheTypeItClaims(Wrong):
    code = "not-the-type-it-claims"
    vi = "Tên tệp là .pdf nhưng bên trong không phải PDF. Nếu là ảnh, giữ nguyên đuôi .jpg hoặc .png rồi gửi lại."
    en = "The file is called .pdf but is not a PDF. If it is a picture, keep its ending .jpg or .png and send it again."


class Encrypted(Wrong):
    code = "encrypted"
    vi = "Tệp PDF có mật khẩu nên không đọc được. Bỏ mật khẩu (in ra PDF mới) rồi gửi lại."
    en = "This PDF needs a password. Remove it (print to a new PDF) and send it again."


class Damaged(Wrong):
    code = "damaged"
    vi = "Tệp PDF bị hỏng, không mở được trang nào. Tải hoặc xuất lại tệp từ bản gốc rồi gửi lại."
    en = "This PDF is damaged; no page could be opened. Export it again from the original and send it again."


class NoPages(Wrong):
    code = "no-pages"
    vi = "Tệp PDF này không có trang nào."
    en = "This PDF has no pages."


class TooManyPages(Wrong):
    code = "too-many-pages"
    vi = "Tệp có {pages} trang, nhiều hơn mức {limit} trang. Tách thành nhiều tập rồi gửi từng tập."
    en = "The file has {pages} pages, more than the limit of {limit}. Split it into volumes and send each one."

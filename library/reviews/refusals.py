"""What a review may refuse, as sentences."""

from library.errors import Clash, Forbidden, Unknown, Wrong


class UnknownReview(Unknown):
    code = "unknown-review"
    vi = "Không tìm thấy bài chờ duyệt này. Có thể liên kết đã cũ, hoặc bài không thuộc phần việc của tài khoản này."
    en = "This review was not found. The link may be old, or it is not among those of this account."


class ReviewOver(Forbidden):
    code = "review-over"
    vi = (
        "Bài này không còn chờ duyệt nên trang và tệp của nó đã đóng lại với người duyệt. Bài đã công bố thì mở ở "
        "trang của học liệu."
    )
    en = (
        "This no longer waits for a review, so its pages and files are closed to reviewers. What is published is read "
        "on the page of the material."
    )


class NotAReviewer(Forbidden):
    code = "not-a-reviewer"
    vi = (
        "Trang này dành cho người duyệt bài của trường. Nếu thầy cô được phân công duyệt, nhờ quản trị viên thêm vai "
        "trò."
    )
    en = "This is for the reviewers of the school. If reviewing is your task, ask the administrator for the role."


class OwnWork(Forbidden):
    code = "own-work"
    vi = "Bài của chính mình thì để người khác duyệt. Bài vẫn ở trong hàng đợi của các thầy cô còn lại."
    en = "Somebody else reviews your own work. It stays in the queue of the other reviewers."


class AlreadyDecided(Clash):
    code = "already-decided"
    vi = "Bài này không còn chờ duyệt: {who} vừa xử lí xong. Chưa có gì bị đổi thêm; mời sang bài kế."
    en = "This no longer waits for a review: {who} has just dealt with it. Nothing more was changed; go on to the next."


class AlreadyInReview(Clash):
    code = "already-in-review"
    vi = "Bài này đã ở trong hàng chờ duyệt rồi, không cần gửi lại."
    en = "This is waiting for its review already; there is no need to send it again."


class NothingToReview(Clash):
    code = "nothing-to-review"
    vi = "Chưa có bản nào để gửi duyệt: bản mới nhất đã công bố, hoặc tệp chưa nhận được. Gửi tệp mới rồi bấm lại."
    en = (
        "There is nothing to review: the newest version is published already, or the file was not accepted. Upload a "
        "new file first."
    )


class NothingChosen(Wrong):
    code = "nothing-chosen"
    vi = "Chưa chọn bài nào. Đánh dấu những bài cần ghi thông tin."
    en = "Nothing is chosen. Tick the materials whose cards are to be written."


class ReasonNeeded(Wrong):
    code = "reason-needed"
    vi = "Chọn một lí do hoặc viết vài chữ, để người gửi biết cần sửa gì."
    en = "Choose a reason or write a few words, so that the author knows what to change."


class TooLateToUndo(Clash):
    code = "too-late-to-undo"
    vi = "Đã quá 10 giây, hoặc bài đã đổi từ lúc đó, nên không hoàn tác được nữa. Nhờ quản trị viên thu hồi nếu cần."
    en = (
        "More than 10 seconds have passed, or the work has changed since, so this cannot be undone. An administrator "
        "can withdraw it."
    )


class NotYourDecision(Forbidden):
    code = "not-your-decision"
    vi = "Chỉ người vừa quyết định mới hoàn tác được."
    en = "Only whoever decided can undo it."

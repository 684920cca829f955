"""The words of what the catalogue knows by a code, in Vietnamese and in English."""

from collections.abc import Mapping

from library.catalogue.models import Readership
from library.notices.kinds import Facts, Words

READERS: Mapping[str, tuple[str, str]] = {  # who they are
    Readership.PUBLIC: ("Mọi người", "Everybody"),
    Readership.PROVINCE: ("Các trường trong tỉnh", "Schools of the province"),
    Readership.COMMUNE: ("Các trường trong xã", "Schools of the commune"),
    Readership.SCHOOL: ("Trong trường", "Within the school"),
    Readership.DEPARTMENT: ("Trong tổ", "Within the department"),
    Readership.CLASS: ("Lớp được chọn", "Chosen classes"),
    Readership.PERSON: ("Người được chọn", "Chosen people"),
    Readership.OWNER: ("Chỉ người phụ trách", "Its keepers only"),
}
OPEN_TO: Mapping[str, tuple[str, str]] = {  # that it is open to them
    Readership.PUBLIC: ("Mọi người đọc được", "Open to everybody"),
    Readership.PROVINCE: ("Các trường trong tỉnh đọc được", "Open to the schools of the province"),
    Readership.COMMUNE: ("Các trường trong xã đọc được", "Open to the schools of the commune"),
    Readership.SCHOOL: ("Trong trường đọc được", "Open within the school"),
    Readership.DEPARTMENT: ("Trong tổ đọc được", "Open within the department"),
    Readership.CLASS: ("Lớp được chọn đọc được", "Open to chosen classes"),
    Readership.PERSON: ("Người được chọn đọc được", "Open to chosen people"),
    Readership.OWNER: ("Chỉ người phụ trách thấy", "Only its keepers see it"),
}
OPENED_TO: Mapping[str, tuple[str, str]] = {  # the same, within a sentence of the history
    Readership.PUBLIC: ("mọi người đọc được", "for everybody"),
    Readership.PROVINCE: ("các trường trong tỉnh đọc được", "for the schools of the province"),
    Readership.COMMUNE: ("các trường trong xã đọc được", "for the schools of the commune"),
    Readership.SCHOOL: ("trong trường đọc được", "within the school"),
    Readership.DEPARTMENT: ("trong tổ đọc được", "within the department"),
    Readership.CLASS: ("lớp được chọn đọc được", "for chosen classes"),
    Readership.PERSON: ("người được chọn đọc được", "for chosen people"),
    Readership.OWNER: ("chỉ người phụ trách thấy", "for its keepers only"),
}
OPEN_NOW: Mapping[str, tuple[str, str]] = {  # good news in a notice
    Readership.PUBLIC: ("Mọi người đọc được rồi.", "Everybody can read it now."),
    Readership.PROVINCE: ("Các trường trong tỉnh đọc được rồi.", "The schools of the province can read it now."),
    Readership.COMMUNE: ("Các trường trong xã đọc được rồi.", "The schools of the commune can read it now."),
    Readership.SCHOOL: ("Cả trường đọc được rồi.", "The whole school can read it now."),
    Readership.DEPARTMENT: ("Cả tổ đọc được rồi.", "The department can read it now."),
    Readership.CLASS: ("Lớp được chọn đọc được rồi.", "The chosen classes can read it now."),
}
ACTS: Mapping[str, tuple[str, str]] = {  # what happened to a work, in its history
    "upload-begun": ("bắt đầu gửi tệp", "began to send the file"),
    "upload-accepted": ("gửi xong tệp", "sent the file"),
    "upload-forgotten": ("bỏ tệp đã gửi", "dropped the file"),
    "upload-refused": ("không nhận tệp", "could not take the file"),
    "upload-failed": ("chưa đọc được tệp", "could not read the file"),
    "work-opened": ("mở học liệu", "opened the material"),
    "work-ready": ("đọc xong tệp, bản đã sẵn sàng", "has read the file; the version is ready"),
    "work-described": ("sửa thông tin: {fields}", "corrected: {fields}"),
    "work-published": ("công bố: {sight}", "published: {sight}"),
    "work-withdrawn": ("thu hồi", "withdrew it"),
    "work-restored": ("đưa về như trước khi quyết định", "put it back as it was before the decision"),
}


def files_damaged(_facts: Facts, english: bool, _count: int) -> Words:
    """To the province's administrators."""
    line = "Some files in the store are damaged" if english else "Có tệp trong kho bị hỏng"
    more = (
        "Whoever looks after the machine sees which with “hoclieu fixity status”, and brings them back from the backup."
    )
    vi = "Người trông máy chạy lệnh “hoclieu fixity status” để biết tệp nào, rồi lấy lại từ bản sao lưu."
    return Words(line, more if english else vi, "/")

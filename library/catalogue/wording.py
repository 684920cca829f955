"""The words of what the catalogue knows by a code, in Vietnamese and in English."""

from collections.abc import Mapping

from library.catalogue.models import Readership

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

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

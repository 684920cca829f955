"""The roles people hold in units, and what each group of them may do. A guest is somebody without any role."""

from collections.abc import Mapping
from enum import StrEnum

from library.errors import Wrong


class Role(StrEnum):
    """What somebody is in a unit, in the order in which a form offers it."""

    ADMINISTRATOR = "administrator"
    TECHNICIAN = "technician"
    TEACHER = "teacher"
    DEPARTMENT_HEAD = "department-head"
    LEADER = "leader"
    REVIEWER = "reviewer"
    LIBRARIAN = "librarian"
    COMMUNE_OFFICER = "commune-officer"
    SPECIALIST = "specialist"
    COUNCIL = "council"
    PUPIL = "pupil"
    PARENT = "parent"


AUTHORS = frozenset(  # may upload
    {
        Role.ADMINISTRATOR,
        Role.TECHNICIAN,
        Role.TEACHER,
        Role.DEPARTMENT_HEAD,
        Role.LEADER,
        Role.REVIEWER,
        Role.LIBRARIAN,
        Role.SPECIALIST,
        Role.COUNCIL,
    }
)
APPROVERS = frozenset({Role.REVIEWER, Role.DEPARTMENT_HEAD, Role.LEADER})  # the pool that reviews for a school
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.TECHNICIAN})  # look after accounts and whatever is not published
READERS = frozenset({Role.PUPIL, Role.PARENT})  # no staff: their reading counts, and is nobody's business

NAMES: Mapping[str, tuple[str, str]] = {
    Role.ADMINISTRATOR: ("Quản trị", "Administrator"),
    Role.TECHNICIAN: ("Phụ trách CNTT", "Technician"),
    Role.TEACHER: ("Giáo viên", "Teacher"),
    Role.DEPARTMENT_HEAD: ("Tổ trưởng", "Department head"),
    Role.LEADER: ("Lãnh đạo trường", "School leader"),
    Role.REVIEWER: ("Người duyệt", "Reviewer"),
    Role.LIBRARIAN: ("Thủ thư", "Librarian"),
    Role.COMMUNE_OFFICER: ("Cán bộ xã", "Commune officer"),
    Role.SPECIALIST: ("Chuyên viên", "Specialist"),
    Role.COUNCIL: ("Hội đồng thẩm định", "Appraisal council"),
    Role.PUPIL: ("Học sinh", "Pupil"),
    Role.PARENT: ("Cha mẹ học sinh", "Parent"),
}


class UnknownRole(Wrong):
    code = "unknown-role"
    vi = "Không có vai trò “{role}”. Chọn một trong: {roles}."
    en = "There is no role “{role}”. Choose one of: {roles}."


def role_called(code: str) -> Role:
    """The role with this code. Raises UnknownRole."""
    try:
        return Role(code)
    except ValueError:
        raise UnknownRole(role=code, roles=", ".join(Role)) from None


def name_of(role: str, language: str) -> str:
    """The role in the words of the screen."""
    vi, en = NAMES[role]
    return en if language == "en" else vi

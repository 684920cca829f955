"""The roles people hold in units, and what each group of them may do. A guest is somebody without any role."""

ADMINISTRATOR, TECHNICIAN = "administrator", "technician"
TEACHER, DEPARTMENT_HEAD, LEADER, REVIEWER, LIBRARIAN = "teacher", "department-head", "leader", "reviewer", "librarian"
COMMUNE_OFFICER, SPECIALIST, COUNCIL = "commune-officer", "specialist", "council"
PUPIL, PARENT = "pupil", "parent"

ROLES = (
    ADMINISTRATOR,
    TECHNICIAN,
    TEACHER,
    DEPARTMENT_HEAD,
    LEADER,
    REVIEWER,
    LIBRARIAN,
    COMMUNE_OFFICER,
    SPECIALIST,
    COUNCIL,
    PUPIL,
    PARENT,
)
# may upload
AUTHORS = frozenset(
    {ADMINISTRATOR, TECHNICIAN, TEACHER, DEPARTMENT_HEAD, LEADER, REVIEWER, LIBRARIAN, SPECIALIST, COUNCIL}
)
APPROVERS = frozenset({REVIEWER, DEPARTMENT_HEAD, LEADER})  # the pool that reviews for a school
KEEPERS = frozenset({ADMINISTRATOR, TECHNICIAN})  # look after accounts and whatever is not published
READERS = frozenset({PUPIL, PARENT})  # no staff: their reading counts, and is nobody's business

NAMES = {
    ADMINISTRATOR: ("Quản trị", "Administrator"),
    TECHNICIAN: ("Phụ trách CNTT", "Technician"),
    TEACHER: ("Giáo viên", "Teacher"),
    DEPARTMENT_HEAD: ("Tổ trưởng", "Department head"),
    LEADER: ("Lãnh đạo trường", "School leader"),
    REVIEWER: ("Người duyệt", "Reviewer"),
    LIBRARIAN: ("Thủ thư", "Librarian"),
    COMMUNE_OFFICER: ("Cán bộ xã", "Commune officer"),
    SPECIALIST: ("Chuyên viên", "Specialist"),
    COUNCIL: ("Hội đồng thẩm định", "Appraisal council"),
    PUPIL: ("Học sinh", "Pupil"),
    PARENT: ("Cha mẹ học sinh", "Parent"),
}


def name_of(role: str, language: str) -> str:
    """The role in the words of the screen."""
    vi, en = NAMES[role]
    return en if language == "en" else vi

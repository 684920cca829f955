"""The words of what happens to a work that is deleted, in its history."""

from collections.abc import Mapping

ACTS: Mapping[str, tuple[str, str]] = {
    "work-deleted": ("xoá", "deleted it"),
    "work-brought-back": ("lấy lại từ mục đã xoá", "brought it back"),
    "work-removed": ("xoá hẳn", "removed it for good"),
}

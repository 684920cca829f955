"""The guides as pages: markdown files of this program with their pictures beside them; raw HTML in them stays text."""

import re
from functools import cache
from importlib.resources import files

from markdown_it import MarkdownIt
from markdown_it.token import Token

from library.people.roles import APPROVERS, Role

GUIDES = {
    "hoc-sinh": ("Học sinh", "Pupils"),
    "giao-vien": ("Giáo viên", "Teachers"),
    "nguoi-duyet": ("Người duyệt", "Reviewers"),
    "thu-thu": ("Thủ thư", "Librarians"),
    "quan-tri": ("Quản trị", "Administrators"),
}
OF_ROLE = {
    Role.LIBRARIAN: "thu-thu",
    Role.ADMINISTRATOR: "quan-tri",
    Role.TECHNICIAN: "quan-tri",
    Role.PUPIL: "hoc-sinh",
    Role.PARENT: "hoc-sinh",
    "": "hoc-sinh",
}
PICTURE = re.compile(r"[a-z-]{1,40}\.png")
PICTURES = "/tro-giup/hinh/"


def guide_for(role: str) -> str:
    """The guide of a role."""
    return OF_ROLE.get(role) or ("nguoi-duyet" if role in APPROVERS else "giao-vien")


@cache
def guide(name: str) -> str:
    """One guide as HTML."""
    text = files("api.homes.guides").joinpath(f"{name}.md").read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text)
    for token in (one for one in tokens if one.children):
        token.children = [
            _placed(inner)
            for inner in token.children or ()
            if inner.type != "image" or picture(str(inner.attrGet("src")))
        ]
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def picture(name: str) -> bytes | None:
    """A picture of the guides; None when there is none of that name."""
    if not PICTURE.fullmatch(name):
        return None
    found = files("api.homes.guides").joinpath(name)
    return found.read_bytes() if found.is_file() else None


def _placed(token: Token) -> Token:
    """Pictures come from here, and only when they are looked at."""
    if token.type == "image":
        token.attrSet("src", PICTURES + str(token.attrGet("src")))
        token.attrSet("loading", "lazy")
    return token

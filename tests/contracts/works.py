"""What an index is told of a work."""

from library.people.sight import PUBLIC
from search.documents import WorkFacts


def work(
    key: int,
    title: str,
    *names: str,
    sight: tuple[str, ...] = (PUBLIC,),
    school: str = "truong-a",
    grade: int | None = None,
) -> WorkFacts:
    return WorkFacts(f"w{key}", key, title, names, None, grade, None, school, sight)

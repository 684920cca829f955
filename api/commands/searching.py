"""`hoclieu search`: one row for each page that answers."""

from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from api.commands.telling import NOT_DONE, Json, opened, progress, tell
from library import logs
from library.clock import now
from library.database import reading_session
from library.people import inviting
from library.people.sight import VISITOR, Sight
from library.people.sign_in import actor_for
from search import finding, standing_in
from search.engines import index_of
from search.finding import FoundWork
from search.query import parse

PAGES_A_WORK = (3, 3)  # of the first work and of every other


def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    person: Annotated[str | None, typer.Option("--as", help="See as this person (login); else as a visitor.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows at most.")] = 20,
    as_json: Json = False,
) -> None:
    """Search as people do."""
    rows: list[dict[str, Any]] = []
    logs.set_up("command")
    with opened(as_json=as_json) as house, reading_session(house.engine) as session:
        index = index_of(house.settings)
        asked = parse(query, sight_of(session, person))
        page = 1
        while len(rows) < limit:
            found = standing_in.answer(session, index, asked, at=now(), page=page, shown=PAGES_A_WORK)
            rows += [row for work in (*found.works, *found.partial, *found.guesses) for row in rows_of(work)]
            if len(found.works) < finding.WORKS_A_PAGE:
                break
            page += 1
    if found.degraded:
        progress.print("The index does not answer: only titles, authors and ISBNs were searched.", markup=False)
    for row in rows[:limit]:
        tell(
            row,
            (
                f"{row['title']}, {row['page'] or '-'}: {row['snippet']}  [{row['tier']}, {row['score']:.2f}] "
                f"{row['work_id']}"
            ),
            as_json=as_json,
        )
    if not rows:
        raise typer.Exit(NOT_DONE)


def sight_of(session: Session, login: str | None) -> Sight:
    """The sight of a person, or of a visitor."""
    return actor_for(session, inviting.person_by_login(session, login), at=now()).sight if login else VISITOR


def rows_of(found: FoundWork) -> list[dict[str, Any]]:
    """A row for each page; a work found by its title alone has one without a page."""
    work = {"work_id": str(found.work.id), "title": found.work.title}
    if not found.pages:
        return [
            {
                **work,
                "page": None,
                "snippet": "".join(piece.text for piece in found.title),
                "score": found.score,
                "tier": found.tier,
            }
        ]
    return [
        {
            **work,
            "page": page.number,
            "snippet": "".join(piece.text for piece in page.snippet),
            "score": page.score,
            "tier": page.tier,
        }
        for page in found.pages
    ]

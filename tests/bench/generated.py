"""A library of generated pages: the weights of a language, as many works as one asks for."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from library.catalogue.models import Audience, Page, Rendition, RenditionKind, Version, Work
from library.database import open_engine, transaction
from library.people import inviting
from library.people.models import Person, Unit
from library.people.roles import Role
from search.documents import Document, WorkFacts, documents_of
from search.engines import open_index

PAGES_EACH, WORDS = 200, 300  # pages of a work, words of a page
ONSETS = "b c ch d đ g h kh l m n ng nh ph qu r s t th tr v x"
RIMES = (
    "a á à ả ang áng ạng anh ao âu ây en ệnh êu i ích iên iếng inh o óc ọc oai oang on ông ộc ơi u ung uôn uống ưng "
    "ước ương y an ạt ăn ắc"
)


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Four thousand syllables with the weights of a language: the n-th as often as 1/n."""
    chance = random.Random(2)
    syllables = [onset + rime for onset in ONSETS.split() for rime in RIMES.split()]
    words = syllables + [f"{syllable}{number}" for syllable in syllables for number in range(4)]
    chance.shuffle(words)
    return words, [1 / (place + 10) for place in range(len(words))]


def typed_words() -> list[str]:
    """What people type: neither the commonest words nor the rarest."""
    return vocabulary()[0][20:1500]


def texts(chance: random.Random, pages: int = PAGES_EACH) -> list[tuple[int, str]]:
    """The pages of one work."""
    words, weights = vocabulary()
    return [(page, " ".join(chance.choices(words, weights, k=WORDS))) for page in range(1, pages + 1)]


def documents(works: int) -> Iterator[Document]:
    """What an index holds of so many works."""
    chance = random.Random(7)
    for number in range(works):
        yield from documents_of(
            WorkFacts(f"w{number}", number, f"Sách số {number}", [], None, None, None, "tinh", ("public",)),
            texts(chance),
        )


def fill(home: Path, pages: int, *, each: int = PAGES_EACH) -> None:
    """So many pages, in works of `each`, straight into the database and the embedded index of a house."""
    chance, at = random.Random(7), datetime.now(UTC)
    engine = open_engine(f"sqlite:///{home}/hoclieu.db")
    index = open_index(f"tantivy://{home}/index", writing=True)
    with transaction(engine) as session:
        province = inviting.province(session)
        owner = inviting.add_person(session, "bench", "Bench", Role.ADMINISTRATOR, province, at=at)
    for number in range(pages // each):
        with transaction(engine) as session:
            index.write(add_work(session, province, owner, number, texts(chance, each), at=at))
    index.commit()
    index.close()
    engine.dispose()


def add_work(
    session: Session, unit: Unit, owner: Person, number: int, pages: list[tuple[int, str]], *, at: datetime
) -> Iterator[Document]:
    """One published work with its rows; returns its documents."""
    work_id, version_id = uuid.uuid4(), uuid.uuid4()
    title = f"Sách số {number}"
    work = Work(
        id=work_id,
        key=10_000 + number,
        unit_id=unit.id,
        owner_id=owner.id,
        title=title,
        aliases=[],
        created_at=at,
        indexed_revision=1,
    )
    work.state, work.published_at = "published", at
    session.add(work)
    session.flush()
    session.add(
        Version(id=version_id, work_id=work_id, number=1, kind="pdf", digest="0", page_count=len(pages), created_at=at)
    )
    session.flush()
    work.version_id = version_id
    session.add(
        Rendition(
            version_id=version_id, kind=RenditionKind.ORIGINAL, key="0" * 64, media_type="application/pdf", size=1
        )
    )
    session.add(Audience(work_id=work_id, token="public", from_at=at))
    session.add_all(
        Page(version_id=version_id, number=place, text=text, boxes=b"", width=595, height=842, source="text")
        for place, text in pages
    )
    session.flush()
    return documents_of(WorkFacts(str(work_id), work.key, title, [], None, None, None, "tinh", ("public",)), pages)

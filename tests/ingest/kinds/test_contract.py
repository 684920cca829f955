"""What every kind of document promises, on a sound file and on broken ones."""

import random
import tempfile
from pathlib import Path

import pytest

from ingest import reading
from ingest.kinds.kind import Kind
from ingest.kinds.order import KINDS, named
from ingest.parsing.pages import Identity, PageImage
from library.errors import Refusal
from tests.ingest.kinds.samples import SAMPLES

pytestmark = pytest.mark.slow

BROKEN = 12  # files made of each sound one


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what a kind keeps for a moment, also of its children."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_each_kind_has_a_sample_and_a_name_of_its_own() -> None:
    assert [kind.name for kind in KINDS] == list(SAMPLES)
    assert named("no-such-kind") is KINDS[-1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_sound_file_is_known_read_and_drawn_page_by_page(kind: Kind, tmp_path: Path, temp: Path) -> None:
    path = SAMPLES[kind.name](tmp_path)
    identity = reading.identify(path, path.name)
    assert identity.kind == kind.name
    numbers = range(1, (identity.page_count or 0) + 1)
    assert [page.number for page in reading.read_text(path, numbers, kind=kind.name)] == (
        list(numbers) if kind.read else []
    )
    drawn = list(reading.draw_pages(path, numbers, tmp_path, kind=kind.name))
    assert all(isinstance(one, PageImage) and one.path.is_file() for one in drawn)
    assert {one.number for one in drawn} == (set(numbers) if kind.draw else set())
    assert not list(temp.iterdir())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_broken_file_is_refused_with_a_code_or_read_as_far_as_it_goes(kind: Kind, tmp_path: Path, temp: Path) -> None:
    whole = SAMPLES[kind.name](tmp_path)
    for number in range(BROKEN):
        path = tmp_path / f"{number}{whole.suffix}"
        path.write_bytes(broken(whole.read_bytes(), random.Random(number)))
        identity = known(path, tmp_path)
        numbers = range(1, min(identity.page_count or 0, 3) + 1) if identity else ()
        read = list(reading.read_text(path, numbers, kind=identity.kind)) if identity else []
        assert [page.number for page in read] == list(numbers) or identity is None or not named(identity.kind).read
    assert not list(temp.iterdir())


def broken(data: bytes, chance: random.Random) -> bytes:
    """Cut, or with some bytes of its own place changed; never empty."""
    if chance.random() < 0.4:
        return data[: chance.randrange(1, len(data))]
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 40)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def known(path: Path, folder: Path) -> Identity | None:
    """What it is; None when it is refused, with a code and a sentence in both languages."""
    try:
        return reading.identify(path, path.name, folder=folder)
    except Refusal as refusal:
        assert refusal.code and refusal.sentence("vi") and refusal.sentence("en")
        return None

"""Whatever happened to a stored file behind the house's back is found, and no whole file is blamed."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from library.catalogue import fixity, keeping
from library.catalogue.fixity import FileState
from library.catalogue.models import Deposit, DepositState
from library.clock import now
from library.database import transaction
from library.house import House
from tests.fixity.stored import BREAKS, Meanwhile, acts, check_all, checked, checker, command, kept, path_of, some

pytestmark = pytest.mark.slow


def test_a_hundred_of_a_hundred_damages_are_found_in_one_pass_and_no_whole_file_is_blamed(house: House) -> None:
    contents = some(160, seed=7)
    keys = kept(house, contents)
    assert checked(house)[:2] == (0, {})
    victims = dict(zip(keys, contents, strict=True))
    damage = dict(zip(keys[::-1][:94] + keys[:6], [*BREAKS] * 20, strict=True))
    whole = {key: path_of(house, key).read_bytes() for key in keys}
    for key, act in damage.items():
        act(path_of(house, key), victims[key])
    assert all(not path_of(house, key).is_file() or path_of(house, key).read_bytes() != whole[key] for key in damage)
    code, found, figures = checked(house)
    assert len(damage) == 100
    assert (code, found) == (1, {key: BREAKS[act] for key, act in damage.items()})
    assert (figures["files"], figures["mismatch"], figures["missing"], figures["checked"]) == (
        160,
        80,
        20,
        fixity.SLICES,
    )
    assert command(house, "fixity", "status")[0] == 1
    for key, data in whole.items():
        path_of(house, key).write_bytes(data)
    code, rows, _ = command(house, "fixity", "run")
    assert (code, len(rows)) == (0, 1), "what was brought back is whole as soon as somebody looks, whatever is due"
    assert acts(house) == {"file-damaged": 100, "file-recovered": 100}
    assert command(house, "fixity", "status")[0] == 0


def test_a_file_that_a_folder_stands_for_cannot_be_read(house: House) -> None:
    (key,) = kept(house, [b"thu muc"])
    path_of(house, key).unlink()
    path_of(house, key).mkdir()
    assert checked(house)[:2] == (1, {key: FileState.UNREADABLE})


@pytest.mark.full
def test_damage_that_is_known_is_told_once_and_again_when_it_becomes_another(house: House) -> None:
    (key,) = kept(house, [b"mot tep"])
    path_of(house, key).write_bytes(b"khac")
    assert [checked(house)[1], checked(house)[1]] == [{key: FileState.MISMATCH}] * 2
    assert acts(house) == {"file-damaged": 1}
    path_of(house, key).unlink()
    assert checked(house)[1] == {key: FileState.MISSING}
    assert acts(house) == {"file-damaged": 2}


def test_a_file_whose_row_went_meanwhile_is_no_damage(house: House) -> None:
    (key,) = kept(house, [b"bo di"])

    def give_up(_key: str) -> None:
        with transaction(house.engine) as session:
            session.scalars(select(Deposit).where(Deposit.key == key)).one().state = DepositState.REFUSED
        with transaction(house.engine) as session:
            assert keeping.discard_unnamed(session, house.files, [key]) == 1

    watched = Meanwhile(house.files, give_up)
    assert (check_all(replace(house, files=watched)), watched.done) == ({}, True)


def test_a_file_that_was_sent_again_before_it_was_judged_is_no_damage(house: House) -> None:
    (key,) = kept(house, [b"gui lai"])
    path_of(house, key).unlink()

    def refuse(_key: str) -> None:
        path_of(house, key).write_bytes(b"gui lai")
        raise FileNotFoundError(key)

    assert check_all(replace(house, files=Meanwhile(house.files, refuse))) == {}


def test_damage_of_a_file_that_nobody_needs_any_more_is_forgotten(house: House) -> None:
    (key,) = kept(house, [b"khong can nua"])
    path_of(house, key).unlink()
    assert check_all(house) == {key: FileState.MISSING}
    with transaction(house.engine) as session:
        session.scalars(select(Deposit)).one().state = DepositState.REFUSED
    checker(house).look_again(seen_before=now())
    assert check_all(house) == {}
    assert acts(house) == {"file-damaged": 1, "file-forgotten": 1}

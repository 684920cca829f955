"""Vietnamese text: one spelling for the key, places in the stored text, sorting."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library import vietnamese
from library.vietnamese import clean, fold, joined, tokens
from library.vietnamese.syllables import is_syllable


def keys(text: str) -> list[str]:
    return [token.key for token in tokens(clean(text))]


TONE_STYLE = "hòa=hoà hóa=hoá khỏe=khoẻ thủy=thuỷ thúy=thuý lũy=luỹ tùy=tuỳ ủy=uỷ xòe=xoè tọa=toạ tòan=toàn"
I_Y = "lí=lý kĩ=kỹ mĩ=mỹ sĩ=sỹ tỉ=tỷ hi=hy kì=kỳ kí=ký vĩ=vỹ quí=quý"


@pytest.mark.parametrize("pair", f"{TONE_STYLE} {I_Y}".split())
def test_two_spellings_have_one_key(pair: str) -> None:
    one, other = pair.split("=")
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    "pair", ["tai tay", "hai hay", "mai may", "cai cay", "thui thuy", "tui tuy", "quý quy", "của cua", "thúân thuấn"]
)
def test_different_words_keep_different_keys(pair: str) -> None:
    one, other = pair.split()
    assert keys(one) != keys(other)


@pytest.mark.parametrize("word", ["quý", "quỳ", "quả", "già", "giữ", "của", "múa"])
def test_the_tone_stays_where_it_belongs(word: str) -> None:
    assert fold(keys(word)[0]).startswith(fold(word)[:2])
    assert len(keys(word)[0]) == len(word)


def test_nfd_invisible_characters_and_look_alikes_make_no_difference() -> None:
    assert keys(unicodedata.normalize("NFD", "Phân số")) == keys("phân số")
    assert keys("Tin\u00a0học lớp\u200b 3") == keys("tin học lớp 3")
    assert keys("\u00d0ịa lí") == keys("địa lý")
    assert keys("Tế ba\u0300o") == keys("tế bào")


def test_numbers_formulas_and_hyphens_are_split_by_our_rule() -> None:
    assert keys("H₂SO₄ và 2.000 cm²") == ["h2so4", "và", "2000", "cm2"]
    assert keys("2026–2027, 12:30, x-y") == ["2026", "2027", "12", "30", "x", "y"]
    assert keys("học kì II, chương IV") == ["học", "kì", "2", "chương", "4"]
    assert keys("漢字 và") == ["漢", "字", "và"]


def test_places_point_into_the_stored_text() -> None:
    text = clean("Bài 15. Hai tam giác\nđồng dạng H₂O")
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "Bài",
        "15",
        "Hai",
        "tam",
        "giác",
        "đồng",
        "dạng",
        "H₂O",
    ]


@given(st.text())
def test_any_text_gives_clean_tokens(text: str) -> None:
    stored = clean(text)
    found = tokens(stored)
    assert all(token.key.isalnum() and " " not in token.key and len(token.key) == len(token.folded) for token in found)
    assert all(0 <= one.start < one.end <= len(stored) for one in found)
    assert "\x00" not in stored
    assert joined(found).split() == [token.key for token in found]


@given(st.text(alphabet="aàáâăđeêoôơuưyhklmnqrt ", max_size=30))
def test_folding_keeps_the_number_of_characters(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_syllables_are_told_from_garbage() -> None:
    assert all(map(is_syllable, ["nghiêng", "thuỷ", "quốc", "giếng", "khuỷu", "ngoằn", "yết", "được"]))
    assert not any(map(is_syllable, ["kých", "phân͂", "để\xadyêu", "hệthống", "vieät"]))
    good = "Một tam giác có hai cạnh bằng nhau được gọi là tam giác cân, hai góc ở đáy bằng nhau."
    assert (vietnamese.syllable_score(good) or 0) > 0.95
    assert (vietnamese.syllable_score("kÝch ho¹t chøc n¨ng cña ch−¬ng tr×nh ®−îc gäi lµ") or 0) < 0.5
    assert vietnamese.syllable_score("plain ascii text") is None


def test_sorting_follows_the_alphabet_then_the_tones(shared: Path) -> None:
    cases = json.loads((shared / "vocab" / "search-pairs.json").read_text())["sort"]
    assert sorted(cases["titles"]["input"], key=vietnamese.title_key) == cases["titles"]["expected"]
    assert sorted(cases["syllables"]["input"], key=vietnamese.title_key) == cases["syllables"]["expected"]
    assert sorted(cases["persons"]["input"], key=vietnamese.person_key) == cases["persons"]["expected"]
    assert sorted(cases["class_names"]["input"], key=vietnamese.class_key) == cases["class_names"]["expected"]

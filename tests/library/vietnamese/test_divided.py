"""Words divided at a line end are whole words again; Vietnamese divides none."""

import pytest

from library.vietnamese import clean, divided


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Protecting the environ-\nment is everybody's duty", ["environment"]),
        ("everybody's responsi\u00ad\nbility and informa\u00ad \r\n   tion", ["responsibility", "information"]),
        ("la protection de l'environ\u2010\nnement", ["environnement"]),
        ("die Donau-\ndampf-\nschiffe", ["donaudampfschiffe"]),
        ("окружаю-\nщей среды", ["окружающей"]),
        ("PROTECTING THE ENVIRON-\nMENT", ["environment"]),
        ("all hu-\nman beings are born free", ["human"]),
        ("từ environ-\nment nghĩa là môi trường", ["environment"]),
        ("the recycl¬\ning of paper", ["recycling"]),
    ],
)
def test_a_divided_word_is_one_more_word(text: str, whole: list[str]) -> None:
    stored = clean(text)
    found = divided(stored)
    assert [token.key for token in found] == whole
    assert all("\n" in stored[token.start : token.end] for token in found)


@pytest.mark.parametrize(
    "text",
    [
        "Hai tam giác đồng dạng -\ncác trường hợp",
        "Định lí Pi-ta-\ngo trong tam giác vuông",
        "Bài tập-\nthực hành môn Toán",
        "tuyến Hà Nội-\nHuế",
        "nha truong va gia dinh-\nxa hoi cung lam",
        "giai đoạn 2018-\n2019",
        "COVID-\n19 và trục x-\ny",
        "quả kho-\nai được mùa",
        "中文-\n日本",
        "environ-ment stands in one line -\nno word",
    ],
)
def test_a_dash_between_syllables_names_or_numbers_joins_nothing(text: str) -> None:
    assert divided(clean(text)) == []


def test_a_soft_hyphen_is_kept_where_it_is_printed_only() -> None:
    assert clean("en\u00advi\u00adron\u00ad\nment\u00ad") == "environ-\nment"

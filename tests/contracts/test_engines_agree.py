"""Both engines hold the same documents and are asked the same: the same hits, the same order groups, the same
counts.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.people.sight import PUBLIC, Sight
from search import tiers
from search.clauses import Adjacent, All, Best, Clause, Constant, Is, IsOneOf, Some, Weighted
from search.documents import WorkFacts, documents_of
from search.index import MOST_WORKS, Hit, Hits, Index
from search.query import LONGEST, Filters, Query, parse
from tests.contracts.works import work
from tests.stage.engines import Pair

pytestmark = pytest.mark.slow

SEEN = Sight(frozenset({PUBLIC}))
TIERS: tuple[Callable[[Query], Clause], ...] = (tiers.main, tiers.most, tiers.guess)
NEAR = 0.002  # scores that differ by less than this share are near-equal: their order is free
ALL = 2000

Corpus = Sequence[tuple[WorkFacts, Sequence[tuple[int, str]]]]


def fill(indexes: Sequence[Index], corpus: Corpus) -> None:
    for index in indexes:
        for facts, pages in corpus:
            index.write(documents_of(facts, pages))
        index.commit()


def agree(both: Sequence[Index], clause: Clause) -> Hits:
    """What both answer, after showing that they answer alike."""
    embedded, province = (index.search(clause, limit=ALL) for index in both)
    scores = {hit[:2]: hit.score for hit in province.hits}
    assert {hit[:2] for hit in embedded.hits} == scores.keys()
    for hit in embedded.hits:
        assert scores[hit[:2]] == pytest.approx(hit.score, rel=NEAR, abs=1e-5)
    assert in_order(province.hits)
    exact = embedded.counted()
    assert province.counted() == exact
    for one in [index.search(clause, limit=1).counted() for index in both]:
        assert (one.page_total, one.more_works) == (exact.page_total, len(exact.pages_of) >= MOST_WORKS)
        if not one.more_works:
            assert one.pages_of == exact.pages_of
    return embedded


def in_order(hits: Sequence[Hit]) -> bool:
    return all(first.score >= then.score for first, then in pairwise(hits))


LONG = "a" * LONGEST
ODD: Corpus = [
    (
        work(1, "Giờ học 12:30", "x-y"),
        [(1, "Từ 12:30 đến 13:15; trục x-y, x_y và x y."), (2, "12 giờ 30, 1.000 người, 1,5 kg, H₂O, x²")],
    ),
    (
        work(2, "漢字 và chữ Nôm"),
        [(1, "中文字 trong câu tiếng Việt, 日本語カタカナ ひらがな 한국어"), (2, "中 文 rời nhau")],
    ),
    (work(3, "สวัสดี ภาษาไทย"), [(1, "กa ខ្មែរ ລາວ देवनागरी"), (2, "\U00020000\U00020001 a\U00020000 🙂 ½ ① Ⅷ ﬁ")]),
    (work(4, "Chuỗi dài"), [(1, f"{LONG} {LONG}b {'đ' * 300}"), (2, f"mở {'ă' * 130} đóng")]),
    (work(5, "De cuong", "khong dau"), [(1, "tam giac dong dang on tap"), (2, "tam giác đồng dạng")]),
    (work(6, ""), [(1, ""), (2, "\x00 tam\x00giác \x07 đồng dạng"), (3, "X x X")]),
]
ODD_QUERIES = [
    "x-y",
    "12:30",
    "12 30",
    "x_y",
    "1.000",
    "1000",
    "1,5",
    "H2O",
    "x²",
    "中文",
    "文中",
    "中文字",
    "漢字",
    "日本語",
    "カタカナ",
    "한국어",
    "ภาษาไทย",
    "กa",
    "ខ្មែរ",
    "देवनागरी",
    "\U00020000\U00020001",
    "a\U00020000",
    "½",
    "①",
    "viii",
    "fi",
    LONG,
    "ă" * 130,
    "đ" * 256,
    "tam giac",
    "tam giác",
    "tám giạc",
    "tam\x00giác",
    "\x00",
    "x",
    "X",
    "🙂",
    "...",
    "a" * 200 + " " + "tam " * 10,
    "tam giác đồng dạng trong không gian ba chiều hay hai chiều cũng được",
]


def test_odd_texts_and_queries_are_split_alike(both: Pair) -> None:
    fill(both, ODD)
    for text in ODD_QUERIES:
        query = parse(text, SEEN)
        for tier in TIERS if query.terms else ():
            agree(both, tier(query))
    assert {hit[:2] for hit in agree(both, tiers.main(parse("12:30", SEEN))).hits} >= {(1, 0), (1, 1)}
    assert {hit[:2] for hit in agree(both, tiers.main(parse("中文", SEEN))).hits} == {(2, 1), (2, 2)}
    assert {hit[:2] for hit in agree(both, tiers.main(parse("\U00020000\U00020001", SEEN))).hits} == {(3, 2)}
    assert {hit[:2] for hit in agree(both, tiers.main(parse("x", SEEN))).hits} >= {(1, 1), (6, 3)}


def test_every_kind_of_clause_means_the_same(both: Pair) -> None:
    fill(both, ODD)
    tam, giac, dong = (Is("body_folded", word) for word in ("tam", "giac", "dong"))
    side_by_side = Adjacent("body_folded", ("tam", "giac"))
    clauses: list[Clause] = [
        tam,
        Is("work_id", "w5"),
        Is("page_term", "0"),
        IsOneOf("sight", (PUBLIC,)),
        IsOneOf("school", ("truong-a", "truong-z")),
        side_by_side,
        Adjacent("body_folded", ("giac", "tam")),
        Adjacent("body_folded", ("12", "30")),
        Adjacent("body_exact", ("中", "文")),
        All((tam, giac)),
        All((tam,), better=(dong, side_by_side)),
        All((tam,), without=(dong,)),
        All((), better=(tam,)),
        All((), without=(tam,)),
        All(()),
        Some((tam, dong)),
        Some((tam, giac, dong), 2),
        Some((tam,), 2),
        Some(()),
        Best((tam, Weighted(dong, 3.0))),
        Weighted(side_by_side, 0.5),
        Constant(tam, 7.0),
        Constant(All((tam,), better=(dong,)), 0.0),
        All((Constant(tam, 2.0), Some((dong, giac)))),
        All((IsOneOf("sight", (PUBLIC,)),), better=(Constant(tam, 1000.0), Weighted(giac, 0.3))),
    ]
    counted = [len(agree(both, clause).hits) for clause in clauses]
    assert counted.count(0) < 8


def test_sight_and_filters_hide_alike(both: Pair) -> None:
    corpus = [
        (
            work(
                number,
                "Tam giác",
                sight=(f"unit:{number % 3}", f"person:{number}"),
                school=f"truong-{number % 2}",
                grade=number % 4 + 6,
            ),
            [(1, "tam giác cân")],
        )
        for number in range(24)
    ]
    fill(both, corpus)
    for sight in (
        {"unit:1"},
        {"unit:0", "person:4"},
        {"person:7"},
        {"public"},
        {f"unit:{number}" for number in range(2000)},
    ):
        for filters in (
            Filters(),
            Filters(grades=frozenset({7, 8})),
            Filters(schools=frozenset({"truong-1"})),
            Filters(subjects=frozenset({"TOAN"})),
        ):
            agree(both, tiers.main(parse("tam giac", Sight(frozenset(sight)), filters)))
    assert len(agree(both, tiers.main(parse("tam giac", Sight(frozenset({"unit:1"}))))).counted().pages_of) == 8


def test_counts_are_exact_however_many_works_and_pages_there_are(both: Pair) -> None:
    fill(
        both,
        [
            (work(number, f"Sách {number}"), [(page, "tam giác " * (page % 3)) for page in range(1, 6)])
            for number in range(MOST_WORKS + 30)
        ],
    )
    found = agree(both, tiers.main(parse("tam giac", SEEN))).counted()
    assert (found.page_total, set(found.pages_of.values())) == ((MOST_WORKS + 30) * 4, {4})  # the third page is empty


def test_after_deletes_and_replacements_both_hold_the_same(both: Pair) -> None:
    fill(both, ODD)
    for index in both:
        index.delete("w1")
        index.delete("w5")
        index.write(documents_of(work(5, "De cuong moi"), [(1, "tam giac vuong")]))
        index.commit()
    embedded, province = (list(index.entries()) for index in both)
    assert embedded == province
    assert [entry[:2] for entry in embedded if entry.work_key in (1, 5)] == [(5, 0), (5, 1)]
    assert {hit[:2] for hit in both[1].search(tiers.main(parse("tam giac", SEEN)), limit=ALL).hits} == {(5, 1)}


WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "tam giác giac hình hinh đồng dong dạng toán toan 8 9 x-y 12:30 中文 "
        "sgk hoá hóa lý lí 1.000 chương II thầy thay",
    )
)
TEXTS = st.lists(WORDS, max_size=9).map(" ".join)
SIGHTS = st.sampled_from([(PUBLIC,), ("unit:1",), (PUBLIC, "unit:1"), ()])
WORKS = st.builds(
    lambda title, names, sight, grade, pages: ((title, names, sight, grade), pages),
    TEXTS,
    TEXTS,
    SIGHTS,
    st.sampled_from([7, 8, None]),
    st.lists(TEXTS, max_size=4),
)
SEEING = st.sampled_from([(PUBLIC,), ("unit:1",), (PUBLIC, "unit:1")])
ASKED = st.builds(
    lambda words, sight, grades: parse(" ".join(words), Sight(frozenset(sight)), Filters(grades=frozenset(grades))),
    st.lists(WORDS, min_size=1, max_size=5),
    SEEING,
    st.sampled_from([(), (8,)]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(works=st.lists(WORKS, min_size=1, max_size=5), queries=st.lists(ASKED, min_size=1, max_size=4))
def test_random_books_and_queries_are_answered_alike(
    pairs: Callable[[], Pair], works: Sequence[Any], queries: Sequence[Query]
) -> None:
    both = pairs()
    told = [((title, names, sight, grade), list(enumerate(pages, 1))) for (title, names, sight, grade), pages in works]
    fill(
        both,
        [
            (work(key, title, names, sight=sight, grade=grade), pages)
            for key, ((title, names, sight, grade), pages) in enumerate(told, 1)
        ],
    )
    for query in queries:
        for tier in TIERS:
            agree(both, tier(query))
    for index in both:
        index.close()

"""What every search engine behind the port must answer alike."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from library.people.sight import Sight
from search import tiers
from search.documents import WorkFacts, documents_of
from search.engines import open_index
from search.index import Counts, Index, Tuning
from search.marking import marks
from search.query import Filters, Query, QueryTooLong, parse
from tests.services.elasticsearch import Elasticsearch
from tests.stage.engines import opened

PUBLIC = Sight(frozenset({"public"}))
WORKS = [
    WorkFacts("w1", 1, "Toán 8 – tập hai", ["Nguyễn Thị Hoà"], "TOAN", 8, "SGK", "truong-a", ("public",)),
    WorkFacts("w2", 2, "Hoá học lớp 9", [], "HOA_HOC", 9, "SGK", "truong-b", ("public",)),
    WorkFacts("w3", 3, "De cuong on tap", [], None, None, None, "truong-a", ("unit:7", "person:1")),
]
PAGES = {
    "w1": [
        (1, "Hai tam giác đồng dạng với nhau."),
        (2, "Các tam giác cân; một số 8."),
        (3, "Đồng bằng và tam thức giác quan."),
    ],
    "w2": [(1, "Axit và bazơ. Toán đố vui."), (2, "Phản ứng hoá hợp.")],
    "w3": [(1, "on tap tam giac dong dang")],
}


@pytest.fixture
def index(index_url: str) -> Iterator[Index]:
    made = opened(index_url, writing=True)
    for work in WORKS:
        made.write(documents_of(work, PAGES[work.work_id]))
    made.commit()
    yield made
    made.close()


def found(index: Index, query: Query, *, tier: int = tiers.ALL_WORDS) -> list[tuple[int, int]]:
    clause = {tiers.ALL_WORDS: tiers.main, tiers.MOST_WORDS: tiers.most, tiers.GUESS: tiers.guess}[tier](query)
    return [(hit.work_key, hit.page) for hit in index.search(clause, limit=50).hits]


def asked(text: str, sight: Sight = PUBLIC, **filters: frozenset[str]) -> Query:
    return parse(text, sight, Filters(**filters))  # type: ignore[arg-type]  # grades are not asked for here


def test_unmarked_words_find_every_marked_form_and_the_phrase_comes_first(index: Index) -> None:
    assert found(index, asked("tam giac"))[:2] in ([(1, 1), (1, 2)], [(1, 2), (1, 1)])
    assert (1, 3) in found(index, asked("tam giac"))
    assert found(index, asked("tam giac dong dang")) == [(1, 1)]


def test_who_listens_hears_the_counts_of_a_long_answer(index: Index) -> None:
    heard: list[Counts] = []
    hits = index.search(tiers.main(asked("tam giac")), limit=1, upon=heard.append)
    assert len(hits.hits) == 1
    assert hits.counted() == Counts(3, {1: 3}, more_works=False)
    assert heard == [hits.counted()]


def test_whoever_brings_the_counts_has_nobody_count_again(index: Index) -> None:
    known, heard = Counts(7, {9: 7}, more_works=False), list[Counts]()
    asked_for = tiers.main(asked("tam giac"))
    assert index.search(asked_for, limit=1, upon=heard.append, counted=lambda: known).counted() is known
    assert index.search(asked_for, limit=50, upon=heard.append, counted=lambda: known).counted() == Counts(
        3, {1: 3}, more_works=False
    ), "all documents are here, so what they say is newer"
    assert heard == []


def test_what_goes_wrong_with_the_listener_is_told_to_whoever_asks_for_the_counts(index: Index) -> None:
    def fail(_counts: Counts) -> None:
        raise ZeroDivisionError

    hits = index.search(tiers.main(asked("tam giac")), limit=1, upon=fail)
    with pytest.raises(ZeroDivisionError):
        hits.counted()


def test_marked_words_do_not_find_other_marks_but_find_fields_typed_without_any(index: Index) -> None:
    assert (2, 2) in found(index, asked("hoá hợp"))
    assert found(index, asked("hòa hợp")) != found(index, asked("hoá hợp"))
    assert found(index, asked("tam giác đồng dạng", Sight(frozenset({"unit:7"})))) == [(3, 1)]


def test_a_book_is_found_once_by_its_title_and_not_on_each_page(index: Index) -> None:
    assert found(index, asked("toán 8")) == [(1, 0)]
    assert found(index, asked("toán tam giác cân")) == [(1, 2)]


def test_synonyms_are_found(index: Index) -> None:
    assert found(index, asked("acid base")) == [(2, 1)]


def test_a_question_finds_its_answer_and_a_title_that_asks_comes_first(index: Index) -> None:
    answer = "Cô-lôm-bô là người tìm ra châu Mĩ năm 1492."
    other = "Ai cũng biết châu Mĩ ở đâu, nhưng ai là người tìm, và tìm ra gì, vì sao?"
    for work, title, pages in (
        (WORKS[0], "Lịch sử", [(1, answer), (2, other)]),
        (WORKS[1], "Ai đã đặt tên cho dòng sông?", [(1, "Dòng sông, cái tên, và ai đã đặt.")]),
        (WORKS[0], "Tên", [(1, "Người đã đặt tên cho dòng sông là ông.")]),
    ):
        key = 10 + len(title)
        facts = replace(work, work_id=f"w{key}", work_key=key, title=title, names=[])
        index.write(documents_of(facts, pages))
    index.commit()
    for text in ("Ai là người tìm ra châu Mỹ?", "ai la nguoi tim ra chau my"):
        hits = index.search(tiers.main(asked(text)), limit=50).hits
        assert (hits[0].page, hits[0].score >= tiers.PHRASE_SCORE) == (1, True), text
    assert found(index, asked("Ai đã đặt tên cho dòng sông?"))[0] == (38, 0)
    assert (13, 1) in found(index, asked("Ai đã đặt tên cho dòng sông?"))


NAMES = [
    ("Ta-lét", "Talet", "Thalès", "Thales"),
    ("Pi-ta-go", "Pitago", "Pythagore", "Pythagoras"),
    ("Vi-ét", "Viète"),
    ("Đề-các", "Đêcac", "Descartes"),
    ("Men-đê-lê-ép", "Mendeleev"),
    ("Ôm", "Ohm"),
    ("Cô-lôm-bô", "Columbus"),
]


def test_any_spelling_of_a_name_finds_and_marks_all_of_them(index: Index) -> None:
    texts = [f"Bài {at}. Định lí {name} (nhà bác học)." for at, names in enumerate(NAMES) for name in names]
    texts.append("Chủ đề các trường hợp; nhà trường Việt Nam có sĩ số 40.")
    index.write(documents_of(replace(WORKS[0], work_id="w5", work_key=5), list(enumerate(texts, 1))))
    index.commit()
    for names in NAMES:
        pages = [at for at, text in enumerate(texts, 1) if any(f" {name} " in text for name in names)]
        for name in names:
            for query in (asked(name), asked(f"định lí {name}")):
                hits = index.search(tiers.main(query), limit=50).hits
                assert sorted(hit.page for hit in hits) == pages, (name, query.text)
                assert min(hit.score for hit in hits) >= tiers.PHRASE_SCORE, (name, query.text)
                for text in (texts[page - 1] for page in pages):
                    said = text[text.index("lí ") + 3 : text.index(" (")]
                    assert any(said in text[mark.start : mark.end] for mark in marks(text, query)), (name, text)
    assert found(index, asked("viet nam")) == found(index, asked("chủ đề các trường hợp")) == [(5, len(texts))]


def test_a_word_divided_at_a_line_end_is_found_whole_and_in_its_parts(index: Index) -> None:
    english = "Protecting the environ-\nment is everybody's responsi-\nbility. Pupils collect paper."
    vietnamese = "Hai tam giác-\nđồng dạng với nhau; định lí Pi-ta-\ngo"
    index.write(documents_of(replace(WORKS[0], work_id="w4", work_key=4), [(1, english), (2, vietnamese)]))
    index.commit()
    for text in ("environment", "responsibility", "environ", "the environment is", "everybody's responsibility pupils"):
        (hit,) = index.search(tiers.main(asked(text)), limit=50).hits
        assert (hit.work_key, hit.page, hit.score >= tiers.PHRASE_SCORE) == (4, 1, True), text
    assert found(index, asked("giac dong"))[0] in ((1, 1), (4, 2)), "a dash parts no phrase"
    for text in ("giacdong", "tago", "protecting paper protecting", "paper protecting"):
        assert all(hit.score < tiers.PHRASE_SCORE for hit in index.search(tiers.main(asked(text)), limit=50).hits), text


def test_sight_and_filters_hide(index: Index) -> None:
    assert all(work != 3 for work, _ in found(index, asked("on tap")))
    assert found(index, asked("on tap", Sight(frozenset({"person:1"}))))[0][0] == 3
    assert found(index, asked("tam giác", subjects=frozenset({"HOA_HOC"}))) == []
    assert {work for work, _ in found(index, asked("toán", schools=frozenset({"truong-b"})))} == {2}


def test_most_words_and_guesses_come_after(index: Index) -> None:
    query = asked("tam giác đồng dạng trong không gian ba chiều")
    assert found(index, query) == []
    assert found(index, query, tier=tiers.MOST_WORDS)[0] == (1, 1)
    assert (1, 1) in found(index, asked("tám giạc"), tier=tiers.GUESS)


def test_pages_are_counted_exactly(index: Index) -> None:
    assert index.search(tiers.main(asked("tam")), limit=1).counted() == Counts(3, {1: 3}, False)


@pytest.mark.parametrize("text", ["tam", "tam giac", "toán", "toán 8", "hoá", "acid base"])
def test_counts_are_the_same_however_few_documents_are_asked_for(index: Index, text: str) -> None:
    few, all_of_them = (index.search(tiers.main(asked(text)), limit=limit).counted() for limit in (1, 50))
    assert few == all_of_them


def test_a_deleted_work_is_gone_and_a_rewritten_one_is_there_once(index: Index) -> None:
    index.delete("w2")
    index.delete("w1")
    index.write(documents_of(WORKS[0], PAGES["w1"]))
    index.commit()
    assert found(index, asked("axit")) == []
    assert found(index, asked("tam giac dong dang")) == [(1, 1)]


def test_a_second_writer_of_the_embedded_index_is_refused(tmp_path: Path) -> None:
    first = open_index(f"tantivy://{tmp_path}/index", writing=True)
    with pytest.raises(BlockingIOError):
        open_index(f"tantivy://{tmp_path}/index", writing=True)
    first.close()


def test_a_reader_sees_what_is_committed(index: Index, index_url: str) -> None:
    reader = opened(index_url)
    assert reader.count() == index.count()
    index.delete("w2")
    index.commit()
    assert reader.count() == index.count()


def test_a_query_of_ten_thousand_characters_is_refused() -> None:
    with pytest.raises(QueryTooLong):
        parse("a" * 10_000, PUBLIC)


def test_a_slow_writer_never_puts_an_older_state_over_a_newer_one(elasticsearch: Elasticsearch) -> None:
    url = f"{elasticsearch.address}/test-{uuid.uuid4().hex}"
    quick, slow = opened(url, writing=True), opened(url, writing=True)
    old, new = (replace(WORKS[0], revision=number, sight=(token,)) for number, token in ((4, "public"), (5, "staff:1")))
    quick.write(documents_of(old, PAGES["w1"]))
    quick.commit()
    slow.delete("w1")
    slow.write(documents_of(old, PAGES["w1"]))  # has read the database, and now it stands still
    quick.delete("w1")
    quick.write(documents_of(new, PAGES["w1"][:1]))  # withdrawn meanwhile, and two pages shorter
    quick.commit()
    slow.commit()
    assert [(entry.page, entry.revision) for entry in quick.entries()] == [(0, 5), (1, 5)]
    assert found(quick, asked("tam giac")) == []


def test_what_a_dead_worker_sent_and_never_showed_goes_with_the_next_state(elasticsearch: Elasticsearch) -> None:
    url = f"{elasticsearch.address}/test-{uuid.uuid4().hex}"
    dead, live = open_index(url, writing=True, tuning=Tuning(bulk=1)), opened(url, writing=True)
    # each document leaves at once, and no commit follows
    dead.write(documents_of(replace(WORKS[0], revision=4), PAGES["w1"]))
    live.delete("w1")
    live.write(documents_of(replace(WORKS[0], revision=5), PAGES["w1"][:1]))
    live.commit()
    assert [(entry.page, entry.revision) for entry in live.entries()] == [(0, 5), (1, 5)]


@pytest.mark.parametrize(("olds", "news"), [(1, 3), (3, 1)])
def test_a_slow_writer_takes_no_page_from_a_newer_state_and_leaves_none_in_it(
    elasticsearch: Elasticsearch, olds: int, news: int
) -> None:
    url = f"{elasticsearch.address}/test-{uuid.uuid4().hex}"
    quick, slow = opened(url, writing=True), opened(url, writing=True)
    slow.delete("w1")
    slow.write(documents_of(replace(WORKS[0], revision=4), PAGES["w1"][:olds]))
    quick.delete("w1")
    quick.write(documents_of(replace(WORKS[0], revision=5), PAGES["w1"][:news]))
    quick.commit()
    slow.commit()
    assert [(entry.page, entry.revision) for entry in quick.entries()] == [(page, 5) for page in range(news + 1)]

"""What is certain is put into a template when it is compiled, and stays what it would have been."""

import pytest

from api.web.compiling import Templates
from api.web.rendering import filled, templates


def answered(text: str) -> str:
    """The program of this template in Vietnamese."""
    return str(templates("vi").compile(text, raw=True))


def test_a_sentence_an_address_and_a_picture_without_facts_are_in_the_compiled_template() -> None:
    program = answered("{{ say('Tìm < đọc', 'Search') }}{{ to('/tim', q='hai chữ') }}{{ icon('book', more='x') }}")
    assert "context.call" not in program
    assert "Tìm &lt; đọc/tim?q=hai+ch%E1%BB%AF<svg" in program, "escaped where it must be, and only there"


@pytest.mark.parametrize("call", ["say('{n} tệp', '{n} files', n=n)", "to(n)", "icon(*n)", "other('a')"])
def test_what_depends_on_the_page_is_asked_by_the_page(call: str) -> None:
    assert "context.call" in answered("{{ " + call + " }}")


@pytest.mark.parametrize(("language", "said"), [("vi", "Tìm · Trang 3/40"), ("en", "Search · Page 3/40")])
def test_each_language_has_templates_of_its_own(language: str, said: str) -> None:
    made = templates(language)
    assert isinstance(made, Templates)
    text = "{{ say('Tìm', 'Search') }} · {{ say('Trang {a}/{b}', 'Page {a}/{b}', a=3, b=40) }}"
    assert made.from_string(text).render(made.certain) == said


@pytest.mark.parametrize(
    ("sentence", "facts", "said"),
    [
        ("{n} {n:page|pages}", {"n": 1}, "1 page"),
        ("{n} {n:page|pages}", {"n": "1,204"}, "1,204 pages"),
        ("{b:The only copy is|All {b} copies are} out", {"b": 4}, "All 4 copies are out"),
        ("{{n}} và {n:03}", {"n": 7}, "{n} và 007"),
        ("không có gì", {"n": 7}, "không có gì"),
    ],
)
def test_a_sentence_takes_its_facts_and_the_word_for_one_or_many(
    sentence: str, facts: dict[str, object], said: str
) -> None:
    assert filled(sentence, facts) == said

"""What an index holds of a document."""

from typing import Any

import tantivy

from search.documents import Document, Fielded

TEXTS = [f"{where}_{kind}" for where in ("body", "head", "title") for kind in ("exact", "folded", "plain")]
TERMS = ["work_id", "page_term", "subject", "grade", "type", "school", "sight"]
NUMBERS = ["work_key", "page", "revision", "audience"]


def schema() -> tantivy.Schema:
    """Texts with positions, raw terms, and fast numbers; nothing is stored, rows come from the database."""
    builder = tantivy.SchemaBuilder()
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in TERMS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


def row_of(one: Document) -> tantivy.Document:
    """A document in the engine's own form."""
    row = tantivy.Document()
    for where, text in (("body", one.body), ("head", one.head), ("title", one.title)):
        _add_text(row, where, text)
    for name, value in (("work_id", one.work_id), ("page_term", str(one.page)), ("school", one.school)):
        row.add_text(name, value)
    for name, value in (("subject", one.subject), ("grade", one.grade), ("type", one.type)):
        if value:
            row.add_text(name, value)
    for token in one.sight:
        row.add_text("sight", token)
    for name, number in (
        ("work_key", one.work_key),
        ("page", one.page),
        ("revision", one.revision),
        ("audience", one.audience),
    ):
        row.add_unsigned(name, number)
    return row


def _add_text(row: Any, where: str, text: Fielded) -> None:
    for kind, value in (("exact", text.exact), ("folded", text.folded), ("plain", text.plain)):
        row.add_text(f"{where}_{kind}", value)

"""How a document lies in the engine."""

from typing import Any

from search.documents import Document
from search.elastic.compiling import as_engine_text

FORMAT = "v2"  # a new mapping is a new index, filled again from the database

KEPT = {"type": "text", "analyzer": "tokens", "index_options": "positions"}
TERM = {"type": "keyword", "doc_values": False, "norms": False}
NUMBER = {"type": "long"}
MAPPING = {
    "dynamic": "strict",
    "_source": {"enabled": False},  # rows come from the database
    "properties": {
        **{f"{where}_{kind}": KEPT for where in ("body", "head", "title") for kind in ("exact", "folded", "plain")},
        **dict.fromkeys(("work_id", "page_term", "subject", "grade", "type", "school", "sight"), TERM),
        **dict.fromkeys(("work_key", "page", "revision", "audience"), NUMBER),
    },
}
ANALYSIS = {
    "analyzer": {"tokens": {"type": "custom", "tokenizer": "splitting"}},
    "tokenizer": {"splitting": {"type": "standard", "max_token_length": 255}},
}


def row_of(one: Document) -> dict[str, Any]:
    row: dict[str, Any] = {"work_id": one.work_id, "page_term": str(one.page), "school": one.school, "sight": one.sight}
    for where, text in (("body", one.body), ("head", one.head), ("title", one.title)):
        for kind, value in (("exact", text.exact), ("folded", text.folded), ("plain", text.plain)):
            row[f"{where}_{kind}"] = as_engine_text(value)
    row |= {
        name: value for name, value in (("subject", one.subject), ("grade", one.grade), ("type", one.type)) if value
    }
    return row | {"work_key": one.work_key, "page": one.page, "revision": one.revision, "audience": one.audience}

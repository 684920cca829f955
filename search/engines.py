"""Which engine an address names; its adapter is imported when it is chosen."""

from pathlib import Path
from urllib.parse import urlsplit

from library.settings import Settings
from search.index import USUAL, Beside, Index, Tuning


def open_index(url: str, *, writing: bool = False, tuning: Tuning = USUAL) -> Index:
    """The index that the URL names. For writing it is made where there is none, and may raise BlockingIOError when
    another process must be the only writer, IndexLost when what is there cannot be read, IndexAway.
    """
    if urlsplit(url).scheme in ("http", "https"):
        from search.elastic import ElasticIndex  # noqa: PLC0415  # a URL's scheme imports its adapter

        return ElasticIndex(url, tuning, writing=writing)
    from search.tantivy import TantivyIndex  # noqa: PLC0415  # a URL's scheme imports its adapter

    return TantivyIndex(_folder(url), writing=writing)


def build_beside(url: str, *, tuning: Tuning = USUAL) -> Beside:
    """Begin a new index beside the live one, or go on with one that was begun. Raises BlockingIOError while somebody
    else fills it.
    """
    if urlsplit(url).scheme in ("http", "https"):
        from search.elastic import ElasticBeside  # noqa: PLC0415  # a URL's scheme imports its adapter

        return ElasticBeside(url, tuning)
    from search.tantivy import TantivyBeside  # noqa: PLC0415  # a URL's scheme imports its adapter

    return TantivyBeside(_folder(url))


def index_of(settings: Settings, *, writing: bool = False) -> Index:
    """The index of a house."""
    return open_index(settings.index, writing=writing, tuning=tuning_of(settings))


def tuning_of(settings: Settings) -> Tuning:
    """What the operator has set."""
    return Tuning(
        shards=settings.index_shards,
        replicas=settings.index_replicas,
        refresh_seconds=settings.index_refresh_seconds,
        bulk=settings.index_bulk,
        answer_seconds=settings.index_answer_seconds,
        authority=settings.index_authority,
    )


def _folder(url: str) -> Path:
    if urlsplit(url).scheme != "tantivy":
        raise ValueError(f"no adapter for {url}")
    return Path(urlsplit(url).path)

"""What a decision is bound to: the bytes, the words that describe them, and the readers they will be opened to."""

import hashlib
import json

from library.catalogue import versions
from library.reviews.models import Review


def digest_of(review: Review) -> str:
    """The digest that a decision must name; it changes with every byte and every word of what the reviewer has seen.
    Work and version are loaded.
    """
    readers = review.readers
    seen = {
        "version": str(review.version_id),
        "files": review.version.digest,
        "words": versions.card_of(review.work, review.version),
        "readers": [
            readers.sight,
            sorted(readers.to),
            *(moment.isoformat() if moment else None for moment in (readers.opens_at, readers.closes_at)),
        ],
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

"""The embedded adapter: Tantivy. Our tokens arrive joined by spaces and are only split here.

Each index is a folder; the file `current` names the one that is live. Readers notice when it changes, the writer at its
next batch.
"""

from search.tantivy.beside import TantivyBeside
from search.tantivy.index import TantivyIndex

__all__ = ["TantivyBeside", "TantivyIndex"]

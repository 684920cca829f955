"""The adapter for a province: Elasticsearch. Only what its smallest distribution has is used (no scripts, no delete by
query).

An index has a version in its name and a stamp; one alias is for reading, one for writing. A document's version is the
work's revision, so a slow worker can never put an older state over a newer one. All pages of a work lie in one shard,
which keeps counts exact.
"""

from search.elastic.beside import ElasticBeside
from search.elastic.index import ElasticIndex
from search.elastic.mapping import ANALYSIS, MAPPING, row_of

__all__ = ["ANALYSIS", "MAPPING", "ElasticBeside", "ElasticIndex", "row_of"]

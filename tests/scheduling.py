"""How the tests are spread over processes."""

from xdist.scheduler import LoadScopeScheduling

ALL_ON_ELASTICSEARCH = ("tests/faults/test_index_away.py", "tests/faults/test_servers_away.py")


class Scheduling(LoadScopeScheduling):
    """A file stays in one process, and so does all that asks for Elasticsearch, which takes long to start, and all that
    attacks the one town, which takes long to build.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if "elasticsearch" in nodeid or file in ALL_ON_ELASTICSEARCH:
            return "elasticsearch"
        return "attacks" if file.startswith("tests/attacks/") else file

"""Many operations in one request: how each is written, and what has to be said again."""

import time
from typing import Any

from search.elastic.cluster import Cluster, listening
from search.index import IndexAway

TRIES, BACK_OFF = 6, 0.5


@listening()
def send(cluster: Cluster, index: str, operations: list[dict[str, Any]]) -> None:
    """One request; what the engine has no room for is sent again, slower each time."""
    waiting = operations
    for number in range(TRIES):
        if not waiting:
            return
        if number:
            time.sleep(BACK_OFF * 2 ** (number - 1))
        answer = cluster.patient.bulk(index=index, operations=waiting, require_alias=True)
        waiting = to_send_again(waiting, answer["items"]) if answer["errors"] else []
    if waiting:
        raise IndexAway("the engine has no room for what is written")


def to_send_again(sent: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The operations to send again. A newer state that is already there (409) and a document that has gone (404) are as
    good as done.
    """
    again: list[dict[str, Any]] = []
    at = 0
    for item in items:
        ((kind, told),) = item.items()
        length = 2 if kind == "index" else 1
        if told["status"] == 429:
            again += sent[at : at + length]
        elif told["status"] >= 300 and told["status"] not in (404, 409):
            raise RuntimeError(f"the engine refuses {told['_id']}: {told.get('error')}")
        elif told["status"] == 404 and kind == "index":
            raise IndexAway(f"there is no index to write to: {told.get('error')}")
        at += length
    return again


def address(name: str, work_id: str, version: int) -> dict[str, Any]:
    return {"_id": name, "routing": work_id, "version": version, "version_type": "external_gte"}

"""What a search answers, and whether the catalogue stood in for the index."""

from tests.services.house import RunningHouse


def asked(house: RunningHouse, q: str, **filters: str) -> tuple[bool, list[str]]:
    with house.client() as client:
        found = client.get("/api/v1/search", params={"q": q, **filters}).raise_for_status().json()
    return found["degraded"], [work["title"] for work in found["works"]]

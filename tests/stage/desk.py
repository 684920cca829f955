"""The desk over HTTP: scans, and copies to scan."""

import uuid
from typing import Any

import httpx


def scan(client: httpx.Client, code: str, card: str | None = None, **more: Any) -> httpx.Response:
    return client.post("/api/v1/desk/scans", json={"id": str(uuid.uuid4()), "code": code, "card": card, **more})


def copies(client: httpx.Client, count: int = 1, **wish: Any) -> list[str]:
    made = (
        client.post("/api/v1/copies", json={"title": "Đất rừng phương Nam", "count": count, **wish})
        .raise_for_status()
        .json()
    )
    return [one["barcode"] for one in made["copies"]]


def card_of(client: httpx.Client, login: str) -> str:
    return str(scan(client, login).raise_for_status().json()["borrower"]["card"])

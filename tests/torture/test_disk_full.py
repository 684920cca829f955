"""A full disk: a clear sentence, what arrived is kept, reading goes on, and it recovers by itself."""

import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from tests.services.house import RunningHouse

SIZE = 24 * 1024**2
PART = 9 * 1024**2


def small_disk(home: Path) -> list[str]:
    """Run what follows on a disk of 24 MB of its own."""
    home.mkdir()
    words = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs -o size={SIZE} tmpfs "{home}" && exec "$@"', "sh"]
    probe = subprocess.run([*words, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"this machine gives no mount namespace: {probe.stderr.decode().strip()}")
    return words


def test_a_full_disk_refuses_politely_keeps_what_came_and_recovers(tmp_path: Path) -> None:
    house = RunningHouse(tmp_path / "var")
    house.under = small_disk(tmp_path / "var")
    house.start()
    try:
        with house.administrator() as client:
            too_big = client.post("/api/v1/uploads", headers={"Upload-Length": str(SIZE)})
            assert (too_big.status_code, too_big.json()["code"]) == (507, "disk-full")
            metadata = f"filename {b64encode(b'a.bin').decode()}"
            places = [
                client.post("/api/v1/uploads", headers={"Upload-Length": str(PART * 2), "Upload-Metadata": metadata}).headers["Location"] for _ in range(2)
            ]
            first = client.patch(places[0], content=b"a" * PART, headers={"Upload-Offset": "0"})
            second = client.patch(places[1], content=b"b" * PART * 2, headers={"Upload-Offset": "0"})
            assert (first.status_code, second.status_code, second.json()["code"]) == (204, 507, "disk-full")
            kept = int(client.head(places[1]).headers["Upload-Offset"])
            assert kept == 0, "the last of the disk belongs to the database"
            assert client.get("/").status_code == 200
            assert client.get("/readyz").status_code == 200
            assert client.delete(places[0]).status_code == 204
            rest = client.patch(places[1], content=b"b" * PART, headers={"Upload-Offset": str(kept)})
            assert (rest.status_code, rest.headers["Upload-Offset"]) == (204, str(PART))
    finally:
        house.stop()

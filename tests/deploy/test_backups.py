"""The scripts of docs/deploy.md for one school on one PC: what cron does every night, and the day it is needed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.scripts import script
from tests.services.house import RunningHouse, running, upload, wait_for
from tests.stage import makers
from tests.stage.project import PROJECT


class Pc:
    """Where the scripts look: the program in /opt/hoclieu with its `var`, and a second disk."""

    def __init__(self, folder: Path) -> None:
        self.program, self.disk = folder / "hoclieu", folder / "backup"
        (self.program / ".venv").mkdir(parents=True)
        (self.program / ".venv" / "bin").symlink_to(PROJECT / ".venv" / "bin")
        self.disk.mkdir()

    def run(self, words: str, house: RunningHouse, **more: str) -> subprocess.CompletedProcess[str]:
        """The script that holds these words."""
        return subprocess.run(
            ["sh", "-c", script(words, self.program, self.disk)],
            env=house.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def var(self) -> Path:
        return self.program / "var"


@pytest.mark.full
def test_what_is_lost_comes_back_from_last_night_s_backup(tmp_path: Path) -> None:
    pc, book = Pc(tmp_path / "pc"), makers.textbook(tmp_path / "toan-8-tap-2.pdf", 40)
    with running(pc.var) as house, house.administrator() as client:
        work = wait_for(client, upload(client, book, approve="true"))["work_id"]
        done = pc.run("hoclieu backup", house)
        assert done.returncode == 0, done.stderr
        assert "✓ backup" in house.command("doctor").stdout
    shutil.rmtree(pc.var)
    restored = pc.run("hoclieu restore", house)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    with running(pc.var) as house, house.administrator() as client, house.client() as stranger:
        found = stranger.get("/api/v1/search", params={"q": "dinh li thales dao"}).raise_for_status().json()
        assert [(one["id"], one["pages"][0]["number"]) for one in found["works"]] == [(work, makers.KEY_PAGE)]
        assert stranger.get(f"/api/v1/works/{work}/file").raise_for_status().content == book.read_bytes()
        assert client.get("/api/v1/me").json()["login"] == "quan.tri"


def test_a_backup_that_failed_is_not_noted(tmp_path: Path) -> None:
    pc = Pc(tmp_path / "pc")
    with running(pc.var) as house:
        (pc.disk / "hoc-lieu").write_text("no folder")  # the backup cannot be written, all else can
        assert pc.run("hoclieu backup", house).returncode != 0
        assert "none noted" in house.command("doctor").stdout

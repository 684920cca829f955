"""Everything at once on one small disk: two workers, kills, a read-only store, a removed index, a clock that jumps, a
full disk, a poison file and a poison letter, while people upload and lend. In the end everything accepted is right, and
every neighbour was served.

It mounts: run it as root, or under `unshare -Urm`.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.services.house import PASSWORD, RunningHouse, upload, wait_for
from tests.services.load import (
    DESKS,
    Load,
    every_loan_is_there_once,
    no_file_is_lost_or_double,
    the_index_is_as_the_database,
)
from tests.services.machinery import free_port
from tests.services.mail import MailServer
from tests.services.people import enter, open_school, person
from tests.services.waiting import until
from tests.stage import makers

pytestmark = pytest.mark.torture
DISK = 400  # MB
AWAY, BETWEEN = 6.0, 3  # seconds; files and loans that must come through after each fault
TWO_HOURS = 7200
SHIFTED = Path(__file__).parents[1] / "days" / "shifted"
POISON = b"q " + b"0 0 m 100 100 l 50 20 l S " * 6_000_000  # so much to draw that the parser's limits end it


def mount(*words: str) -> None:
    """Change what is mounted; skipped aloud where that is not allowed."""
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine lets us mount nothing: {done.stderr.strip()}")


@contextmanager
def mounted(folder: Path, *words: str) -> Iterator[None]:
    """Something is mounted on this folder for a while."""
    mount(*words, str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


class Town:
    """The house with its two workers, its clock and its mail."""

    def __init__(self, home: Path, mail: MailServer) -> None:
        self.clock = home.parent / "clock"
        self.clock.write_text("0")
        letters = {"HOCLIEU_MAIL": f"smtp://127.0.0.1:{mail.port}", "HOCLIEU_MAIL_FROM": "thu-vien@truong.example"}
        quick = {"HOCLIEU_INDEX_LOOK_SECONDS": "2", "HOCLIEU_PORT": str(free_port())}
        self.house = RunningHouse(home, **letters, **quick, PYTHONPATH=str(SHIFTED), TESTS_SHIFTED_BY=str(self.clock))
        self.second: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.house.start()
        self.second = self.house.background("work")

    def kill(self) -> None:
        """kill -9 of `serve`, whose worker dies with it, and of the other worker in the middle of what it does."""
        assert self.second is not None
        self.second.kill()
        self.second.wait()
        self.house.kill()
        self.start()

    def stop(self) -> None:
        if self.second is not None:
            self.second.kill()
            self.second.wait()
        self.house.stop()


def test_everything_goes_wrong_at_once_and_everything_accepted_is_right(tmp_path: Path) -> None:
    home, mail = tmp_path / "var", MailServer(tmp_path / "mail")
    home.mkdir()
    with ExitStack() as ending:
        ending.enter_context(mounted(home, "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs"))
        town = Town(home, mail)
        ending.callback(town.stop)
        ending.callback(mail.stop)
        mail.start()
        town.start()
        furnish(town.house)
        book = makers.textbook(tmp_path / "sach.pdf", 1, title="Sách trong bão").read_bytes()
        with Load(town.house, book).going() as load:
            goes_on(load)
            poison = send_poison(town.house, tmp_path)
            for fault in (index_removed, store_read_only, disk_full, clock_jumps, killed, all_together):
                fault(town)
                until(lambda: load.strange or answers(town.house))
                goes_on(load)
        assert load.strange == []
        the_poison_came_to_an_end(town.house, poison)
        until(lambda: not town.house.ask("SELECT 1 FROM deposit WHERE state IN ('waiting', 'working')"), seconds=600)
        no_file_is_lost_or_double(town.house, load)
        every_loan_is_there_once(town.house, load)
        the_index_is_as_the_database(town.house)
        the_good_letter_came_and_the_bad_one_is_set_aside(town.house, mail)
        print(f"\n{len(load.accepted)} files accepted, {load.lent.total()} loans made; nothing lost, nothing twice")
        told = town.house.command("doctor", "--json")
        assert '"lost"' not in told.stdout and told.returncode in (0, 1), told.stdout


def furnish(house: RunningHouse) -> None:
    """A school with librarians; one new teacher's address can never be reached, another's can."""
    with house.administrator() as root:
        open_school(root)
        for number in range(DESKS):
            person(root, "AA", f"thu.thu.{number}", "librarian")
        for login, address in (("co.hoa", "co.hoa@truong."), ("co.lan", "co.lan@truong.example")):
            made = (
                root.post("/api/v1/units/AA/members", json={"login": login, "name": login, "role": "teacher"})
                .raise_for_status()
                .json()
            )
            # as it came from an old roster
            house.ask("UPDATE person SET email = :address WHERE login = :login", address=address, login=login)
            with house.client() as door:
                wish = {"name": login, "login": login, "password": PASSWORD}
                door.post(f"/api/v1/invitations/{made['link'].rsplit('/', 1)[-1]}", json=wish).raise_for_status()


def send_poison(house: RunningHouse, folder: Path) -> str:
    """A book whose second page kills whoever reads it."""
    document = makers.pymupdf.open(makers.textbook(folder / "goc.pdf", 6))
    document.update_stream(document[1].get_contents()[0], POISON)
    document.save(folder / "doc.pdf", deflate=True)
    with house.administrator() as client:
        return upload(client, folder / "doc.pdf", approve="true")


def the_poison_came_to_an_end(house: RunningHouse, deposit_id: str) -> None:
    """Its page is named; or it is set aside with a sentence, where three workers have died over it before anything
    could be kept.
    """
    with house.administrator() as client:
        row = wait_for(client, deposit_id, seconds=600)
    named = {one["page"] for one in row["warnings"]}
    assert (row["state"], named) == ("ready", {2}) or (row["state"], row["code"]) == ("failed", "processing-failed"), (
        row
    )


def goes_on(load: Load) -> None:
    """Every kind of work comes through again."""
    files, loans = len(load.accepted), load.lent.total()
    until(
        lambda: load.strange or (len(load.accepted) >= files + BETWEEN and load.lent.total() >= loans + BETWEEN),
        seconds=400,
    )


def answers(house: RunningHouse) -> bool:
    """Whether somebody is served."""
    try:
        with house.client() as client:
            return client.get("/api/v1/search", params={"q": "sach"}).status_code == 200
    except httpx.HTTPError:
        return False


def index_removed(town: Town) -> None:
    """Somebody tidied up."""
    subprocess.run(["rm", "-rf", str(town.house.home / "index")], check=True)


def store_read_only(town: Town) -> None:
    """The disk of the files goes read-only, as a broken one does."""
    files = town.house.home / "files"
    with mounted(files, "--bind", str(files)):
        mount("-o", "remount,bind,ro", str(files))
        time.sleep(AWAY)


def disk_full(town: Town) -> None:
    """Something else has taken the rest of the disk."""
    ballast = town.house.home / "ballast"
    subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=1M"], capture_output=True, check=False)
    time.sleep(AWAY)
    ballast.unlink()


def clock_jumps(town: Town) -> None:
    """The clock was two hours slow and somebody has set it."""
    town.clock.write_text(str(TWO_HOURS))
    time.sleep(1)


def killed(town: Town) -> None:
    """Everything dies and starts again."""
    town.kill()


def all_together(town: Town) -> None:
    """The index goes while the store is read-only and the disk full, and in the middle of it everything dies."""
    files, ballast = town.house.home / "files", town.house.home / "ballast"
    with mounted(files, "--bind", str(files)):
        mount("-o", "remount,bind,ro", str(files))
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=1M"], capture_output=True, check=False)
        index_removed(town)
        time.sleep(AWAY)
        ballast.unlink()
        town.kill()


def the_good_letter_came_and_the_bad_one_is_set_aside(house: RunningHouse, mail: MailServer) -> None:
    """A letter that can never arrive keeps nobody else's back."""
    until(lambda: any("co.lan@truong.example" in str(letter["To"]) for letter in mail.letters()))
    until(lambda: not house.ask("SELECT 1 FROM notice WHERE due_at IS NOT NULL AND set_aside_at IS NULL"))
    with enter(house, "co.lan") as somebody:
        assert somebody.get("/api/v1/me").status_code == 200

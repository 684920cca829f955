"""The settings: files instead of words, and the wrong configurations that production refuses, each with its
sentence.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from library import settings

STRONG = "b7Yq2-kTz9_Lw4vRj8"
Environment = dict[str, str]


@pytest.fixture
def good(tmp_path: Path) -> Environment:
    """A province as docs/deploy.md starts it; its engines' schemes have a test of their own."""
    secrets = {
        "DATABASE": f"postgresql+psycopg://thu_vien:{STRONG}@postgres:5432/thu_vien",
        "FILES": f"s3://kho:{STRONG}@minio:9000/hoc-lieu?secure=false",
    }
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
        (tmp_path / name).chmod(0o600)
    return {
        "HOCLIEU_PROFILE": "production",
        "HOCLIEU_HOME": str(tmp_path / "var"),
        "HOCLIEU_FREE_GB": "0",
        "HOCLIEU_PUBLIC_URL": "https://thu-vien.tinh.vn",
        "HOCLIEU_CONTENT_URL": "https://noi-dung.tinh.vn",
        "HOCLIEU_INDEX": "http://elasticsearch:9200",
        **{f"HOCLIEU_{name}_FILE": str(tmp_path / name) for name in secrets},
    }


def mistakes(environment: Environment) -> list[str]:
    """What is said about a configuration, without what this program has no adapter for."""
    try:
        settings.load(environment)
    except settings.SettingsMistaken as mistaken:
        return [
            one
            for one in mistaken.mistakes
            if "does not begin with" not in one or "http" in one.partition("does not")[2]
        ]
    return []


def put(**changed: str) -> Callable[[Environment, Path], None]:
    return lambda environment, _folder: environment.update(
        {f"HOCLIEU_{name.upper()}": value for name, value in changed.items()}
    )


def secret(name: str, value: str, mode: int = 0o600) -> Callable[[Environment, Path], None]:
    """The secret file of a setting holds something else, or is open to others."""

    def change(environment: Environment, folder: Path) -> None:
        path = folder / f"{name}.khac"
        path.write_text(value)
        path.chmod(mode)
        environment[f"HOCLIEU_{name}_FILE"] = str(path)

    return change


def inline(name: str) -> Callable[[Environment, Path], None]:
    """The secret stands in the environment."""

    def change(environment: Environment, folder: Path) -> None:
        environment[f"HOCLIEU_{name}"] = Path(environment.pop(f"HOCLIEU_{name}_FILE")).read_text().strip()

    return change


def s3(password: str) -> str:
    return f"s3://kho:{password}@minio:9000/hoc-lieu?secure=false"


WRONG: dict[str, tuple[Callable[[Environment, Path], None], str]] = {
    "unknown setting": (put(colour="blue"), "HOCLIEU_COLOUR is not a setting."),
    "unknown profile": (put(profile="staging"), "HOCLIEU_PROFILE: Input should be 'embedded' or 'production'"),
    "no public address": (put(public_url=""), "HOCLIEU_PUBLIC_URL is missing"),
    "public address without TLS": (put(public_url="http://thu-vien.tinh.vn"), "is not https"),
    "public address of another kind": (
        put(public_url="ftp://thu-vien.tinh.vn"),
        "does not begin with http:// or https://",
    ),
    "public address with a path": (put(public_url="https://thu-vien.tinh.vn/app"), "without a path"),
    "public address that is this machine": (put(public_url="https://localhost"), "this machine itself"),
    "no content address": (put(content_url=""), "HOCLIEU_CONTENT_URL is missing"),
    "content address without TLS": (
        put(content_url="http://noi-dung.tinh.vn"),
        "HOCLIEU_CONTENT_URL: 'http://noi-dung.tinh.vn' is not https",
    ),
    "content on the house's own origin": (
        put(content_url="https://thu-vien.tinh.vn"),
        "the host name of HOCLIEU_PUBLIC_URL again",
    ),
    "content on another port of the same host": (
        put(content_url="https://THU-VIEN.tinh.vn:8443"),
        "the host name of HOCLIEU_PUBLIC_URL again",
    ),
    "store under the house's own name": (
        put(files_public_url="https://thu-vien.tinh.vn"),
        "HOCLIEU_FILES_PUBLIC_URL: the host name",
    ),
    "store opened without TLS": (
        put(files_public_url="http://kho.tinh.vn"),
        "HOCLIEU_FILES_PUBLIC_URL: 'http://kho.tinh.vn' is not https",
    ),
    "SQLite": (secret("DATABASE", "sqlite:////srv/h.db"), "SQLite is one file that the processes of one machine share"),
    "files in a folder": (secret("FILES", "file:///srv/files"), "a folder is seen by one machine only"),
    "index in a folder": (put(index="tantivy:///srv/index"), "has one writer"),
    "index over the open network": (put(index="http://tim.tinh.vn:9200"), "leaves the private network unprotected"),
    "store over the open network": (
        secret("FILES", f"s3://kho:{STRONG}@8.8.4.4:9000/hoc-lieu?secure=false"),
        "HOCLIEU_FILES: http to 8.8.4.4",
    ),
    "store without a bucket": (secret("FILES", f"s3://kho:{STRONG}@minio:9000"), "a part of that is missing"),
    "weak store secret": (secret("FILES", s3("minioadmin")), "HOCLIEU_FILES: the password is too weak"),
    "weak database password": (
        secret("DATABASE", "postgresql+psycopg://a:aaaaaaaaaaaaaaaaaaaa@postgres/a"),
        "HOCLIEU_DATABASE: the password is too weak",
    ),
    "placeholder": (secret("FILES", s3("CHANGE-ME-before-use-1")), "looks like a placeholder"),
    "password in the environment": (inline("DATABASE"), "whoever sees the environment reads the password"),
    "secret file open to others": (secret("FILES", s3(STRONG), 0o644), "can be read or changed by other users"),
    "secret file that others may change": (secret("FILES", s3(STRONG), 0o620), "can be read or changed by other users"),
    "secret file absent": (put(files_file="/nowhere/files"), "HOCLIEU_FILES_FILE: /nowhere/files cannot be read"),
    "secret file empty": (secret("FILES", "  \n"), "is empty"),
    "two sources of one setting": (
        put(database="sqlite:///x"),
        "HOCLIEU_DATABASE and HOCLIEU_DATABASE_FILE are both set",
    ),
    "home that cannot be written": (put(home="/dev/null/var"), "cannot be written"),
    "little room": (put(free_gb="1000000"), "1000000 are needed"),
    "demonstration": (put(demo="true"), "HOCLIEU_DEMO: the demonstration has passwords that everybody knows"),
    "failpoint": (put(failpoint="pages-read"), "HOCLIEU_FAILPOINT: kills the process"),
    "port 0": (put(port="0"), "HOCLIEU_PORT: 0 takes any free port"),
    "port beyond": (put(port="99999"), "HOCLIEU_PORT: Input should be less than or equal to 65535"),
    "short lease": (put(lease_seconds="3"), "HOCLIEU_LEASE_SECONDS: 3 s is shorter"),
    "lazy worker": (put(poll_seconds="90"), "HOCLIEU_POLL_SECONDS: a worker that looks every 90 s"),
    "pool too small for a worker": (
        put(database_connections="3"),
        "HOCLIEU_DATABASE_CONNECTIONS: 3 for one process; fewer than 4",
    ),
    "pool as large as the server": (
        put(database_connections="101"),
        "HOCLIEU_DATABASE_CONNECTIONS: 101 for one process",
    ),
    "statement longer than a lease": (
        put(statement_seconds="60"),
        "HOCLIEU_STATEMENT_SECONDS: 60 s is not shorter than HOCLIEU_LEASE_SECONDS, 60 s",
    ),
    "lock longer than a statement": (
        put(lock_seconds="30"),
        "HOCLIEU_LOCK_SECONDS: 30 s is not shorter than HOCLIEU_STATEMENT_SECONDS, 30 s",
    ),
    "proxy that is no address": (
        put(trusted_proxies="172.28.0.0/24, proxy"),
        "HOCLIEU_TRUSTED_PROXIES: proxy is no address",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_production_refuses_each_wrong_configuration_with_its_sentence(
    case: str, good: Environment, tmp_path: Path
) -> None:
    assert mistakes(good) == []
    change, sentence = WRONG[case]
    change(good, tmp_path)
    said = mistakes(good)
    assert any(sentence in one for one in said), said
    assert all(one.endswith(".") and STRONG not in one for one in said)


def test_production_refuses_a_clock_before_the_program_was_made(good: Environment) -> None:
    with time_machine.travel(datetime(2021, 3, 1, tzinfo=UTC)):
        assert mistakes(good) == [
            "The clock says 2021-03-01, which is before this program was made; set it, or every due date will be wrong."
        ]


def test_all_wrong_settings_of_production_are_told_at_once(good: Environment, tmp_path: Path) -> None:
    told = {"colour", "demo", "port", "lease_seconds"}
    put(colour="blue", demo="true", port="0", lease_seconds="3", statement_seconds="2", lock_seconds="1")(
        good, tmp_path
    )
    put(public_url="http://a.vn", content_url="http://a.vn")(good, tmp_path)
    said = mistakes(good)
    assert len(said) == 7
    assert all(any(name.upper() in one for one in said) for name in (*told, "public_url", "content_url"))


def test_a_school_at_home_needs_none_of_that(tmp_path: Path) -> None:
    found = settings.load({"HOCLIEU_HOME": str(tmp_path), "HOCLIEU_DEMO": "true"})
    assert (found.profile, found.in_production) == ("embedded", False)


def test_a_setting_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "ten").write_text("Thư viện tỉnh\n", encoding="utf-8")
    assert (
        settings.load({"HOCLIEU_HOME": str(tmp_path), "HOCLIEU_LIBRARY_NAME_FILE": str(tmp_path / "ten")}).library_name
        == "Thư viện tỉnh"
    )


def test_no_password_is_ever_said() -> None:
    with pytest.raises(settings.SettingsMistaken) as mistaken:
        settings.load(
            {
                "HOCLIEU_DATABASE": f"mysql://a:{STRONG}@b/c",
                "HOCLIEU_FILES": f"ftp://a:{STRONG}@b/c",
                "HOCLIEU_PORT": f"//a:{STRONG}@b",
            }
        )
    assert len(mistaken.value.mistakes) == 3
    assert STRONG not in str(mistaken.value)

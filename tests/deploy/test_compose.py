"""docker-compose.yml against the program: its services, its secrets, its settings, its proxy. No container engine is
needed for that.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.deposits.tus import MOST_METADATA
from library import settings
from tests.services.minio import VERSION
from tests.services.nginx import filled
from tests.stage.project import PROJECT

DEPLOY = PROJECT / "deploy"
NAMES = {"PUBLIC_HOST": "thu-vien.tinh.vn", "CONTENT_HOST": "noi-dung.tinh.vn", "LIBRARY_NAME": "Thư viện tỉnh"}
PROGRAM = {"serve-1": "serve", "serve-2": "serve", "work": "work", "migrate": "migrate"}
SERVERS = {"proxy", "postgres", "minio", "elasticsearch"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The secrets as make-secrets.sh writes them."""
    for _ in range(2):
        subprocess.run(
            [DEPLOY / "make-secrets.sh", tmp_path], env={**os.environ, **NAMES}, check=True, capture_output=True
        )
    return tmp_path / "secrets"


def said(value: str) -> str:
    """A value with the operator's own names filled in."""
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: NAMES[found.group(1)], value)


def test_the_whole_province_is_there_and_in_order(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {*PROGRAM, *SERVERS}
    assert {name: services[name]["command"] for name in PROGRAM} == {
        name: [command] for name, command in PROGRAM.items()
    }
    assert services["work"]["deploy"]["replicas"] == 2
    waits = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    assert waits["migrate"] == {"postgres", "minio", "elasticsearch"}
    assert all(waits[name] == {"migrate"} for name in ("serve-1", "serve-2", "work"))
    assert services["elasticsearch"]["image"].endswith(":8.19.21")
    assert all(not re.search(r":latest$|/[^:]+$", service["image"]) for service in services.values())


def test_nothing_is_privileged_and_everything_has_its_limits(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert (
            service["read_only"]
            and service["cap_drop"] == ["ALL"]
            and service["security_opt"] == ["no-new-privileges:true"]
        ), name
        assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc"} & set(service), name
        assert int(service["user"].split(":")[0]) > 0, name
        assert {"mem_limit", "cpus", "pids_limit", "tmpfs"} <= set(service), name
        assert "docker.sock" not in json.dumps(service)
        assert name == "migrate" or service["healthcheck"]["test"], name


def test_only_the_proxy_is_on_a_network_with_a_way_out(compose: dict[str, Any]) -> None:
    outside = {name for name, network in compose["networks"].items() if not network.get("internal")}
    assert outside == {"edge"}
    assert {name for name, service in compose["services"].items() if outside & set(service["networks"])} == {"proxy"}
    assert {name for name, service in compose["services"].items() if service.get("ports")} == {"proxy"}
    assert compose["services"]["work"]["networks"] == ["back"]
    subnet = compose["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert compose["services"]["serve-1"]["environment"]["HOCLIEU_TRUSTED_PROXIES"] == subnet
    assert "front" not in {*compose["services"]["work"]["networks"], *compose["services"]["postgres"]["networks"]}


def test_secrets_are_files_and_no_environment_holds_one(compose: dict[str, Any], secrets: Path) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            told = variable.removesuffix("_FILE").lower()
            assert variable.endswith("_FILE") or not re.search(r"password|secret|token|user_", told), (name, variable)
            assert "@" not in str(value), (name, variable)
            if str(value).startswith("/run/secrets/"):
                assert Path(value).name in service["secrets"], (name, variable)
    written = {name: (secrets / Path(one["file"]).name) for name, one in compose["secrets"].items()}
    assert all(path.read_text() for path in written.values())
    assert secrets.stat().st_mode & 0o077 == 0
    used = {one for service in compose["services"].values() for one in service.get("secrets", [])}
    assert used == set(written)


def test_the_settings_are_those_of_the_program_and_production_takes_them(
    compose: dict[str, Any], secrets: Path, tmp_path: Path
) -> None:
    told = {name: dict(compose["services"][name]["environment"]) for name in PROGRAM}
    assert told["migrate"].pop("HOCLIEU_DATABASE_OWNER_FILE") == "/run/secrets/database_owner_url"
    assert [name for name in PROGRAM if "database_owner_url" in compose["services"][name]["secrets"]] == ["migrate"]
    environments = {json.dumps(one, sort_keys=True) for one in told.values()}
    assert len(environments) == 1, "every process of the house reads the same other settings"
    environment = {
        name: said(value) for name, value in json.loads(environments.pop()).items() if name.startswith("HOCLIEU_")
    }
    for name, value in list(environment.items()):
        if value.startswith("/run/secrets/"):
            environment[name] = str(secrets / Path(value).name)
            (secrets / Path(value).name).chmod(0o600)
    environment |= {"HOCLIEU_HOME": str(tmp_path), "HOCLIEU_FREE_GB": "0"}
    try:
        settings.load(environment)
    except settings.SettingsMistaken as mistaken:
        assert [one for one in mistaken.mistakes if "does not begin with" not in one] == []
    port = environment["HOCLIEU_PORT"]
    fixed = {
        f"{compose['services'][name]['networks']['front']['ipv4_address']}:{port}" for name in ("serve-1", "serve-2")
    }
    assert {compose["services"]["proxy"]["environment"][f"SERVE_{number}"] for number in (1, 2)} == fixed


def test_the_proxy_s_configuration_has_nothing_left_open(compose: dict[str, Any]) -> None:
    proxy = compose["services"]["proxy"]
    text = filled({name: said(value) for name, value in proxy["environment"].items()})
    assert "${" not in text
    assert proxy["volumes"] == ["./deploy/nginx/hoclieu.conf.template:/etc/nginx/templates/default.conf.template:ro"]
    published = {one.split(":")[1] for one in proxy["ports"]}
    assert published == {proxy["environment"]["HTTP_PORT"], proxy["environment"]["HTTPS_PORT"]}
    line = re.search(r"large_client_header_buffers \d+ (\d+)k;", text)
    assert line and int(line[1]) * 1024 > MOST_METADATA + len("Upload-Metadata: \r\n"), "a full card goes through"


def test_the_dockerfiles_build_what_compose_names_and_leave_root(compose: dict[str, Any]) -> None:
    for dockerfile, user in ((DEPLOY / "Dockerfile", "10001"), (DEPLOY / "minio" / "Dockerfile", "10002")):
        text = dockerfile.read_text()
        assert f"--uid {user}" in text and re.search(r"^USER (hoclieu|minio)$", text, re.M)
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
            assert all((PROJECT / one).exists() for one in line.split()[:-1]), line
    assert compose["services"]["serve-1"]["user"].startswith("10001:") and compose["services"]["minio"][
        "user"
    ].startswith("10002:")
    assert VERSION in (DEPLOY / "minio" / "Dockerfile").read_text(), "the tests run the MinIO that is deployed"


def test_what_compose_names_lies_where_it_says(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        if build := service.get("build"):
            assert (PROJECT / build["context"] / build.get("dockerfile", "Dockerfile")).is_file()
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (PROJECT / source).is_file(), volume
    assert {Path(one["file"]).parent for one in compose["secrets"].values()} == {Path("deploy/secrets")}

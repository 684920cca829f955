"""The province of docker-compose.yml, started by a container engine as docs/deploy.md says, on a machine that may be
small.
"""

import os
import resource
import shutil
import ssl
import subprocess
from pathlib import Path

import httpx
import yaml

from tests.deploy import standins
from tests.deploy.scripts import script
from tests.services.machinery import free_port, missing
from tests.services.nginx import CONTENT, PUBLIC, Here
from tests.stage.project import PROJECT

PROGRAM = (
    "docker-compose.yml",
    "deploy",
    "library",
    "search",
    "ingest",
    "api",
    "frontend",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
LEFT_OUT = shutil.ignore_patterns("node_modules", "dist", "__pycache__", "secrets")
HOUSE = 10001  # the user of the image
NAME = "hoclieu-test"  # not the house that may run on this machine


def needs_docker() -> None:
    """Skip, or fail where CI is set, without a container engine and Compose."""
    for words, what in (
        (["docker", "info"], "a running Docker"),
        (["docker", "compose", "version"], "Docker's Compose plugin"),
    ):
        if shutil.which("docker") is None or subprocess.run(words, capture_output=True, check=False).returncode:
            missing(f"The containers cannot be started without {what}")


class Province:
    """One copy of the program in a folder, its containers, volumes and networks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hoclieu"
        self.backup = folder / "backup"
        self.port = free_port()

    def unpack(self) -> None:
        """What an operator does before `docker compose build`."""
        self.folder.mkdir()
        (self.backup / "hoc-lieu").mkdir(parents=True)
        os.chown(self.backup / "hoc-lieu", HOUSE, HOUSE)  # docs/deploy.md: `install -d -o 10001`
        for name in PROGRAM:
            if (PROJECT / name).is_dir():
                shutil.copytree(PROJECT / name, self.folder / name, ignore=LEFT_OUT)
            else:
                shutil.copy(PROJECT / name, self.folder / name)
        names = {
            "PUBLIC_HOST": PUBLIC,
            "CONTENT_HOST": CONTENT,
            "LIBRARY_NAME": '"Thư viện số tỉnh"',
            "COMPOSE_PROJECT_NAME": NAME,
        }
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in names.items()))
        (self.folder / "docker-compose.override.yml").write_text(override(self.port))
        subprocess.run(["./deploy/make-secrets.sh"], cwd=self.folder, check=True, capture_output=True)

    def compose(self, *words: str, check: bool = True) -> str:
        """`docker compose …`, its output."""
        return standins.docker("compose", *words, folder=self.folder, check=check).stdout

    def hoclieu(self, *words: str) -> str:
        """A command of the program, as docs/deploy.md gives it."""
        return self.compose("run", "--rm", "migrate", *words)

    def inside(self, service: str, script: str) -> str:
        """What a line of shell says in a running container."""
        return self.compose("exec", "-T", service, "sh", "-c", script).strip()

    def psql(self, statement: str) -> str:
        """What the database says to its administrator."""
        return self.compose(
            "exec", "-T", "postgres", "psql", "-U", "postgres", "-d", "thu_vien", "-Atc", statement
        ).strip()

    def client(self, host: str = PUBLIC) -> httpx.Client:
        """Somebody far away: by name, through the proxy, over TLS with the certificate that make-secrets.sh wrote."""
        trusted = ssl.create_default_context(cafile=str(self.folder / "deploy" / "secrets" / "certificate.pem"))
        return httpx.Client(
            base_url=f"https://{host}:{self.port}", transport=Here(httpx.HTTPTransport(verify=trusted)), timeout=60
        )

    def script(self, words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the script of docs/deploy.md that holds these words, as cron runs it."""
        plain = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(Path.home()),
            **more,
        }
        found = script(words, self.folder, self.backup)
        return subprocess.run(["sh", "-c", found], cwd="/", env=plain, capture_output=True, text=True, check=False)

    def down(self) -> None:
        """Away with the containers, the networks and everything they kept."""
        self.compose("down", "--volumes", "--timeout", "5")


def override(port: int) -> str:
    """What docs/deploy.md lets a smaller machine say, and a port that is free."""
    cores, (_, files) = os.cpu_count() or 1, resource.getrlimit(resource.RLIMIT_NOFILE)
    services = {name: {"cpus": min(cores, 4)} for name in ("work", "postgres", "minio", "serve-1", "serve-2")}
    index = {"cpus": min(cores, 4), "mem_limit": "3g", "environment": {"ES_JAVA_OPTS": "-Xms1g -Xmx1g"}}
    if files != resource.RLIM_INFINITY and files < 65535:  # a machine that may not open more
        index["ulimits"] = {"nofile": {"soft": files, "hard": files}}
    written = yaml.safe_dump({"services": {**services, "elasticsearch": index}})
    return written + f'  proxy: {{ ports: !override ["127.0.0.1:{port}:8443"] }}\n'

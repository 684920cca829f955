"""`make guide-shots`: the pictures of the guides, taken from the demonstration as its people see it, small enough for a
repository.
"""

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser

from api.commands.demonstration.town import PASSWORD
from tests.services.browser import chromium

FOLDER = Path("api/homes/guides")
LARGEST = 60_000  # bytes
SIZE = {"width": 390, "height": 780}
SHOTS = {
    "tim": ("hs01", "/tim?q=dinh+li+thales+dao"),
    "hoc-sinh": ("hs01", "/toi"),
    "giao-vien": ("co.huong", "/toi"),
    "bai-cua-toi": ("co.huong", "/bai-cua-toi"),
    "duyet": ("thay.minh", "/duyet"),
    "thu-thu": ("co.anh", "/toi"),
    "quay": ("co.anh", "/quay"),
    "nguoi-dung": ("quan.tri", "/quan-tri/nguoi-dung?don_vi=THCS-VT"),
    "truong": ("quan.tri", "/quan-tri/truong"),
}


def main() -> None:
    """Start the demonstration, wait for its books, photograph, stop it."""
    with tempfile.TemporaryDirectory() as folder, Path(folder, "said").open("w+") as said, chromium() as browser:
        command = [sys.executable, "-m", "api.commands.main", "demo", "--port", "0"]
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, env=os.environ | {"TMPDIR": folder}, start_new_session=True
        )
        try:
            address = ready(Path(folder, "said"))
            read_a_little(address)
            for name, (login, path) in SHOTS.items():
                take(browser, address, name, login, path)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def ready(said: Path) -> str:
    """The address, once both text books can be found and the lecture of the teacher has been read."""
    end = time.monotonic() + 900
    while time.monotonic() < end:
        if found := re.search(r"Hoclieu: (http\S+)", said.read_text()):
            works = httpx.get(f"{found.group(1)}/api/v1/search", params={"q": "dinh li thales dao"}, timeout=30).json()[
                "works"
            ]
            if works and said.read_text().count("deposit-ready") >= 3:
                return found.group(1)
        time.sleep(1)
    raise TimeoutError(said.read_text()[-2000:])


def read_a_little(address: str) -> None:
    """The pupil has begun a book, so that there is something to read on."""
    with httpx.Client(base_url=address, timeout=30) as pupil:
        pupil.post("/api/v1/sign-in", json={"login": "hs01", "password": PASSWORD}).raise_for_status()
        work = pupil.get("/api/v1/search", params={"q": "dinh li thales dao"}).json()["works"][0]["id"]
        pupil.put(f"/api/v1/works/{work}/place", json={"page": 36}).raise_for_status()


def take(browser: Browser, address: str, name: str, login: str, path: str) -> None:
    """One picture; a page that this house does not have leaves the old one."""
    context = browser.new_context(
        viewport={"width": SIZE["width"], "height": SIZE["height"]}, color_scheme="light", locale="vi"
    )
    page = context.new_page()
    page.request.post(f"{address}/api/v1/sign-in", data={"login": login, "password": PASSWORD})
    answer = page.goto(address + path, wait_until="networkidle")
    if answer is not None and answer.ok:
        (FOLDER / f"{name}.png").write_bytes(small(page.screenshot()))
    context.close()


def small(picture: bytes) -> bytes:
    """The same in few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (64, 32, 16):
        packed = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() <= LARGEST:
            return packed.getvalue()
    raise ValueError(f"a picture of {packed.tell()} bytes is too large for the guides")


if __name__ == "__main__":
    main()

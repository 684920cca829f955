"""The built front end: compressed once at build time, never at run time."""

import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

FOR_GOOD = "public, max-age=31536000, immutable"  # names carry a hash of their content


class BuiltFiles:
    """Files of one folder, with the `.gz` beside each when the browser takes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path = (
            self.folder
            / request.path_params.get("path", scope["path"].removeprefix(scope.get("root_path", ""))).lstrip("/")
        ).resolve()
        if self.folder not in path.parents or not path.is_file():
            raise HTTPException(404)
        packed = path.with_name(path.name + ".gz")
        headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
        media_type = mimetypes.guess_type(path.name)[0]
        if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
            headers["Content-Encoding"] = "gzip"
            path = packed
        await FileResponse(path, headers=headers, media_type=media_type)(scope, receive, send)

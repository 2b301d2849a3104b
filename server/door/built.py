"""The built browser files: which name each has now, its integrity, and how it is served."""

import gzip
from functools import lru_cache
from pathlib import Path

import brotli
import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

BEHIND = ("staff.js", "training.js")
"""Files that are served to who is signed in: what the dashboard is made of."""
FOR_HER = "private, max-age=31536000, immutable"
"""The dashboard's files may be kept by a counsellor's browser. The child's may not: they would tell that a chat was open here."""
PACKED = {"br": ".br", "gzip": ".gz"}
TEXTS = 64
"""Packed texts that are kept: pages and words, in each language."""
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class BuiltError(Exception):
    """The built files are not there or not whole: run the build first."""


class Asset(msgspec.Struct, frozen=True):
    """One built file, as the build's manifest tells of it."""

    file: str
    integrity: str
    raw: int
    brotli: int
    behind: bool = False
    """It is served to who is signed in."""

    @property
    def address(self) -> str:
        """Return where it is served."""
        return f"/staff/static/{self.file}" if self.behind else f"/static/{self.file}"


class Built:
    """The folder of built files."""

    def __init__(self, folder: Path) -> None:
        """Read the manifest. Raises BuiltError."""
        self.folder = folder
        try:
            self.assets: dict[str, Asset] = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=dict[str, Asset])
        except (OSError, msgspec.DecodeError) as error:
            msg = f"{folder / 'manifest.json'}: cannot be read; `npm run build` writes it"
            raise BuiltError(msg) from error
        for name in BEHIND:
            if name in self.assets:
                self.assets[name] = msgspec.structs.replace(self.assets[name], behind=True)
        self._files = {behind: {one.file for one in self.assets.values() if one.behind == behind} for behind in (False, True)}

    def __getitem__(self, name: str) -> Asset:
        """Return a file by its logical name. Raises BuiltError."""
        try:
            return self.assets[name]
        except KeyError:
            msg = f"{name} is not among the built files; `npm run build` makes it"
            raise BuiltError(msg) from None

    def text(self, name: str) -> str:
        """Return the text of a built file by its logical name."""
        return (self.folder / self[name].file).read_text("utf-8")

    async def serve(self, request: Request) -> Response:
        """`GET /static/<file>`: a built file, packed if the browser can unpack it; its name changes with its content."""
        return self._serve(request, behind=False)

    async def serve_behind(self, request: Request) -> Response:
        """`GET /staff/static/<file>`: the same, for who has passed the gate."""
        return self._serve(request, behind=True)

    def _serve(self, request: Request, *, behind: bool) -> Response:
        file = request.path_params["file"]
        if file not in self._files[behind]:
            return PlainTextResponse("Not found", 404)
        packing = next((name for name in PACKED if name in accepted(request)), None)
        headers = {"cache-control": FOR_HER if behind else "no-store", "vary": "accept-encoding"} | (
            {"content-encoding": packing} if packing else {}
        )
        path = self.folder / (file + PACKED[packing] if packing else file)
        return FileResponse(path, headers=headers, media_type=TYPES[Path(file).suffix])


def accepted(request: Request) -> set[str]:
    """Return the packings that a browser can unpack."""
    return {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}


def packed(request: Request, text: str, media_type: str) -> Response:
    """Return a text as it travels best. What is packed holds no secret and nothing of the visitor, so its length tells nothing."""
    headers = {"vary": "accept-encoding, accept-language"}
    packing = next((name for name in PACKED if name in accepted(request)), None)
    if packing is None:
        return Response(text, media_type=media_type, headers=headers)
    return Response(as_packed(text, packing), media_type=media_type, headers=headers | {"content-encoding": packing})


@lru_cache(maxsize=TEXTS)
def as_packed(text: str, packing: str) -> bytes:
    """Return a text, packed as small as can be. It takes its time, but pages stay the same until the chat opens or closes."""
    return brotli.compress(text.encode()) if packing == "br" else gzip.compress(text.encode(), 9, mtime=0)

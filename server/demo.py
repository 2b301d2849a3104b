"""The demo host pages: somebody else's, on another origin, with the one line that embeds the chat, and with the other ways."""

import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from server import log

PAGES = Path(__file__).resolve().parent.parent / "config" / "demo"
WAYS = {"/": "page.html", "/ways": "ways.html"}
"""The page with the one line, and one with every other way to put the chat on a page."""
PLACE = "{chat_origin}"


def create(chat_origin: str) -> Starlette:
    """Return the demo pages' application; their script comes from `chat_origin`."""
    pages = {path: (PAGES / name).read_text("utf-8").replace(PLACE, chat_origin) for path, name in WAYS.items()}

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse(pages[request.url.path], headers={"cache-control": "no-store"})

    return Starlette(routes=[Route(path, show) for path in WAYS])


def main(descriptor: int, chat_origin: str) -> None:
    """Serve the page on a socket that listens already."""
    log.capture()
    config = uvicorn.Config(create(chat_origin), access_log=False, log_config=None, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), os.environ["ALARM_CHAT_ORIGIN"])

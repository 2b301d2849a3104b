"""The demo host page: somebody else's page, on another origin, with the one line that embeds the chat."""

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

PAGE = Path(__file__).resolve().parent.parent / "config" / "demo" / "page.html"
PLACE = "{chat_origin}"


def create(chat_origin: str) -> Starlette:
    """Return the demo page's application; its script comes from `chat_origin`."""
    page = PAGE.read_text("utf-8").replace(PLACE, chat_origin)

    async def show(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    return Starlette(routes=[Route("/", show)])


def main(descriptor: int, chat_origin: str) -> None:
    """Serve the page on a socket that listens already."""
    log.capture()
    config = uvicorn.Config(create(chat_origin), access_log=False, log_config=None, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), os.environ["ALARM_CHAT_ORIGIN"])

"""`python -m server edge --uds PATH`: tells the proxy a tag for an address, so that no web worker ever needs one.

`GET /bucket` with `X-Real-IP` answers 204 with `Alarm-Bucket` (nginx asks it by `auth_request`); `POST /block` with `TAG SECONDS NAME`
shuts a tag out, `POST /blocks` with lines `NAME UNTIL` says which blocks still hold. It listens on a Unix socket only, writes no file, has
no log but the two events of every process, and knows no store.
"""

import argparse
import resource
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server import clock, log
from server.edge.rules import Tags

MOST_BODY = 100
PAIR = 2


def application() -> Starlette:
    """Return the application of the edge, with secrets of its own."""
    tags = Tags(lambda: secrets.token_bytes(32))

    async def bucket(request: Request) -> Response:
        try:
            tag = tags.tag(request.headers.get("x-real-ip", ""), clock.now())
        except ValueError:  # a proxy that tells no address: everybody is alike
            return Response(status_code=204)
        return Response(status_code=204, headers={"alarm-bucket": tag})

    async def block(request: Request) -> Response:
        tag, seconds, name = ((await request.body())[:MOST_BODY].decode("ascii", "replace").split(" ") + [""] * 2)[:3]
        known = seconds.isdecimal() and bool(name) and tags.block(tag, int(seconds), name, clock.now())
        return Response(status_code=204 if known else 404)

    async def blocks(request: Request) -> Response:
        rows = [row.split(" ") for row in (await request.body()).decode("ascii", "replace").splitlines()]
        tags.keep({row[0]: int(row[1]) for row in rows if len(row) == PAIR and row[1].isdecimal()}, clock.now())
        return Response(status_code=204)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        log.event("started", command="edge")
        yield
        log.event("stopped", command="edge")

    return Starlette(
        routes=[Route("/bucket", bucket), Route("/block", block, methods=["POST"]), Route("/blocks", blocks, methods=["POST"])],
        lifespan=lifespan,
    )


def edge(argv: Sequence[str]) -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m server edge", description="Tags instead of addresses, for the proxy")
    parser.add_argument("--uds", required=True, help="the path of the Unix socket to listen on")
    options = parser.parse_args(argv)
    log.configure()
    log.capture()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    uvicorn.run(
        application(),
        uds=options.uds,
        interface="asgi3",
        server_header=False,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        log_level="warning",
    )
    return 0

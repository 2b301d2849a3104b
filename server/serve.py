"""`python -m server serve`: one web worker on uvicorn."""

import argparse
import asyncio
import contextlib
import gc
import resource
import socket
import sys
from collections.abc import Mapping, Sequence

import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.uvloop import uvloop_loop_factory

from server import app, durability, link, log, ops
from server.door.protocol import Line, Requests
from server.door.unnamed import Unnamed
from server.settings import Settings, SettingsError, read_settings
from server.wire.frames import MAX_FRAME

PING = 7.0
"""Seconds between two pings, and until the answer must be there. A machine that died is so noticed within 14 s."""
GRACE = 10
BACKLOG = 2048
YOUNG, MIDDLING = 5_000, 80
"""Objects that come before the youngest are looked through, and how often that is done before the middling ones are too. A look holds
the loop for a millisecond or two."""


def serve(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a worker until it is told to stop. Raises SettingsError."""
    options = _parser().parse_args(argv)
    settings = read_settings(environ)
    log.configure(worker=settings.worker)
    log.capture()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sockets = [socket.socket(fileno=options.fd)] if options.fd is not None else None
    told_at = ops.bind(settings.ops) if settings.ops else None
    application = app.create(settings)
    server = uvicorn.Server(configuration(application, uds=options.uds, port=options.port))
    tidy_seldom()
    with asyncio.Runner(loop_factory=uvloop_loop_factory()) as runner:
        return runner.run(_run(server, settings, sockets, application.state.ops, told_at))


def tidy_seldom() -> None:
    """Let the search for circles of objects leave out what is there for good, and begin when many have come, not with each hundred.

    A crowd that comes back makes hundreds of thousands of objects that all stay: to look through them again and again cost a tenth of it.
    What the start has left in circles stays too, about a hundredth of its objects: to look for them first took a tenth of the start.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLING)
    gc.enable()


def configuration(application: ASGIApp, *, uds: str | None = None, port: int | None = None, ping: float = PING) -> uvicorn.Config:
    """Return how uvicorn runs a worker: frames of at most 16 KiB, no deflate, no address, no log of its own."""
    return uvicorn.Config(
        Unnamed(application, behind_proxy=uds is not None),
        host="127.0.0.1",
        port=port or 0,
        uds=uds,
        backlog=BACKLOG,
        loop="uvloop",
        http=Requests,
        ws=Line,
        ws_max_size=MAX_FRAME,
        ws_ping_interval=ping,
        ws_ping_timeout=ping,
        ws_per_message_deflate=False,
        lifespan="on",
        interface="asgi3",
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        log_level="warning",
    )


async def _run(
    server: uvicorn.Server, settings: Settings, sockets: list[socket.socket] | None, answers: ops.Ops, told_at: socket.socket | None
) -> int:
    watch = asyncio.create_task(_refuse_weak_store(server, settings))
    answers.watch.is_draining = lambda: server.should_exit
    async with ops.listening(answers, told_at) if told_at else contextlib.nullcontext():
        await server.serve(sockets)
    if watch.done() and not watch.cancelled() and (refusal := watch.exception()):
        print(f"stopped: {refusal}", file=sys.stderr)
        return 1
    watch.cancel()
    return 0


async def _refuse_weak_store(server: uvicorn.Server, settings: Settings) -> None:
    """Stop the worker when the store, as soon as it answers, turns out to lose what it has acknowledged. Raises SettingsError."""
    redis = link.connect(settings.redis_url, most=1)
    try:
        weakness = await durability.first_answer(redis, settings)
    finally:
        await redis.aclose()
    if weakness and settings.weak_store:
        log.event("store_weak")
    elif weakness:
        server.should_exit = True
        raise SettingsError("REDIS_URL", "a store that keeps what it acknowledges (ALARM_STORE=weak accepts another)", weakness)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server serve", description="One web worker")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--fd", type=int, help="a socket that listens already, inherited")
    where.add_argument("--uds", help="the path of a Unix socket to listen on, behind a proxy")
    where.add_argument("--port", type=int, help="a port of 127.0.0.1 to listen on")
    return parser

"""What an operator, a balancer and Prometheus ask of a worker: is it there, is it ready, how is it. On a listener of its own.

Rules of this file:

1. The public never reaches these: they listen where `ALARM_OPS` says, on this machine only, or nowhere.
2. They tell coded facts and counts. Nobody can be recognised by them.
3. `/healthz` asks nobody: a worker that waits for its store is alive. `/readyz` tells whether new people should be sent here.
"""

import asyncio
import contextlib
import socket
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from server import metrics
from server.house import House
from server.settings import Listener, SettingsError
from server.ticking import Ticking
from server.watch import Watch

PATIENCE_SECONDS = 2.0
WHOLE = (
    metrics.WAITING,
    metrics.TALKING,
    metrics.WRAPPING_UP,
    metrics.READY,
    metrics.HANDOFFS_WAITING,
    metrics.HANDOFFS_LATE,
    metrics.OLDEST,
)
"""Figures of the whole service, which only the store knows."""


async def alive(_: Request) -> Response:
    """`GET /healthz`: the process lives."""
    return PlainTextResponse("alive\n")


class Ops:
    """The answers of one worker."""

    def __init__(self, house: House, ticking: Ticking, watch: Watch) -> None:
        """Nothing is counted here: what is asked for is looked up."""
        self.house, self.ticking, self.watch = house, ticking, watch

    @property
    def application(self) -> Starlette:
        """The application behind the listener."""
        return Starlette(routes=[Route("/healthz", alive), Route("/readyz", self.ready), Route("/metrics", self.figures)])

    async def ready(self, _: Request) -> Response:
        """`GET /readyz`: 200 when new people may be sent here; else 503, and why."""
        await self.watch.look(ask_settings=self.watch.seen.weakness is None)
        await self.house.know()
        faults = list(dict.fromkeys([*self.watch.faults, *(["store not asked yet"] if self.house.unknown else [])]))
        return JSONResponse({"ready": not faults, "faults": faults}, 503 if faults else 200)

    async def figures(self, _: Request) -> Response:
        """`GET /metrics`: every figure. Those of the whole service are NaN while the store does not answer."""
        metrics.SOCKETS.labels("child").set(len(self.ticking.arrived_visits()))
        metrics.SOCKETS.labels("staff").set(len([one for one in self.ticking.shifts if one.early is None]))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self.whole()
        except (RedisError, TimeoutError):
            found = dict.fromkeys(WHOLE, float("nan"))
        metrics.DRAINING.set(self.watch.is_draining())
        metrics.TASKS.set(len(asyncio.all_tasks()))
        for gauge, value in found.items():
            gauge.set(value)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def whole(self) -> dict[Gauge, float]:
        """Return the figures of the whole service. Raises RedisError."""
        house, now = self.house, self.house.clock()
        standings = await house.pairing.standings()
        oldest = await house.handoffs.oldest()
        return {
            metrics.WAITING: await house.waiting.count(),
            metrics.TALKING: standings["claimed"] + standings["talking"],
            metrics.WRAPPING_UP: standings["wrapping"],
            metrics.READY: await house.pairing.ready(),
            metrics.HANDOFFS_WAITING: await house.handoffs.unconfirmed(),
            metrics.HANDOFFS_LATE: await house.handoffs.late(now - house.helpline.receipt_alarm_minutes * 60_000),
            metrics.OLDEST: 0.0 if oldest is None else (now - oldest) / 1000,
        }


class _Server(uvicorn.Server):
    """uvicorn beside another one: signals are the other one's affair."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def bind(where: Listener) -> socket.socket:
    """Return a socket that listens there. Raises SettingsError."""
    listener = socket.socket(socket.AF_UNIX if where.path else socket.AF_INET)
    try:
        if where.path:
            with contextlib.suppress(FileNotFoundError):
                if stat.S_ISSOCK(Path(where.path).stat().st_mode):
                    Path(where.path).unlink()
            listener.bind(where.path)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", where.port))
    except OSError as error:
        listener.close()
        raise SettingsError("ALARM_OPS", "a place of this worker's own to listen at", type(error).__name__) from error
    return listener


@contextlib.asynccontextmanager
async def listening(ops: Ops, listener: socket.socket) -> AsyncIterator[None]:
    """Answer at this socket for the length of an `async with` block."""
    server = _Server(
        uvicorn.Config(
            ops.application,
            interface="asgi3",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving

"""Puts the parts of a web worker together: the house, its routes, and what runs beside the sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from server import link, log
from server.by_hand.store import ByHand
from server.colleagues.store import Colleagues
from server.comers import Comers
from server.conversation.pen import Pen
from server.conversation.store import Conversations
from server.door import answers, pages, staff_pages, streams, styleguide
from server.door.guard import Guard
from server.door.sockets import ChildDoor, StaffDoor
from server.flood.blocks import Blocks
from server.flood.rules import Limits
from server.flood.store import Flood
from server.handoff.store import HandOffs
from server.house import House
from server.house_rules.store import HouseRules
from server.keeper import Keeper
from server.link.faults import is_passing
from server.ops import Ops, alive
from server.pairing.store import Pairing
from server.relay import Relay
from server.session.store import Visits
from server.session.tokens import Tokens
from server.settings import Settings
from server.shared_clock import SharedClock
from server.staff.audit import Audit
from server.staff.begun import Begun
from server.staff.directory import Directory
from server.staff.elsewhere import Elsewhere
from server.staff.entrance import Entrance
from server.staff.keyring import Keyring
from server.staff.party import Party
from server.staff.providers import read_providers
from server.staff.reasons import Reasons
from server.staff.store import Sessions
from server.ticking import Ticking
from server.waiting.store import Waiting
from server.watch import Watch, measure_lag

STOP_TRIES = 5
PAUSE = 1.0


def build(settings: Settings, redis: link.Link, reader: link.Link, time: SharedClock) -> House:
    """Return a house over one store. `time` tells this instant (ms)."""
    line = settings.helpline
    conversations = Conversations(redis, cap=line.messages_cap)
    visits, waiting = Visits(redis), Waiting(redis, line.line_cap)
    sessions, directory = Sessions(redis), Directory(settings.staff_file)
    audit = Audit(settings.audit_file, settings.audit_secret.value, time)
    entrance = Entrance(directory, sessions, audit, trying_out=settings.staff_origin.startswith("http://"))
    begun = Begun(redis)
    return House(
        settings=settings,
        clock=time,
        tokens=Tokens(settings.token_secret.value.hex()),
        visits=visits,
        flood=Flood(redis, Limits(line.attack_starts, line.attack_line), settings.token_secret.value),
        blocks=Blocks(redis, settings.edge),
        waiting=waiting,
        pairing=Pairing(redis),
        conversations=conversations,
        handoffs=HandOffs(redis),
        colleagues=Colleagues(redis),
        sessions=sessions,
        directory=directory,
        audit=audit,
        entrance=entrance,
        keyring=Keyring(Party(settings.staff_origin, line.name), begun, entrance),
        elsewhere=Elsewhere(read_providers(settings.sign_in), settings.staff_origin, begun, entrance),
        relay=Relay(redis, reader, settings.worker),
        pen=Pen(conversations, time),
        comers=Comers(conversations, visits, waiting, settings.worker),
        house_rules=HouseRules(settings.house_file, settings.audit_secret.value, line, settings.replies),
        by_hand=ByHand(redis),
        reasons=Reasons(settings.reasons_file),
        on_failure=failed,
    )


def failed(error: BaseException) -> None:
    """Tell the log of an error that nobody expected. That the store is away is expected: the watch tells it, once."""
    if not is_passing(error):
        log.failure(error)


@contextlib.asynccontextmanager
async def beside(house: House, redis: link.Link, ticking: Ticking, watch: Watch, time: SharedClock) -> AsyncIterator[None]:
    """Run the clock, the pen, the relay, the second hand, the keeper and the watch for as long as the worker lives."""
    keeper = Keeper(house, redis)
    await time.begin(house.visits)
    await house.by_hand.begin(house.clock())
    running: list[Callable[[], Awaitable[None]]] = [house.pen.run, house.comers.run, house.relay.run_sender, house.relay.run_reader]
    running += [partial(time.follow, house.visits), ticking.run, keeper.run, watch.run, measure_lag]
    tasks = [asyncio.create_task(kept_running(one)) for one in running]
    try:
        yield
    finally:
        await ended(tasks)


async def kept_running(run: Callable[[], Awaitable[None]]) -> None:
    """Run something that must not end before the worker does: an error that nobody expected is told, and it begins again."""
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - without it the worker would be deaf or dumb, and nobody would know
            failed(error)
        await asyncio.sleep(PAUSE)


async def ended(tasks: list["asyncio.Task[None]"]) -> None:
    """End tasks for sure: redis-py can swallow one cancellation (a `wait_for` in Python 3.11), so it is said again."""
    running = set(tasks)
    for _ in range(STOP_TRIES):
        for task in running:
            task.cancel()
        if not running:
            return
        _, running = await asyncio.wait(running, timeout=1)


def create(settings: Settings) -> Starlette:
    """Return the application of one web worker. Its `state.ops` answers those who run it."""
    redis = link.connect(settings.redis_url, copies=settings.copies)
    reader = link.connect_reader(settings.redis_url)
    time = SharedClock()
    house = build(settings, redis, reader, time)
    ticking, watch = Ticking(house), Watch(redis, settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        log.event("started", command="serve")
        house.directory.in_turns(asyncio.get_running_loop().call_soon)
        async with beside(house, redis, ticking, watch, time):
            yield
        await redis.aclose()
        await reader.aclose()
        log.event("stopped", command="serve")

    async def health(_: Request) -> JSONResponse:
        try:
            await redis.ping()
        except RedisError:
            return JSONResponse({"store": "lost"}, 503)
        await house.know()
        if house.unknown:
            return JSONResponse({"store": "lost"}, 503)
        return JSONResponse({"store": "here", "open": house.opening().open, "unconfirmed": house.late})

    child = ChildDoor(house, ticking)
    routes = [
        Route("/health", health),
        Route("/healthz", alive),
        WebSocketRoute("/ws", child),
        *streams.routes(house, child),
        WebSocketRoute("/staff/ws", StaffDoor(house, ticking)),
        *pages.routes(house),
        *styleguide.routes(house),
        *answers.routes(house),
        *staff_pages.routes(house),
    ]
    sockets = {route.path: route.app for route in routes if isinstance(route, WebSocketRoute)}
    app = Starlette(routes=routes, lifespan=lifespan)
    app.add_middleware(Guard, settings=settings, sockets=sockets)
    app.state.ops = Ops(house, ticking, watch)
    return app

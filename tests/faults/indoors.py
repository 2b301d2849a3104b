"""Whole workers in this process, on the real store, with real paths over queues instead of sockets; and a clock that a test moves.

For what must be tried thousands of times. A worker can be made to die at its next step to the store, before or after it:
then it says and does nothing more, as a process that was killed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, cast
from unittest import mock

from server import app, keyfiles, link
from server.door.sockets import ChildDoor, StaffDoor
from server.house import House
from server.ids import new_id
from server.keeper import Keeper
from server.link import Link
from server.settings import Settings, read_settings
from server.shared_clock import SharedClock
from server.staff.directory import Directory
from server.staff.people import add
from server.ticking import Ticking
from server.wire.frames import PROTOCOL
from tests.faults.steady import Gone
from tests.paths.conftest import configured

ORIGIN = "http://127.0.0.1:8116"


class Killed(BaseException):
    """The process that ran this is not there any more."""


@dataclass
class Life:
    """Whether a worker still lives, and what it has under way."""

    steps: int | None = None
    """How many more steps to the store it lives; None: for ever."""
    after: bool = False
    """It dies after that step was done, not before."""
    dead: bool = False
    under_way: int = 0
    done: int = 0

    async def lived(self, step: Callable[[], Any]) -> Any:  # noqa: ANN401 - a reply is what the command makes of it
        """Do one step, if it lives to do it. Raises Killed."""
        if self.steps is not None:
            self.steps -= 1
            self.dead = self.dead or (self.steps < 0 and not self.after)
        if self.dead:
            raise Killed
        self.under_way += 1
        try:
            answer = await step()
        finally:
            self.under_way -= 1
        self.done += 1
        if self.steps is not None and self.steps < 0:
            self.dead = True
        if self.dead:
            raise Killed
        return answer


class MortalLink:
    """A real link, that ends with its worker."""

    def __init__(self, real: Link, life: Life) -> None:
        """Every command passes through `life`."""
        self._real, self._life = real, life

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real one has
        """Return the real link's command, as one step of a life."""
        real = getattr(self._real, name)
        if name == "pipeline":
            return lambda *args, **options: MortalPipe(real(*args, **options), self._life)
        if name == "aclose":
            return real
        return lambda *args, **options: self._life.lived(lambda: real(*args, **options))


class MortalPipe:
    """A real pipeline, that ends with its worker."""

    def __init__(self, real: Any, life: Life) -> None:  # noqa: ANN401 - redis-py's
        """Only `execute` speaks to the store."""
        self._real, self._life = real, life

    async def __aenter__(self) -> Self:
        """Begin."""
        await self._real.__aenter__()
        return self

    async def __aexit__(self, *what: object) -> None:
        """End."""
        await self._real.__aexit__(*what)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real one has
        """Queue a command, or send them all."""
        real = getattr(self._real, name)
        if name == "execute":
            return lambda: self._life.lived(real)
        return real


class CountingLink:
    """The reader's link: counts the entries that its worker has read."""

    def __init__(self, real: Link) -> None:
        """Nothing is read yet."""
        self._real = real
        self.read = 0

    async def xread(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - redis-py's own signature
        """Read, and count."""
        found = await self._real.xread(*args, **options)
        self.read += sum(len(entries) for _, entries in found or [])
        return found

    async def aclose(self) -> None:
        """Let go."""
        await self._real.aclose()


@dataclass
class Clock(SharedClock):
    """A clock that stands until it is moved."""

    now: int = 1_790_000_000_000
    known = True

    def __call__(self) -> int:
        """Return this instant (ms)."""
        return self.now


class Pair:
    """One connection between a person and a worker: two queues."""

    def __init__(self, run: Callable[["Pair"], Any], failures: list[BaseException]) -> None:
        """`run` serves it; what it should not have raised goes to `failures`."""
        self.failures = failures
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.to_person: asyncio.Queue[str | int] = asyncio.Queue()
        self.to_server.put_nowait({"type": "websocket.connect"})
        self.is_over = False
        self.eats: Callable[[str], bool] | None = None
        """Tells of what the worker says whether the connection breaks just before it."""
        self.task = asyncio.get_running_loop().create_task(run(self))
        self.task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.end(1006)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Killed):
            self.failures.append(error)

    # --- the person's end --------------------------------------------------------------------------

    async def send(self, text: str) -> None:
        """Say something. Raises Gone."""
        if self.is_over:
            raise Gone(1006)
        self.to_server.put_nowait({"type": "websocket.receive", "text": text})

    async def receive(self) -> str:
        """Return what comes next. Raises Gone."""
        text = await self.to_person.get()
        if isinstance(text, int):
            raise Gone(text)
        return text

    def cut(self) -> None:
        """Let go."""
        self.end(1006)

    def end(self, code: int) -> None:
        """It is over, for both."""
        if not self.is_over:
            self.is_over = True
            self.to_person.put_nowait(code)
            self.to_server.put_nowait({"type": "websocket.disconnect", "code": code})

    # --- the worker's end --------------------------------------------------------------------------

    async def tell(self, event: MutableMapping[str, Any]) -> None:
        """Take what the worker says."""
        if self.is_over:
            raise OSError
        if event["type"] == "websocket.send":
            if self.eats is not None and self.eats(event["text"]):
                self.end(1006)
            else:
                self.to_person.put_nowait(event["text"])
        elif event["type"] == "websocket.close":
            self.end(event["code"])

    @property
    def idle(self) -> bool:
        """Tell whether all that was said has been taken."""
        return self.to_server.empty() and self.to_person.empty()


@dataclass(eq=False)
class Indoors:
    """One worker in this process."""

    house: House
    ticking: Ticking
    keeper: Keeper
    life: Life
    reader: CountingLink
    failures: list[BaseException]
    pairs: list[Pair] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def begin(self) -> None:
        """Run what runs beside the sockets, except what a test moves by hand: the second hand and the keeper."""
        running = (self.house.pen.run(), self.house.comers.run(), self.house.relay.run_sender(), self.house.relay.run_reader())
        self.tasks = [asyncio.create_task(one) for one in running]

    async def open(self, path: str) -> Pair:
        """Connect to it. Raises Gone."""
        if self.life.dead:
            raise Gone(1006)
        door = (ChildDoor if path == "/ws" else StaffDoor)(self.house, self.ticking)
        scope = {"type": "websocket", "subprotocols": [PROTOCOL], "headers": [(b"origin", ORIGIN.encode())]}
        pair = Pair(lambda pair: door(scope, pair.to_server.get, pair.tell), self.failures)
        self.pairs.append(pair)
        return pair

    async def die(self) -> None:
        """`kill -9`: nothing more is done, nothing more is said."""
        self.life.dead = True
        errands = list(self.house._errands)
        tasks = [*self.tasks, *errands, *(pair.task for pair in self.pairs)]
        for pair in self.pairs:
            pair.end(1006)
        await app.ended(tasks)
        for task in tasks:
            if task.done() and not task.cancelled():
                task.exception()  # looked at: what a killed worker raised is told to nobody

    @property
    def idle(self) -> bool:
        """Tell whether nothing is under way."""
        relay = self.house.relay
        quiet = not (relay._leaving or relay._wake.is_set() or self.house._errands or self.life.under_way)
        return quiet and all(pair.idle for pair in self.pairs if not pair.task.done())


@dataclass
class Town:
    """What all workers of a test have in common."""

    url: str
    settings: Settings
    data: Path
    directory: Directory
    clock: Clock = field(default_factory=Clock)
    failures: list[BaseException] = field(default_factory=list)

    async def worker(self) -> Indoors:
        """Start a worker."""
        life = Life()
        redis = cast("Link", MortalLink(link.connect(self.url), life))
        reader = CountingLink(link.connect_reader(self.url))
        settings = with_worker(self.settings, new_id())
        with mock.patch.object(app, "Directory", return_value=self.directory):  # one for all: to make one costs a password's hash
            house = app.build(settings, redis, cast("Link", reader), self.clock)
        house.on_failure = self.failed
        ticking, keeper = Ticking(house, self.steady), Keeper(house, redis, self.steady)
        one = Indoors(house, ticking, keeper, life, reader, self.failures)
        one.begin()
        return one

    def steady(self) -> float:
        """Return seconds that go with the clock: it does not leap, unless a test says so."""
        return self.clock.now / 1000

    def failed(self, error: BaseException) -> None:
        """Note what a worker would log as a failure. That it was killed is none."""
        if not isinstance(error, Killed):
            self.failures.append(error)

    async def gone(self, one: Indoors) -> None:
        """End a worker, and its connections to the store."""
        await one.die()
        await one.reader.aclose()
        await one.keeper.redis.aclose()


def with_worker(settings: Settings, worker: str) -> Settings:
    """Return the settings of another worker."""
    values = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return Settings(**{**values, "worker": worker})


def town(folder: Path, url: str, changes: Mapping[str, str] | None = None, people: int = 3) -> Town:
    """Return a town with keys, settings and accounts of its own in a folder."""
    data = folder / "data"
    data.mkdir(0o700)
    keyfiles.ensure(data)
    environ = {
        "REDIS_URL": url,
        "ALARM_DATA": str(data),
        "ALARM_CONFIG": str(configured(folder, dict(changes or {}))),
        "ALARM_CHAT_ORIGIN": ORIGIN,
        "ALARM_STAFF_ORIGIN": ORIGIN,
        "ALARM_HOST_ORIGINS": "http://127.0.0.1:8117",
        "ALARM_OPEN": "always",
    }
    for number in range(people):
        add(data / "staff.json", f"Vakt {number}")
    settings = read_settings(environ)
    return Town(url, settings, data, Directory(settings.staff_file))


@contextlib.asynccontextmanager
async def working(town_: Town, count: int = 2) -> AsyncIterator[list[Indoors]]:
    """Run some workers for the length of a `with` block."""
    workers = [await town_.worker() for _ in range(count)]
    try:
        yield workers
    finally:
        for one in workers:
            await town_.gone(one)

"""A small world for the state machine: whole workers in this process, people moved by hand, a clock that jumps, a registrar.

Each deed is followed by `settle`: until nothing is under way. So one seed is one story, as far as a real store allows.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import redis as sync_redis

from server import embedded, keyfiles, keys, link
from server.handoff.store import HandOffs
from server.keeper import LEASE_MS
from server.registrar.journal import contact_of
from server.registrar.main import Office
from server.registrar.record import Record
from server.wire import frames as f
from server.wire.package import Package, digest
from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor
from tests.faults.history import History
from tests.faults.indoors import Indoors, Killed, Pair, Town, town
from tests.faults.steady import Door, Gone, Steady
from tests.faults.truth import add_records, excuse, read_books, stored_truth
from tests.faults.verdict import Finding, Verdict, books_agree, check

SPINS = 12
"""Turns of the loop in which nothing happens, before it counts as settled."""
PATIENCE = 30.0
"""Seconds of a real clock until nothing is under way: no promise, and the machine may stand still meanwhile."""
SIGNED_OUT = 4501
ROUNDS = 60
"""Seconds of the world's clock within which all must be well again, once nothing breaks any more."""


class KeptJournal:
    """Keeps the opened records in memory, each package once."""

    def __init__(self) -> None:
        """Begin at 1."""
        self.records: list[Record] = []
        self._numbers: dict[tuple[bytes, bytes], int] = {}

    def add(self, package: Package, record: Record, minute: int) -> int:  # noqa: ARG002 - the journal's own signature
        """Return a number, the same one for the same package."""
        name = (contact_of(package), digest(package))
        if name not in self._numbers:
            self.records.append(record)
        return self._numbers.setdefault(name, len(self.records))

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(eq=False)
class World:
    """Everything and everybody."""

    town: Town
    admin: "sync_redis.Redis"
    workers: list[Indoors] = field(default_factory=list)
    history: History = field(default_factory=History)
    children: list[SteadyChild] = field(default_factory=list)
    counsellors: list[SteadyCounsellor] = field(default_factory=list)
    visits: dict[Steady, "asyncio.Task[None]"] = field(default_factory=dict)
    journal: KeptJournal = field(default_factory=KeptJournal)
    rang: bool = False
    """Somebody was free: whom a child rings at decides the order then, and takes alone tell nothing of it."""
    words: int = 0
    unrenewed: float = 0.0

    async def begin(self) -> None:
        """An empty store, two workers, a registrar."""
        self.admin.flushall()
        self.history.clock = self._instant
        self.workers = [await self.town.worker() for _ in range(2)]
        data, self.link = self.town.data, link.connect(self.town.url)
        keys_ = keyfiles.read_p256_private(data / "registrar.key"), keyfiles.read_ed25519_private(data / "receipt.key")
        self.office = Office(HandOffs(self.link), self.journal, *keys_)

    async def end(self) -> None:
        """Let go of everything."""
        for task in self.visits.values():
            task.cancel()
        await asyncio.gather(*self.visits.values(), return_exceptions=True)
        for worker in self.workers:
            await self.town.gone(worker)
        await self.link.aclose()

    def _instant(self) -> float:
        """The world's clock, in which no two instants are the same."""
        self.words += 1
        return self.town.clock.now / 1000 + self.words * 1e-7

    # --- settling ----------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Wait until nothing is under way; bury workers that died meanwhile."""
        async with asyncio.timeout(PATIENCE):
            calm = 0
            while calm < SPINS:
                await asyncio.sleep(0)
                for worker in self.workers:
                    if worker.life.dead and worker.tasks:
                        await worker.die()
                        worker.tasks = []
                calm = calm + 1 if self._is_calm() else 0
                if calm == SPINS and self._hints_under_way():
                    calm = 0

    def _is_calm(self) -> bool:
        wires = [(one.wire, one._outgoing) for one in self.people]
        said = all(wire.is_over or outgoing.empty() for wire, outgoing in wires if isinstance(wire, Pair))
        return said and all(worker.idle for worker in self.workers if not worker.life.dead)

    def _hints_under_way(self) -> bool:
        alive = [worker for worker in self.workers if not worker.life.dead]
        inboxes = {keys.inbox(one.house.relay.worker): one.reader.read for one in alive}
        return any(self.admin.type(name) == b"stream" and self.admin.xlen(name) > read for name, read in inboxes.items())

    def talks_of(self, her: SteadyCounsellor) -> int:
        """Return how many talks her desk shows."""
        return len(her.desk.talks) if her.desk else 0

    @property
    def people(self) -> list[Steady]:
        """Everybody."""
        return [*self.children, *self.counsellors]

    # --- deeds -------------------------------------------------------------------------------------

    def text(self) -> str:
        """Return words that nobody said before."""
        self.words += 1
        return f"words {self.words}"

    def child(self, *, danger: bool) -> SteadyChild:
        """A new child, not yet connected."""
        number = len(self.children)
        one = SteadyChild([], self.history, f"child {number}", self.town.settings.registrar_key, random.Random(number))  # noqa: S311
        one.danger, one.again = danger, 0.0
        self.children.append(one)
        return one

    async def counsellor(self) -> SteadyCounsellor:
        """A counsellor with an account, not yet connected."""
        number = len(self.counsellors)
        sessions = self.workers[0].house.sessions if not self.workers[0].life.dead else self.workers[1].house.sessions
        account = self.workers[0].house.directory.accounts()[number]
        cookie = await sessions.sign_in(account.id, self.town.clock())

        async def ticket(door: int) -> str:
            nonlocal cookie
            sessions = self.workers[door].house.sessions
            try:
                found = await sessions.ticket(cookie)
                if found is None:  # her session has ended, as after a long pause: she signs in again
                    cookie = await sessions.sign_in(account.id, self.town.clock())
                    found = await sessions.ticket(cookie)
            except Killed:  # it died while it made one out
                raise Gone(1006) from None
            assert found is not None
            return found

        key = self.town.settings.registrar_key
        one = SteadyCounsellor([], self.history, account.name, key, ticket, random.Random(number))  # noqa: S311
        one.again, one.writes_up = 0.0, False
        self.counsellors.append(one)
        return one

    async def connect(self, one: Steady, worker: int) -> None:
        """Let somebody who has no connection come to a worker."""
        one.doors, one.door = cast("Sequence[Door]", self.workers), worker  # type: ignore[assignment]
        self.visits[one] = asyncio.create_task(one.once())
        await self.settle()

    async def move(self, seconds: float) -> None:
        """Let time pass: a tick and a heartbeat at each worker, one turn of the keeper, a ping of everybody."""
        self.town.clock.now += int(seconds * 1000)
        self._expire_lease(seconds)
        for worker in [one for one in self.workers if not one.life.dead]:
            await self.try_to(worker, worker.ticking.tick())
        await self.settle()
        for worker in [one for one in self.workers if not one.life.dead]:
            await self.try_to(worker, self._turn(worker))
        for one in self.people:
            if one.wire is not None:
                one.post(one.ping())
        await self.settle()

    def _expire_lease(self, seconds: float) -> None:
        """The store's own clock does not jump: a keeper's lease that nobody renewed for so long ends here."""
        holder = cast("bytes | None", self.admin.get(keys.KEEPER))
        alive = [one.house.relay.worker.encode() for one in self.workers if not one.life.dead]
        self.unrenewed = 0.0 if holder in alive else self.unrenewed + seconds
        if self.unrenewed >= LEASE_MS / 1000:
            self.admin.delete(keys.KEEPER)

    async def _turn(self, worker: Indoors) -> None:
        if await worker.keeper.has_lease():
            await worker.keeper.turn()

    async def try_to(self, worker: Indoors, deed: Coroutine[object, object, None]) -> None:
        """Do something that a worker does by itself; it may die of it."""
        task = asyncio.create_task(deed)
        worker.tasks.append(task)
        await asyncio.wait([task])
        worker.tasks.remove(task) if task in worker.tasks else None
        if not task.cancelled() and isinstance(task.exception(), Exception):
            task.result()

    async def register(self) -> None:
        """Let the registrar do all that is due."""
        while await self.office.work(self.town.clock()):
            pass
        await self.settle()

    # --- the end -----------------------------------------------------------------------------------

    @property
    def talks(self) -> dict[str, bytes]:
        """Every conversation, with its key."""
        return {one.conversation: one.key for one in self.children if one.conversation}

    async def mend(self) -> None:
        """Nothing breaks any more: workers run, everybody who is not over is connected."""
        for at, worker in enumerate(self.workers):
            worker.life.steps = None
            if worker.life.dead:
                await self.town.gone(worker)
                self.workers[at] = await self.town.worker()
        for her in self.counsellors:
            if her.over == SIGNED_OUT:
                her.over = None
        for number, one in enumerate(self.people):
            if one.over is None and one.wire is None:
                await self.connect(one, number % 2)

    async def judge(self, *, ended: bool = False) -> Verdict:
        """Check everything; at the end also that nothing is left."""
        excuse(self.admin, self.counsellors)
        contacts = {one.conversation for one in self.children if one.placed.is_set()} if ended else set()
        truth = stored_truth(self.admin, self.talks, ended=ended)
        truth.books, truth.contacts = read_books(self.admin), contacts
        add_records(truth, self.journal.records, self.talks)
        if self.rang:
            self.history.takes.clear()
        failures = [Finding("lost", f"a worker failed: {failure!r}") for failure in self.town.failures]
        return Verdict([*check(self.history, truth).findings, *failures])

    def settled(self) -> bool:
        """Tell whether everybody has all there is, and the books agree."""
        for one in self.people:
            if one.over is None and not one.welcomed:
                return False
        views = [one.view for one in self.children if one.over is None and one.view]
        views += [pane.view for her in self.counsellors for pane in her.panes.values()]
        excuse(self.admin, self.counsellors)
        shown = all(view.screen.closed or view.drawn == view.have for view in views)
        whole = shown and all(view.gap is None and view.have == self._length(view.conversation) for view in views)
        unsent = any(view.outbox for view in views if self._state(view.conversation) == b"talking")
        return whole and not unsent and books_agree(read_books(self.admin))

    def _length(self, conversation: str) -> int:
        return self.admin.xlen(keys.log(conversation))

    def _state(self, conversation: str) -> bytes | None:
        return cast("bytes | None", self.admin.hget(keys.talk(conversation), "state"))

    async def calm_down(self) -> None:
        """Mend all, and wait (in the world's time) until all is well."""
        await self.mend()
        for _ in range(ROUNDS):
            await self.move(1)
            await self.mend()
            if self.settled():
                return

    async def go_home(self) -> None:
        """Everybody ends, all is written up and handed off."""
        for one in self.children:
            if one.over is None:
                one.end()
        for her in self.counsellors:
            her.writes_up = True
            if her.wire is not None:
                her.pump()
        for _ in range(ROUNDS):
            await self.settle()
            await self.register()
            await self.move(10)
            await self.mend()
            for her in self.counsellors:
                her.post(f.Away())
                her.pump()
            if all(one.over is not None for one in self.children) and not stored_truth(self.admin, {}, ended=True).left_over:
                return


def new_world(store: embedded.Embedded, place: Town) -> World:
    """Return a world on the session's store."""
    return World(place, sync_redis.Redis.from_url(store.admin_url))


@asynccontextmanager
async def world_of(folder: Path, store: embedded.Embedded, people: int) -> AsyncIterator[World]:
    """A service in this process, on an empty store, with so many accounts, for the length of a `with` block."""
    with sync_redis.Redis.from_url(store.admin_url) as admin:
        one = World(town(folder, store.url, people=people), admin)
        await one.begin()
        yield one
        await one.end()

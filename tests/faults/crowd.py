"""A crowd: children and counsellors who come, write, end and go home, all at once, while things break around them."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from time import monotonic

from server.wire import frames as f
from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor, WebEntrance
from tests.faults.history import History
from tests.faults.stage import Stage
from tests.faults.steady import Steady, WebDoor
from tests.faults.truth import Archive, unseen
from tests.faults.verdict import Finding, Verdict, check

QUIET_SECONDS = 45.0
HOME_SECONDS = 90.0
MOST_UNSENT = 12
"""More than this nobody writes while nothing is acknowledged."""


@dataclass
class Habits:
    """How people behave."""

    children: int = 12
    """How many are here at once; when one goes, another one comes."""
    counsellors: int = 4
    room: int = 0
    """0: she takes the next of the line when she has no talk. More: she is free for so many, and it rings."""
    pause: tuple[float, float] = (0.3, 1.5)
    """Seconds between two messages of one person."""
    stays: tuple[float, float] = (6.0, 25.0)
    """Seconds that a child talks."""
    gives_up: float = 0.1
    """How many of those who wait give up after a while."""
    danger: float = 0.1
    doors: tuple[int, ...] = (0, 1)
    """At which workers people knock first."""


@dataclass
class Crowd:
    """Everybody in a run."""

    stage: Stage
    chance: random.Random
    habits: Habits = field(default_factory=Habits)
    history: History = field(default_factory=History)
    children: list[SteadyChild] = field(default_factory=list)
    """All that ever came."""
    counsellors: list[SteadyCounsellor] = field(default_factory=list)
    guests: dict[str, bytes] = field(default_factory=dict)
    """Conversations of children in processes of their own, with their keys."""
    writes: asyncio.Event = field(default_factory=asyncio.Event)
    open: bool = True
    """New children come in the place of those who go."""
    archive: Archive = field(init=False)
    judgements: set[Finding] = field(default_factory=set)
    """What was found wrong so far."""
    figures: dict[str, float] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        """Nobody is here yet."""
        self.archive = Archive(self.stage)

    # --- coming ------------------------------------------------------------------------------------

    def spawn(self, errand: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        """Run something beside; a failure is raised at the end."""
        task = asyncio.get_running_loop().create_task(errand)
        self.tasks.add(task)
        return task

    async def come(self) -> None:
        """Let all of them come."""
        names = [f"Vakt {number}" for number in range(1, self.habits.counsellors + 1)]
        await asyncio.to_thread(self.stage.hire, *names)
        for at, name in enumerate(names):
            self.counsellor(name, self.habits.doors[at % len(self.habits.doors)])
        for _ in range(self.habits.children):
            self.spawn(self.childhood())
        self.writes.set()

    def counsellor(self, name: str, door: int) -> SteadyCounsellor:
        """One more counsellor comes to work."""
        stage, doors = self.stage, self.stage.doors(door)
        ports = [stage.ports[door], stage.ports[1 - door]]
        entrance = WebEntrance(ports, stage.origin, name, stage.passwords[name])
        one = SteadyCounsellor(doors, self.history, name, stage.place().registrar_key, entrance, self.own_chance())
        one.load, one.room = (0 if self.habits.room else 1), self.habits.room
        self.counsellors.append(one)
        self.spawn(one.live())
        self.spawn(self.work(one))
        return one

    def child(self, doors: "list[WebDoor] | None" = None) -> SteadyChild:
        """One more child, who does nothing by itself but stay connected."""
        number = len(self.children)
        doors = doors or self.stage.doors(self.habits.doors[number % len(self.habits.doors)])
        one = SteadyChild(doors, self.history, f"child {number}", self.stage.place().registrar_key, self.own_chance())
        self.children.append(one)
        self.spawn(one.live())
        return one

    def own_chance(self) -> random.Random:
        """Chance for one person."""
        return random.Random(self.chance.random())  # noqa: S311 - a schedule that can be repeated

    def text(self, who: str) -> str:
        """Return words that stand only once in a run; now and then many of them."""
        self.count += 1
        text = f"{who} says {self.count} {self.chance.getrandbits(48):x}"
        return text.ljust(self.chance.choice((300, 1000, 4000)), ".") if self.chance.random() < 0.05 else text

    # --- what people do ----------------------------------------------------------------------------

    async def childhood(self) -> None:
        """One child's whole stay; then the next one comes."""
        one = self.child()
        one.danger = self.chance.random() < self.habits.danger
        quitter, stays = self.chance.random() < self.habits.gives_up, self.chance.uniform(*self.habits.stays)
        came = begun = monotonic()
        while not one.finished.is_set():
            await asyncio.sleep(self.chance.uniform(*self.habits.pause))
            if one.paired.is_set() and begun == came:
                begun = monotonic()
            self.mutter(one)
            over = monotonic() - begun > stays
            if over and self.writes.is_set() and self.open and ((one.paired.is_set() and begun > came) or (quitter and one.joined)):
                one.end()
        if self.open:
            self.spawn(self.childhood())

    def mutter(self, one: SteadyChild) -> None:
        """A child writes, now and then."""
        if not self.writes.is_set() or not one.joined or one.ending or one.over is not None:
            return
        if one.view is not None and len(one.view.outbox) <= MOST_UNSENT and (one.paired.is_set() or self.chance.random() < 0.1):
            one.write(self.text(one.who))

    async def work(self, one: SteadyCounsellor) -> None:
        """A counsellor writes in each of her talks."""
        while one.over is None:
            await asyncio.sleep(self.chance.uniform(*self.habits.pause))
            for conversation, pane in list(one.panes.items()):
                if self.writes.is_set() and len(pane.view.outbox) <= MOST_UNSENT:
                    one.write(conversation, self.text(one.who))

    async def busy(self, messages: int = 20, patience: float = 120.0) -> None:
        """Wait until so many messages are stored: who comes and goes all the time is never all here at once."""
        async with asyncio.timeout(patience):
            while len(self.history.acknowledged) < messages:
                await asyncio.sleep(0.1)

    async def settled(self, patience: float = 120.0) -> None:
        """Wait until everybody is here: all children in the line or in a talk, and of the talks that can be nine in ten."""
        can_be = min(self.habits.children, self.habits.counsellors * max(1, self.habits.room))
        async with asyncio.timeout(patience):
            while not all(one.welcomed for one in self.present) or not all(one.joined for one in self.children):
                await asyncio.sleep(0.1)
            while self.talking < can_be * 0.9:
                await asyncio.sleep(0.1)

    # --- looking -----------------------------------------------------------------------------------

    @property
    def talks(self) -> dict[str, bytes]:
        """Every conversation there ever was, with its key."""
        return self.guests | {one.conversation: one.key for one in self.children if one.conversation}

    @property
    def present(self) -> list[Steady]:
        """Everybody who is not gone for good."""
        return [one for one in (*self.children, *self.counsellors) if one.over is None]

    @property
    def talking(self) -> int:
        """How many children talk."""
        return sum(one.over is None and one.paired.is_set() for one in self.children)

    def unsettled(self) -> list[str]:
        """Return whom something is still owed to: no connection, words not acknowledged, entries not shown."""
        found = [f"{one.who}: no connection" for one in self.present if not one.welcomed]
        for one in self.children:
            found += [f"{one.who}: wants to end"] if one.ending and one.over is None else []
            if one.over is None and one.view is not None and one.joined and not one.ending:
                found += [f"{one.who}: {len(one.view.outbox)} not acknowledged"] if one.view.outbox else []
                found += [f"{one.who}: has {one.view.have} of {one.view.known}"] if one.view.gap is not None else []
                found += self._seen_by_her(one)
        return found

    def _seen_by_her(self, one: SteadyChild) -> list[str]:
        if one.counsellor is None or one.view is None:
            return []
        pane = next((her.panes[one.conversation] for her in self.counsellors if one.conversation in her.panes), None)
        if pane is None:
            return [f"{one.who}: nobody's screen shows its talk"]
        if pane.held.state != "talking":
            return []
        unsent = [f"{pane.view.who}: {len(pane.view.outbox)} not acknowledged"] if pane.view.outbox else []
        if pane.view.drawn != one.view.have:
            return [*unsent, f"{pane.view.who}: shows {pane.view.drawn} of {one.view.have} of {one.who}"]
        return unsent

    async def quiet(self, deadline: float) -> list[str]:
        """Stop writing, and wait until nothing is owed to anybody; return what still is at the deadline."""
        self.writes.clear()
        with self.stage.admin() as admin:
            while (owed := self.unsettled() or unseen(admin, self.counsellors)) and monotonic() < deadline:
                await asyncio.sleep(0.1)
        return owed

    async def judged(self, patience: float = QUIET_SECONDS) -> Verdict:
        """Stop writing, check everything so far, write again. What the store keeps and what is shown are looked at in one quiet moment."""
        deadline = monotonic() + patience
        while True:
            await self.quiet(deadline)
            truth = await self.archive.truth(self.talks)
            owed = await self.quiet(0.0)
            if not owed or monotonic() > deadline:
                break
        verdict = check(self.history, truth)
        self.writes.set()
        return Verdict([*verdict.findings, *(Finding("lost", f"still owed: {one}") for one in owed)])

    # --- going home --------------------------------------------------------------------------------

    async def go_home(self) -> None:
        """No new children; everybody who talks ends, everybody who waits is taken or gives up."""
        self.open = False
        self.writes.set()
        deadline = monotonic() + HOME_SECONDS
        while any(one.over is None for one in self.children) and monotonic() < deadline:
            for her in self.counsellors:
                if her.room and not self._waiting():
                    her.room = 0
                    her.post(f.Away())
            for one in self.children:
                if one.over is None and (one.paired.is_set() or monotonic() > deadline - HOME_SECONDS / 2):
                    one.end()
            await asyncio.sleep(0.2)
        for her in self.counsellors:
            if her.room:
                her.room = 0
                her.post(f.Away())

    def _waiting(self) -> bool:
        return any(one.over is None and not one.paired.is_set() for one in self.children)

    async def judged_at_the_end(self) -> Verdict:
        """Go home, wait until all is handed off, check everything, let everybody go."""
        await self.go_home()
        deadline = monotonic() + HOME_SECONDS
        contacts = {one.conversation for one in self.children if one.placed.is_set()} | self.guests.keys()
        truth = await self.archive.truth(self.talks, ended=True, contacts=contacts)
        while (truth.left_over or contacts - set(truth.journalled or ())) and monotonic() < deadline:
            await asyncio.sleep(0.5)
            truth = await self.archive.truth(self.talks, ended=True, contacts=contacts)
        self.writes.clear()
        stuck = [Finding("lost", f"{one.who} did not get home: {one.conversation}") for one in self.children if one.over is None]
        await self.leave()
        return Verdict([*check(self.history, truth).findings, *stuck])

    async def leave(self) -> None:
        """Everybody's connection goes. Raises what went wrong within."""
        failures = [task.exception() for task in self.tasks if task.done() and not task.cancelled() and task.exception()]
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for failure in failures:
            if failure is not None:
                raise failure

    def resumed_since(self, broken: float, healed: float) -> list[float]:
        """Return how many seconds each took to come back, counted from when it could."""
        return [max(0.0, back - max(lost, healed)) for lost, back in self.history.resumed if lost >= broken or back >= healed > lost]

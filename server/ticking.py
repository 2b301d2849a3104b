"""Once a second, for the connections of this worker: heartbeats, places in the line, desks, limits."""

import asyncio
import contextlib
from collections.abc import Callable
from time import monotonic
from typing import cast

import msgspec
from redis.exceptions import RedisError

from server.company import beside
from server.conversation.rules import State
from server.flood.blocks import ShutOut
from server.glance import at_work, glances
from server.house import House
from server.overview import overview
from server.relay import WORKER, Hint
from server.session.rules import BEAT_MS
from server.shift import Shift
from server.visit import Visit
from server.waiting.rules import Wait
from server.wire import frames as f

TURN = 1.0
LEAP_MS = 2_000
SHOWN = 20
"""How many of the line a desk is shown."""
LATE_TURNS = 10
"""So many seconds between two counts of late registrations."""


class Ticking:
    """The second hand of one worker."""

    def __init__(self, house: House, steady: Callable[[], float] = monotonic) -> None:
        """Nothing happens before `run`. `steady` tells seconds that never leap."""
        self.house = house
        self.steady = steady
        self.ahead: float | None = None
        """How far the clock is ahead of the steady one (ms); None: not looked at yet."""
        self.visits: set[Visit] = set()
        self.shifts: set[Shift] = set()
        self.beaten = 0
        self.turns = 0
        self.late = 0
        """Talks that are over and were not written up in time, as they were last counted."""

    def hear(self, hint: Hint) -> None:
        """A hint for the worker itself: somebody who is, or was, here is no child."""
        if hint.kind == "shut_out":
            whom = msgspec.json.decode(hint.data, type=ShutOut)
            self.house.spawn(self.shut_out(whom))

    async def shut_out(self, whom: ShutOut) -> None:
        """Shut somebody out, where that can be done."""
        with contextlib.suppress(RedisError):
            await self.house.blocks.shut_out(whom, self.house.clock())

    async def run(self) -> None:
        """Tick until cancelled; a tick without Redis is left out."""
        self.house.relay.listen(WORKER, self)
        while True:
            await asyncio.sleep(TURN)
            try:
                await self.tick()
            except RedisError:
                continue
            except Exception as error:  # noqa: BLE001 - one bad tick must not stop the clock
                self.house.on_failure(error)

    async def tick(self) -> None:
        """One second."""
        now = self.house.clock()
        self.follow_leap(now)
        self.house.house_rules.look()
        if now - self.beaten >= BEAT_MS:
            await self.house.visits.heard({one.name: now - int(one.socket.silence() * 1000) for one in self.welcomed()})
            self.beaten = now
        second = self.house.second()
        for visit in self.arrived_visits():
            visit.tick(second)
        await self.house.by_hand.look(now)
        await self.tell_places()
        await self.house.blocks.look(now)
        await self.house.flood.look(await self.house.waiting.count(), now)
        if self.shifts:
            await self.tick_desks(now)

    async def tick_desks(self, now: int) -> None:
        """Show every desk what is new. What they look at is read for all of them together."""
        shifts = [one for one in self.shifts if one.early is None]
        line, company = await self.line(), await beside(self.house)
        whose = [(one.me.id, one.session, one.looks) for one in shifts]
        desks = await self.house.pairing.many(list(dict.fromkeys([*company.rows, *(desk for desk, _, _ in whose)])))
        seen = await glances(self.house, desks, whose)
        everybody = at_work(self.house, company, desks)
        self.turns += 1
        if self.turns % LATE_TURNS == 1:
            self.late = await self.late_registrations(now)
        for shift, glance in zip(shifts, seen, strict=True):
            await shift.tick(line, glance)
            await shift.show_company(company, everybody, self.late)
        if leads := [one for one in shifts if one.leads]:
            told = await overview(self.house, company, line, self.late)
            for shift in leads:
                shift.show_overview(told)

    def follow_leap(self, now: int) -> None:
        """When the clock has leapt, what was noted before leaps with it: nobody has been silent for longer than before."""
        before, self.ahead = self.ahead, now - self.steady() * 1000
        leap = round(self.ahead - before) if before is not None else 0
        if abs(leap) < LEAP_MS:
            return
        self.beaten += leap
        for visit in self.visits:
            visit.last_word += leap
        for shift in self.shifts:
            shift.kept += leap

    def welcomed(self) -> list[Visit | Shift]:
        """Return everybody who speaks here, and was not replaced by a newer tab."""
        here: list[Visit | Shift] = [*self.visits, *self.shifts]
        return [one for one in here if one.early is None and self.house.relay.hears(one.name, one)]

    def arrived_visits(self) -> list[Visit]:
        """Return the visits that have been welcomed."""
        return [visit for visit in self.visits if visit.early is None]

    async def tell_places(self) -> None:
        """Tell those who wait here where they stand."""
        waiting = [visit for visit in self.arrived_visits() if visit.told.state is State.WAITING]
        if not waiting:
            return
        places = await self.house.waiting.places([visit.conversation for visit in waiting])
        recent = await self.house.waiting.recent(self.house.clock())
        for visit, place in zip(waiting, places, strict=True):
            visit.stand(place, recent)

    async def late_registrations(self, now: int) -> int:
        """Count the talks of all desks that have been over for longer than a registration may take."""
        desks = await self.house.pairing.many(await self.house.pairing.desks())
        names = [name for desk in desks.values() for name, stage in desk.talks.items() if stage == "wrapping"]
        before = now - self.house.helpline.registration_minutes * 60_000
        return sum(talk is not None and 0 < talk.ended < before for talk in await self.house.conversations.read_many(names))

    async def line(self) -> f.Line:
        """Return the line as every desk sees it."""
        summary = await self.house.waiting.summary(SHOWN)
        first = [in_line(conversation, place, wait) for conversation, place, wait in summary.first]
        return f.Line(
            summary.count,
            summary.longest,
            first,
            self.house.opening().open,
            await self.house.pairing.ready(),
            await self.house.handoffs.late(self.house.clock() - self.house.helpline.receipt_alarm_minutes * 60_000),
            self.house.flood.attack(self.house.clock()),
        )


def in_line(conversation: str, place: int, wait: Wait) -> f.InLine:
    """Return one who waits as every desk sees it."""
    language, about = cast("f.Language", wait.language), cast("f.About", wait.about)
    return f.InLine(conversation, place, wait.since, language, about, wait.danger, wait.lost)

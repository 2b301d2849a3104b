"""Once a second, for the connections of this worker: heartbeats, places in the line, desks, limits.

Rules of this file:

1. What is done for many is done in pieces (`pieces.py`): no piece holds the loop for more than a few desks, however many there are.
2. What is the same for all is read and made once; what has not changed for somebody costs a look.
3. A worker with many desks reads the talks of each in every other second: hints and heartbeats tell of them besides. All else is each
   second, as it is with few.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from time import monotonic
from typing import cast
from zlib import crc32

import msgspec
from redis.exceptions import RedisError

from server.company import beside
from server.conversation.rules import State
from server.flood.blocks import ShutOut
from server.glance import Whose, at_work, glances, same
from server.house import House
from server.overview import overview
from server.pieces import in_pieces
from server.relay import WORKER, Hint
from server.session.rules import BEAT_MS
from server.shift import Shift
from server.visit import Visit
from server.waiting.rules import Wait
from server.wire import frames as f

TURN = 1.0
PAUSE = 0.1
"""Seconds between two ticks at the least, when one took a whole second."""
BEATS, VISITS, WAITING, READ, SHOWN_TO = 1_000, 256, 32, 16, 8
"""In one piece: heartbeats, visits, those who wait, desks that are read, desks that are shown what is new."""
LEAP_MS = 2_000
HALF_A_TURN_MS = 500
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
        self.everybody: list[f.Colleague] = []
        """Who is at work, as it was last seen: the same list for as long as nothing changes."""
        self.house.clock.on_look = self.follow_leap  # at once: what is noted after a leap must not follow it
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
        """Tick each second until cancelled; a tick without Redis is left out. Each worker has another part of the second."""
        self.house.relay.listen(WORKER, self)
        loop = asyncio.get_running_loop()
        due = loop.time() + TURN * random.random()  # noqa: S311 - workers that share a core shall not tick together
        while True:
            await asyncio.sleep(max(PAUSE, due - loop.time()))
            due = max(due, loop.time() - TURN) + TURN
            try:
                await self.tick()
            except RedisError:
                continue
            except Exception as error:  # noqa: BLE001 - one bad tick must not stop the clock
                self.house.on_failure(error)

    async def tick(self) -> None:
        """One second."""
        now = self.house.clock()
        self.follow_leap()
        self.house.house_rules.look()
        if now - self.beaten >= BEAT_MS - HALF_A_TURN_MS:  # ticks are a second apart, as exactly as a machine can
            await self.beat()
        await self.tick_visits()
        await self.house.by_hand.look(now)
        await self.tell_places()
        await self.house.blocks.look(now)
        await self.house.flood.look(await self.house.waiting.count(), now)
        if self.shifts:
            await self.tick_desks(now)

    async def beat(self) -> None:
        """Say when each who speaks here was last heard."""
        async for some in in_pieces(self.welcomed(), BEATS):
            now = self.house.clock()
            await self.house.visits.heard({one.name: now - int(one.socket.silence() * 1000) for one in some})
        self.beaten = self.house.clock()

    async def tick_visits(self) -> None:
        """Let each visit see what time it is."""
        async for some in in_pieces(self.arrived_visits(), VISITS):
            second = self.house.second()
            for visit in some:
                if visit in self.visits:
                    visit.tick(second)

    async def tick_desks(self, now: int) -> None:
        """Show every desk what is new. What all look at is read once, what each has is read for some together."""
        shifts = [one for one in self.shifts if one.early is None]
        if not shifts:
            return
        turn, is_few = self.turns + 1, len(shifts) <= READ
        whose = [Whose(one.me.id, one.session, one.looked, is_few or is_turn_of(one.me.id, turn)) for one in shifts]
        line, company = await self.line(), await beside(self.house)
        desks = await self.house.pairing.many(list(dict.fromkeys([*company.rows, *(one.desk for one in whose)])))
        self.everybody = same(at_work(self.house, company, desks), self.everybody)
        if turn % LATE_TURNS == 1:
            self.late = await self.late_registrations(now)
        async for some in in_pieces(list(zip(shifts, whose, strict=True)), READ):
            seen = await glances(self.house, desks, [one for _, one in some])
            self.turns = turn  # a second in which nothing could be read is nobody's turn
            async for few in in_pieces([(shift, glance) for (shift, _), glance in zip(some, seen, strict=True)], SHOWN_TO, of=len(shifts)):
                second = self.house.second()
                for shift, glance in few:
                    if shift in self.shifts:
                        await shift.tick(second, line, glance)
                        await shift.show_company(company, self.everybody, self.late)
        if leads := [one for one in shifts if one.leads]:
            told = await overview(self.house, company, line, self.late)
            for shift in leads:
                shift.show_overview(told)

    def follow_leap(self) -> None:
        """When the clock has leapt, what was noted before leaps with it: nobody has been silent for longer than before."""
        before, self.ahead = self.ahead, self.house.clock() - self.steady() * 1000
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
        recent = await self.house.waiting.recent(self.house.clock())
        async for some in in_pieces(waiting, WAITING):
            places = await self.house.waiting.places([visit.conversation for visit in some])
            for visit, place in zip(some, places, strict=True):
                if visit in self.visits and visit.told.state is State.WAITING:
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


def is_turn_of(desk: str, turn: int) -> bool:
    """Tell whether a desk's talks are read in this second, where each is read in every other one: half of them in each."""
    return crc32(desk.encode()) % 2 == turn % 2


def in_line(conversation: str, place: int, wait: Wait) -> f.InLine:
    """Return one who waits as every desk sees it."""
    language, about = cast("f.Language", wait.language), cast("f.About", wait.about)
    return f.InLine(conversation, place, wait.since, language, about, wait.danger, wait.lost)

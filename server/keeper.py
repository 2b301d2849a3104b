"""The keeper: looks after everything that nobody's connection looks after. One worker at a time, by a lease.

Every step may be done twice. What a crash has left between two steps, of whichever worker, is finished here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic

from redis.exceptions import RedisError

from server import keys, log, metrics
from server.clock import ms
from server.company import finish_hand_over, holder_of
from server.conversation.rules import Event, State, Talk
from server.house import House
from server.link import Link
from server.link.faults import is_passing
from server.pieces import in_pieces
from server.session.rules import pulse_of_child, pulse_of_desk, whose_pulse
from server.steps import (
    clear_desk,
    end_talk,
    finish_joins,
    finish_loss,
    forget,
    hand_off,
    leave_line,
    lose_counsellor,
    match,
    nudge_child,
    nudge_desk,
)

TURN = 1.0
SLOW_TURNS = 10
UNOPENED_MS = 5_000
SILENT_MS = 12_000
"""A connection of which nothing was heard for so long is gone: a ping goes every 7 s, and is told within 2 s."""
DEAF_MS = 10_000
"""After the store was away, this worker was started or the clock leapt, nobody is taken for silent: the heartbeats of
that time were not written down."""
LEAP_SECONDS = 2.0
LEASE_MS = 5_000
MANY, DESKS = 500, 32
"""Talks, and desks, that are read together."""


class Keeper:
    """The one that keeps time."""

    def __init__(self, house: House, redis: Link, steady: Callable[[], float] = monotonic) -> None:
        """`redis` holds the lease; `steady` tells seconds that never leap."""
        self.house = house
        self.redis = redis
        self.turns = 0
        self.deaf_until = 0
        self.steady = steady
        self.ahead: float | None = None
        """How far the clock is ahead of the steady one (s); None: not looked at yet."""

    async def run(self) -> None:
        """Take turns until cancelled; a turn that fails is logged and the next one follows."""
        self.deaf_until = self.house.clock() + DEAF_MS
        while True:
            try:
                leads = await self.has_lease()
                metrics.KEEPER.set(leads)
                if leads:
                    await self.turn()
            except RedisError:
                self.deaf_until = self.house.clock() + DEAF_MS
            except Exception as error:  # noqa: BLE001 - one bad turn must not end the keeper
                self.house.on_failure(error)
            await asyncio.sleep(TURN)

    async def has_lease(self) -> bool:
        """Take or renew the lease; False when another worker has it."""
        worker = self.house.relay.worker
        if await self.redis.set(keys.KEEPER, worker, px=LEASE_MS, nx=True):
            return True
        holder = await self.redis.get(keys.KEEPER)
        if holder is None or holder.decode() != worker:
            return False
        await self.redis.expire(keys.KEEPER, LEASE_MS // 1000)
        return True

    async def turn(self) -> None:
        """One look at everything."""
        self.turns += 1
        for step in (self.empty_line, self.end_talks, self.return_offers, self.finish_claims, self.hear_silence, self.erase_confirmed):
            await self.look(step)
        await self.look(self.match)
        if self.turns % SLOW_TURNS == 1:
            await self.look(self.slow_turn)

    async def look(self, step: Callable[[], Awaitable[None]]) -> None:
        """Look at one thing. What is wrong with one must not keep the others from being looked at. Raises RedisError."""
        try:
            await step()
        except RedisError as error:
            if is_passing(error):
                raise
            self.house.on_failure(error)
        except Exception as error:  # noqa: BLE001 - told to the log, and looked at again in the next turn
            self.house.on_failure(error)

    async def match(self) -> None:
        """Offer those who wait to those who are free."""
        await match(self.house)

    async def empty_line(self) -> None:
        """At closing time those who wait are told, and registered."""
        if self.house.opening().serving:
            return
        until = self.house.run_until()
        for conversation in await self.house.waiting.everyone():
            talk = await self.house.conversations.read(conversation)
            if talk is not None and talk.paired and until is not None and self.house.clock() < ms(until):
                continue  # it has lost its counsellor in the middle of a talk, and talks run on for a while
            if await leave_line(self.house, conversation, "closed", "hours", Event.CLOSE) and talk is not None:
                nudge_child(self.house, conversation, talk)

    async def end_talks(self) -> None:
        """At its limit a talk ends, also one whose child is away: no connection looks at the clock for it."""
        until = self.house.run_until()
        if until is None or self.house.clock() < ms(until):
            return
        for desk in await self.house.pairing.desks():
            for conversation in (await self.house.pairing.desk(desk)).talks:
                talk = await self.house.conversations.read(conversation)
                if talk is not None and talk.state is State.TALKING and talk.desk == desk:
                    await end_talk(self.house, conversation, desk, "hours", Event.CLOSE)

    async def return_offers(self) -> None:
        """An offer that was not taken goes to the next counsellor; the child keeps its place."""
        for conversation, desk in await self.house.pairing.expired(self.house.clock()):
            await self.house.pairing.give_back(desk, conversation)
            await nudge_desk(self.house, desk)

    async def finish_claims(self) -> None:
        """A claim that was never opened: the worker died between the two steps."""
        for conversation, desk, _ in await self.house.pairing.unopened(self.house.clock() - UNOPENED_MS):
            talk = await self.house.conversations.read(conversation)
            if talk is not None and talk.desk == desk and talk.state in (State.TALKING, State.WRAPPING_UP):
                await self.house.pairing.opened(desk, conversation)
            elif talk is not None and talk.state in (State.ARRIVED, State.WAITING):
                await self.house.pairing.lose(desk, conversation)
            elif talk is not None and holder_of(talk):
                await finish_hand_over(self.house, conversation, talk, desk)
            else:
                await self.house.pairing.release(desk, conversation, self.house.clock())

    async def hear_silence(self) -> None:
        """Connections that are not heard any more."""
        now = self.house.clock()
        if self.has_leapt(now):
            self.deaf_until = now + DEAF_MS
            await self.house.visits.bring_back(now)
        if now < self.deaf_until:
            return
        silent = [(*whose_pulse(member), now - beat) for member, beat in await self.house.visits.silent(now - SILENT_MS)]
        for desk, silence in [(name, silence) for kind, name, silence in silent if kind == "s"]:  # first: a crowd of children hides none
            if not self.is_late(now):
                await self.desk_silent(desk, silence)
        children = [(name, silence) for kind, name, silence in silent if kind == "y"]
        for first in range(0, len(children), MANY):
            await self.hear_children(now, dict(children[first : first + MANY]))

    async def hear_children(self, now: int, silences: Mapping[str, int]) -> None:
        """Children that are not heard, and for how long (ms)."""
        names = list(silences)
        for name, talk in zip(names, await self.house.conversations.read_many(names), strict=True):
            if not self.is_late(now):
                await self.child_silent(name, talk, silences[name])

    def is_late(self, now: int) -> bool:
        """Tell whether what was heard at `now` is too old to act upon: this worker stood still meanwhile, and another may lead."""
        return self.house.clock() - now > LEASE_MS

    def has_leapt(self, now: int) -> bool:
        """Tell whether the clock has leapt since the last turn: then the heartbeats that lie there say nothing."""
        before, self.ahead = self.ahead, now / 1000 - self.steady()
        return before is not None and abs(self.ahead - before) > LEAP_SECONDS

    async def child_silent(self, conversation: str, talk: Talk | None, silent: int) -> None:
        """A child's connection is gone: keep its place for a while, then let it go."""
        line, now = self.house.helpline, self.house.clock()
        if talk is None or talk.state not in (State.ARRIVED, State.WAITING, State.TALKING, State.LEFT):
            await self.house.visits.still(pulse_of_child(conversation))
        elif talk.state is State.LEFT:
            await self.finish_leaving(conversation)
        elif talk.state is State.ARRIVED and silent > line.waiting_grace_seconds * 1000:
            await forget(self.house, conversation)
        elif talk.state is State.WAITING and silent > line.waiting_grace_seconds * 1000:
            await leave_line(self.house, conversation, "cut_off", "left", Event.VANISH)
        elif talk.state is State.TALKING and silent > line.talk_grace_seconds * 1000:
            await end_talk(self.house, conversation, talk.desk, "left", Event.VANISH)
        elif talk.child_at:
            await self.house.visits.detach(conversation, "child", "", now)
            await nudge_desk(self.house, talk.desk)
        if talk is not None and talk.state is State.WAITING and silent > line.absent_seconds * 1000:
            await self.house.waiting.absent(conversation, is_absent=True)

    async def finish_leaving(self, conversation: str) -> None:
        """One who left, and whose worker died before the hand-off was sealed."""
        ending = await self.house.conversations.ending(conversation)
        await self.house.handoffs.seal(conversation, ending, None, self.house.clock())
        await self.house.visits.still(pulse_of_child(conversation))

    async def desk_silent(self, desk: str, silent: int) -> None:
        """A counsellor's connection is gone: the children are told, and later go back to the front of the line."""
        line = self.house.helpline
        if silent <= line.counsellor_told_seconds * 1000:
            return
        state = await self.house.pairing.desk(desk)
        if state.free:
            await self.house.pairing.away(desk)
        lost = silent > line.counsellor_lost_seconds * 1000
        for conversation, standing in state.talks.items():
            if standing != "wrapping":
                await self.counsellor_silent(conversation, desk, lost=lost)
        if lost:
            await self.house.colleagues.go(desk)
            await self.house.visits.still(pulse_of_desk(desk))

    async def counsellor_silent(self, conversation: str, desk: str, *, lost: bool) -> None:
        """One talk of a counsellor who is gone."""
        talk = await self.house.conversations.read(conversation)
        if talk is None or talk.state is not State.TALKING or talk.desk != desk:
            return
        if lost:
            await lose_counsellor(self.house, conversation, desk)
        elif not talk.counsellor_gone:
            await self.house.visits.detach(conversation, "counsellor", "", self.house.clock())
            nudge_child(self.house, conversation, talk)

    async def erase_confirmed(self) -> None:
        """Erase what the registrar has signed for. Nothing else erases a talk."""
        settled = await self.house.handoffs.settle(self.house.settings.receipt_key)
        metrics.ERASED.inc(settled.erased)
        metrics.RECEIPTS_REFUSED.inc(settled.refused)
        for _ in range(settled.refused):
            log.event("receipt_refused")

    async def slow_turn(self) -> None:
        """What need not be looked at every second."""
        now, line = self.house.clock(), self.house.helpline
        self.house.late = await self.house.handoffs.late(now - line.receipt_alarm_minutes * 60_000)
        if self.house.late:
            metrics.alarm("receipt_late", self.house.late)
        await self.house.handoffs.renew()
        lost = (await self.house.handoffs.repair(now)).lost
        if lost:
            metrics.alarm("hand_off_lost", lost)
        if (waiting := await self.house.waiting.count()) >= line.line_cap:
            metrics.alarm("line_full", waiting)
        await finish_joins(self.house)
        async for desks in in_pieces(await self.house.pairing.desks(), DESKS):
            await self.clear_desks(desks, now - line.unregistered_hours * 3_600_000)

    async def clear_desks(self, desks: Sequence[str], before: int) -> None:
        """Look at some desks together; one where something is to be done is read anew before it is done."""
        states = await self.house.pairing.many(desks)
        held = [(desk, name, standing) for desk, state in states.items() for name, standing in state.talks.items()]
        talks = await self.house.conversations.read_many([name for _, name, _ in held])
        rows = zip(held, talks, strict=True)
        for desk in dict.fromkeys(desk for (desk, _, standing), talk in rows if is_to_clear(standing, talk, before)):
            await self.clear_desk(desk, before)

    async def clear_desk(self, desk: str, before: int) -> None:
        """Talks that were never written up are handed off as they are; talks that are gone leave the desk."""
        state = await self.house.pairing.desk(desk)
        names = list(state.talks)
        for conversation, talk in zip(names, await self.house.conversations.read_many(names), strict=True):
            if talk is None or talk.state in (State.SEALED, State.CONFIRMED, State.LEFT):
                await self.house.pairing.release(desk, conversation, self.house.clock())
            elif talk.state is State.WAITING and state.talks[conversation] == "talking":
                await finish_loss(self.house, conversation, desk)
            elif talk.state is State.WRAPPING_UP and talk.ended < before:
                await hand_off(self.house, conversation, None)
                await clear_desk(self.house, conversation, desk)
            elif talk.state is State.WRAPPING_UP and state.talks[conversation] == "talking":
                await self.house.pairing.wrapping(desk, conversation)


def is_to_clear(standing: str, talk: Talk | None, before: int) -> bool:
    """Tell whether something is to be done with a talk that stands so at a desk: it is gone, handed off, lost, or over."""
    if talk is None or talk.state in (State.SEALED, State.CONFIRMED, State.LEFT):
        return True
    if talk.state is State.WRAPPING_UP and talk.ended < before:
        return True
    return standing == "talking" and talk.state in (State.WAITING, State.WRAPPING_UP)

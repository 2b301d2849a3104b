"""Gathers what many want of the store in one turn of the loop, so that one call does it for all of them.

A call costs more than what is in it: while one call is on its way, what arrives waits for the next one. Nobody waits longer than one
call before its own, and nothing is asked by two calls. Where the store waits for its disk, a second call may be on its way meanwhile
(`wide`); then what is asked later may be done earlier, so this is for those who ask one thing at a time.

Where many come at once (`rests`), the call after one for several waits a moment for those whom the next turns of the loop bring: what is
done in those turns is what they need to come so far. Answers wait for nothing, and who comes alone neither.

A call goes along a lane. On one server all talks share a lane; on a Cluster each talk has its own, since one call has keys of
one slot, and since the talks of a master that is away must not keep the others waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

QUIET, LONGEST = 8, 0.02
"""A crowd is waited for until so many turns of the loop have brought nobody else, and no longer than so many seconds."""

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Lane(Generic[Wish, Answer]):
    """What waits for one call after another, or for one of a few."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    """Asked for once: each time it costs a system call."""
    waiting: list[tuple[Wish, "asyncio.Future[Answer]"]] = field(default_factory=list)
    begins: bool = True
    """Somebody is about to call for what waits."""
    under_way: int = 0


class Gather(Generic[Wish, Answer]):
    """One kind of call, for many at once."""

    def __init__(
        self,
        call: Callable[[list[Wish]], Awaitable[Sequence[Answer]]],
        lane: Callable[[Wish], str],
        most: int,
        wide: int = 1,
        *,
        rests: bool = False,
    ) -> None:
        """`call` returns an answer for each wish, in order; `lane` names what wishes must have in common.

        `most` go into one call; `wide` calls of a lane are on their way at a time; `rests`: the call after one for several waits a moment.
        """
        self._call, self._lane, self._most, self._wide, self._rests = call, lane, most, wide, rests
        self._lanes: dict[str, Lane[Wish, Answer]] = {}
        self._idle: list[str] = []
        self._wake = asyncio.Event()

    def ask(self, wish: Wish) -> "asyncio.Future[Answer]":
        """Return the answer to come; it raises what the call raises. Who does not wait for it any more when the call begins is left out."""
        name = self._lane(wish)
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane()
            self._begin(name)
        else:
            self._widen(name, lane)
        answer: asyncio.Future[Answer] = lane.loop.create_future()
        lane.waiting.append((wish, answer))
        return answer

    def _widen(self, name: str, lane: Lane[Wish, Answer]) -> None:
        if not lane.begins and lane.under_way < self._wide:
            lane.begins = True
            self._begin(name)

    def _begin(self, name: str) -> None:
        self._idle.append(name)
        self._wake.set()

    async def run(self) -> None:
        """Call until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wake.wait()
                self._wake.clear()
                idle, self._idle = self._idle, []
                for name in idle:
                    group.create_task(self._clear(name))

    async def _clear(self, name: str) -> None:
        """Make call after call along a lane, until nothing waits there."""
        lane = self._lanes[name]
        lane.begins = False
        lane.under_way += 1
        try:
            while lane.waiting:
                batch, lane.waiting = lane.waiting[: self._most], lane.waiting[self._most :]
                if lane.waiting:
                    self._widen(name, lane)
                await self._answer([one for one in batch if not one[1].done()])
                if self._rests and len(batch) > 1:
                    await self._quiet(lane)
        finally:
            lane.under_way -= 1
            if lane.waiting:  # it was ended in the middle
                self._widen(name, lane)
            elif not (lane.under_way or lane.begins):
                del self._lanes[name]

    async def _quiet(self, lane: Lane[Wish, Answer]) -> None:
        """Wait until a few turns of the loop have brought nobody else, there are enough for a call, or it takes too long."""
        end, quiet, seen = lane.loop.time() + LONGEST, 0, len(lane.waiting)
        while quiet < QUIET and seen < self._most and lane.loop.time() < end:
            await asyncio.sleep(0)
            quiet = quiet + 1 if seen == len(lane.waiting) else 0
            seen = len(lane.waiting)

    async def _answer(self, batch: list[tuple[Wish, asyncio.Future[Answer]]]) -> None:
        if not batch:
            return
        try:
            answers = await self._call([wish for wish, _ in batch])
            found = list(zip(batch, answers, strict=True))
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was; the next call is made
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
        except BaseException:
            for _, answer in batch:
                answer.cancel()
            raise
        else:
            for (_, answer), one in found:
                if not answer.done():
                    answer.set_result(one)

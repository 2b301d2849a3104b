"""The pen: gathers what the sockets of a worker want to write, so that one call stores all that came in meanwhile.

A message is acknowledged after the durable write, and a call to Redis costs more than an entry: while one call is on its way,
what arrives waits for the next one. Nobody waits longer than one call, and no message is written by two calls.

A call goes along a lane. On one server all talks share a lane; on a Cluster each talk has its own, since one call has keys of
one slot, and since the talks of a master that is away must not keep the others waiting.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from server.conversation.store import Conversations, Say, Stored

MOST = 500
"""Messages in one call."""


@dataclass(slots=True)
class Lane:
    """What waits for one call after another."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    """Asked for once: each time it costs a system call."""
    waiting: list[tuple[Say, "asyncio.Future[Stored]"]] = field(default_factory=list)


class Pen:
    """Writes messages of all talks of this worker."""

    def __init__(self, conversations: Conversations, clock: Callable[[], int]) -> None:
        """`clock` returns this instant in ms."""
        self._conversations = conversations
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._idle: list[str] = []
        self._wake = asyncio.Event()

    async def write(self, say: Say) -> Stored:
        """Store one message; return when it is durable. Raises RedisError when the store does not answer or takes no writes."""
        name = self._conversations.lane(say.conversation)
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane()
            self._idle.append(name)
            self._wake.set()
        answer: asyncio.Future[Stored] = lane.loop.create_future()
        lane.waiting.append((say, answer))
        return await answer

    async def run(self) -> None:
        """Write until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wake.wait()
                self._wake.clear()
                idle, self._idle = self._idle, []
                for name in idle:
                    group.create_task(self._clear(name))

    async def _clear(self, name: str) -> None:
        """Write what waits in a lane, call after call, until nothing does."""
        lane = self._lanes[name]
        while lane.waiting:
            batch, lane.waiting = lane.waiting[:MOST], lane.waiting[MOST:]
            await self._store(batch)
        del self._lanes[name]

    async def _store(self, batch: list[tuple[Say, "asyncio.Future[Stored]"]]) -> None:
        try:
            answers = await self._conversations.append([say for say, _ in batch], self._clock())
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was; the pen goes on
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), stored in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(stored)

"""One clock for all: the store's, carried on by this process's monotonic clock.

Workers and the registrar write instants that others compare with their own: who was heard when, until when an offer stands, what is
due. If each used the clock of its machine, one clock that is wrong would send everybody away. So all use the clock of the one
store; a jump of a machine's own clock is not felt, and the watch raises an alarm about it.
"""

import asyncio
from collections.abc import Callable
from time import monotonic_ns

from redis.exceptions import RedisError

from server import clock
from server.session.store import Visits

TURN, SOON = 1.0, 0.1
LONGEST = 0.5
"""An answer that took longer (s) tells too little of when it was given; the first one is better than the machine's own clock."""
FIRST = 1.5
"""How long (s) a process that starts waits for the first answer."""


class SharedClock:
    """Tells this instant in ms. Before the store has been heard it is the machine's own clock."""

    def __init__(self) -> None:
        """The store has not been heard."""
        self._ahead: int | None = None
        self.on_look: Callable[[], None] | None = None
        """Called as soon as the store has told the time: what was noted by another time may have to follow a leap."""

    @property
    def known(self) -> bool:
        """The store has been heard: what this clock tells is what all tell. Before, nobody is sent away by it."""
        return self._ahead is not None

    def __call__(self) -> int:
        """Return this instant in milliseconds since 1970 UTC."""
        return clock.now() if self._ahead is None else _steady() + self._ahead

    async def look(self, visits: Visits) -> None:
        """Ask the store. Raises RedisError."""
        asked = _steady()
        told = await visits.time()
        answered = _steady()
        if self._ahead is None or answered - asked <= LONGEST * 1000:
            self._ahead = told - (asked + answered) // 2
            if self.on_look is not None:
                self.on_look()

    async def follow(self, visits: Visits) -> None:
        """Ask again and again, until cancelled: soon, until it has answered once. While the store is away the clock goes on."""
        while True:
            await asyncio.sleep(TURN if self.known else SOON)
            try:
                await self.look(visits)
            except RedisError:
                continue

    async def begin(self, visits: Visits) -> None:
        """Ask for the first time; a store that is away is not waited for."""
        try:
            async with asyncio.timeout(FIRST):
                await self.look(visits)
        except (RedisError, TimeoutError):
            return

    async def know(self, visits: Visits) -> None:
        """Ask again where nothing has been heard yet."""
        if not self.known:
            await self.begin(visits)


def _steady() -> int:
    return monotonic_ns() // 1_000_000

"""The order that stands, in the store for all workers and here for this one, which asks again every second."""

import asyncio
from math import ceil

from redis.exceptions import RedisError

from server import keys
from server.by_hand.rules import believed, lasts_until, shut
from server.clock import instant
from server.link import Link
from server.scripts import load
from server.wire.order import Order, dump_order, parse_order

FIRST = 1.5
"""How long (s) a worker that starts waits for the first answer."""


class ByHand:
    """What a shift lead has decided by hand. While the store is away, what was last known stands."""

    def __init__(self, redis: Link) -> None:
        """No order stands."""
        self._redis = redis
        self.unknown = False
        """This worker has not heard yet what stands: until then it is closed."""
        self.last: Order | None = None
        """The last order, also one that has ended by itself, for as long as running talks are bound by it."""

    async def look(self, now: int) -> None:
        """Ask the store what stands at `now` (ms); what it has lost, and must not lose, is told to it again. Raises RedisError."""
        text = await self._redis.get(keys.ORDER)
        found = None if text is None else parse_order(text) or shut(instant(now))
        stands = believed(self.last, found, instant(now))
        if stands is not None and stands != found:
            stands = await self._put(stands, now)
        self.last, self.unknown = stands, False

    async def begin(self, now: int) -> None:
        """Ask for the first time. Without an answer nothing is open here until there is one."""
        try:
            async with asyncio.timeout(FIRST):
                await self.look(now)
        except (RedisError, TimeoutError):
            self.unknown = True

    async def know(self, now: int) -> None:
        """Ask again where nothing has been heard yet: nobody is sent away for what the store would say."""
        if self.unknown:
            await self.begin(now)

    async def give(self, order: Order, now: int) -> None:
        """Let this order stand for every worker, instead of the one before. Raises RedisError."""
        self.last = await self._put(order, now)

    async def _put(self, order: Order, now: int) -> Order:
        seconds = max(1, ceil((lasts_until(order) - now) / 1000))
        text: bytes = await load("by_hand", "put")(self._redis, [keys.ORDER], [order.at, dump_order(order), seconds])
        return parse_order(text) or shut(instant(now))

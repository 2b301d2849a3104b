"""The desks in Redis, and the step from the line to a desk. Every write is a Lua step that may be repeated."""

from collections.abc import Sequence
from typing import cast

from server import keys
from server.ids import new_id
from server.link import Link
from server.pairing.rules import HELD, NO_DESK, OFFER, Claimed, DeskState, NotTaken, Offered, Reason, desk_from, desk_in, standings_of
from server.scripts import Value, load
from server.wire.wait import Wait, parse_wait

__all__ = ["Claimed", "DeskState", "NotTaken", "Offered", "Pairing", "Reason"]


class Pairing:
    """Who takes whom. A child is in exactly one place, and no desk has more than its room, at any instant."""

    def __init__(self, redis: Link) -> None:
        """Work on this store."""
        self._redis = redis

    async def free(self, desk: str, room: int, now: int) -> None:
        """She is free, with room for so many talks. Again: only the room changes."""
        await self._step("free", desk, room, now)

    async def away(self, desk: str) -> None:
        """She takes nobody more. A child that rings at her desk goes back to its old place; her talks go on."""
        await self._step("away", desk)

    async def offer(self, until: int) -> Offered | None:
        """Let the first present of the line ring, until then, at the desk ready longest. None: no match to make."""
        found = await self._step("offer", until, new_id())
        return Offered(found[0].decode(), found[1].decode(), parse_wait(found[2])) if found else None

    async def claim(self, desk: str, conversation: str | None, now: int) -> Claimed:
        """Take the child that rings at her desk, or one of the line; None: her offer, else the first present.

        Again, by the same desk for the same child: the same answer. With None, a child that she has claimed and not
        opened yet is the answer, so that a lost reply never takes two. Raises NotTaken.
        """
        why, *found = await self._step("claim", desk, conversation or "", now)
        if not found:
            raise NotTaken(cast("Reason", why.decode()))
        return Claimed(found[0].decode(), parse_wait(found[1]))

    async def opened(self, desk: str, conversation: str) -> bool:
        """The talk that she claimed is open. False: it is not hers."""
        return bool(await self._step("opened", desk, conversation))

    async def give_back(self, desk: str, conversation: str) -> bool:
        """Declined, or not taken in time: the child to its old place, the desk not free. False: it is elsewhere by now."""
        return bool(await self._step("give_back", desk, conversation))

    async def wrapping(self, desk: str, conversation: str) -> bool:
        """The talk has ended and is to be written up; until then she gets nobody. False: it is not hers."""
        return bool(await self._step("wrapping", desk, conversation))

    async def release(self, desk: str, conversation: str, now: int) -> bool:
        """The talk is written up: it leaves the books, and she may be ready again. False: it is not hers."""
        return bool(await self._step("release", desk, conversation, now))

    async def hand_over(self, giver: str, desk: str, conversation: str, now: int) -> bool:
        """A running talk goes to another desk, claimed there until it is opened. False: it does not run here. Raises NotTaken."""
        found = cast("int", await self._step("hand_over", giver, desk, conversation, now))
        if found < 0:
            raise NotTaken("at_capacity")
        return found > 0

    async def lose(self, desk: str, conversation: str) -> bool:
        """Her connection is gone for good: the child to the front with its old ticket, her desk not free.

        False: it is not a running talk of hers.
        """
        return bool(await self._step("lose", desk, conversation))

    async def desk(self, desk: str) -> DeskState:
        """Return her desk, whole."""
        return (await self.many([desk]))[desk]

    async def many(self, desks: Sequence[str]) -> dict[str, DeskState]:
        """Return several desks, whole, as they are at one instant."""
        found = await self._step("look", *desks) if desks else []
        return {desk: desk_from(cast("list[bytes]", one)) if one else NO_DESK for desk, one in zip(desks, found, strict=True)}

    async def expired(self, now: int) -> list[tuple[str, str]]:
        """Return the children whose offer was not taken in time, with the desk where they ring."""
        due = [name.decode() for name in await self._redis.zrangebyscore(keys.OFFERS, "-inf", now)]
        return [(name, desk) for name, desk in await self._at(OFFER, due) if desk]

    async def unopened(self, before: int) -> list[tuple[str, str, Wait]]:
        """Return the children who were claimed at that instant or before, and whose talk was never opened, with the desk."""
        stuck = [name.decode() for name in await self._redis.zrangebyscore(keys.CLAIMS, "-inf", before)]
        waits = await self._redis.hmget(keys.WAITS, stuck) if stuck else []
        held = zip(await self._at(HELD, stuck), waits, strict=True)
        return [(name, desk, parse_wait(wait)) for (name, desk), wait in held if desk and wait]

    async def ready(self) -> int:
        """Return how many desks could take a child now."""
        return await self._redis.zcard(keys.READY)

    async def standings(self) -> dict[str, int]:
        """Return how many talks of all desks are claimed, talking and wrapping."""
        counts = {"claimed": 0, "talking": 0, "wrapping": 0}
        for text in await self._redis.hvals(keys.DESKS):
            for standing in standings_of(text).values():
                counts[standing] += 1
        return counts

    async def desks(self) -> list[str]:
        """Return the desks that are free, have a talk, or where a child rings."""
        return [name.decode() for name in await self._redis.hkeys(keys.DESKS)]

    async def _at(self, kind: str, conversations: list[str]) -> list[tuple[str, str | None]]:
        if not conversations:
            return []
        places = await self._redis.hmget(keys.WHERE, conversations)
        return [(name, desk_in(place, kind)) for name, place in zip(conversations, places, strict=True)]

    async def _step(self, name: str, *args: Value) -> list[bytes]:
        """Run one of the room's steps on the books."""
        found: list[bytes] = await load("pairing", name)(self._redis, keys.BOOKS, args)
        return found

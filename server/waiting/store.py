"""The line in Redis: who waits, in which order. Every write is a Lua step that may be repeated."""

from collections.abc import Sequence

from server import keys
from server.link import Link
from server.scripts import load
from server.waiting.rules import RECENT_MS, Summary, Took, Wait
from server.wire.wait import dump_wait, parse_wait

FIRST = 20
"""How many of the line the counsellors see."""


class LineFull(Exception):
    """The line has reached its cap."""


class Waiting:
    """The line. A child is in it once, with one ticket for life; nobody overtakes within a band."""

    def __init__(self, redis: Link, cap: int) -> None:
        """`cap`: the most who may wait; one who has lost its counsellor comes back even so."""
        self._redis = redis
        self._cap = cap

    async def join(self, conversation: str, wait: Wait) -> int:
        """Put a child in the line; return its place (1: next, offered or held). Again: the same place. Raises LineFull."""
        place = await load("waiting", "join")(self._redis, keys.BOOKS, [conversation, dump_wait(wait), self._cap])
        if place == 0:
            raise LineFull
        return int(place)

    async def leave(self, conversation: str) -> str:
        """Take a child out of the line or its offer; return where it was ("": nowhere). A held one is not touched."""
        found: bytes = await load("waiting", "leave")(self._redis, keys.BOOKS, [conversation])
        return found.decode()

    async def hurry(self, conversation: str) -> None:
        """It is dangerous now: to the band of danger, with its old ticket."""
        await load("waiting", "hurry")(self._redis, keys.BOOKS, [conversation])

    async def speak(self, conversation: str, language: str) -> None:
        """The child changed its language."""
        await load("waiting", "speak")(self._redis, keys.BOOKS, [conversation, language])

    async def absent(self, conversation: str, is_absent: bool) -> None:  # noqa: FBT001 - the fact itself
        """Say whether the child's browser is away: it keeps its place, but is not offered until it is back."""
        await load("waiting", "absent")(self._redis, keys.BOOKS, [int(is_absent), conversation])

    async def back(self, conversations: Sequence[str]) -> None:
        """Say that the browsers of these children are back."""
        await load("waiting", "absent")(self._redis, keys.BOOKS, [0, *conversations])

    async def places(self, conversations: Sequence[str]) -> list[int | None]:
        """Return each one's place in the line: 1 when it is next or offered, None when it does not wait.

        All who are before it count, also the offered and the absent, so a place gets worse only by danger and by loss.
        """
        if not conversations:
            return []
        found = await load("waiting", "places")(self._redis, keys.BOOKS, list(conversations))
        return [place or None for place in found]

    async def summary(self, first: int = FIRST) -> Summary:
        """Return how many wait (offered ones too), since when the longest, and the first who can be taken."""
        count, longest, *front = await load("waiting", "summary")(self._redis, keys.BOOKS, [first])
        rows = zip(front[::3], front[1::3], front[2::3], strict=True)
        return Summary(count, longest or None, [(name.decode(), place, parse_wait(wait)) for name, place, wait in rows])

    async def count(self) -> int:
        """Return how many wait or are offered."""
        return await self._redis.zcard(keys.LINE)

    async def learn(self, waited: int, place: int, now: int) -> None:
        """Somebody was answered who came at this place and waited so long (ms). Kept to the minute and ten seconds; not who."""
        at, waited = now // 60_000 * 60_000, waited // 10_000 * 10_000
        await load("waiting", "learn")(self._redis, [keys.RECENT], [at, f"{at}:{waited}:{place}", now - RECENT_MS])

    async def recent(self, now: int) -> list[Took]:
        """Return those who were answered in the last hours."""
        notes = await self._redis.zrangebyscore(keys.RECENT, now - RECENT_MS, now)
        return [Took(*map(int, note.split(b":"))) for note in notes]

    async def everyone(self) -> list[str]:
        """Return all who wait or are offered, in order."""
        return [name.decode() for name in await self._redis.zrange(keys.LINE, 0, -1)]

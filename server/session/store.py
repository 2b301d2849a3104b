"""Who is connected where, in Redis: tabs, workers, heartbeats."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server import keys
from server.link import Link
from server.scripts import Value, load
from server.session.rules import token_hash
from server.wire.frames import Role

MOST_SILENT = 20_000
"""How many who are not heard are looked at in one turn."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a counsellor's connection is: its tab and its worker."""

    tab: str
    worker: str


class Visits:
    """The visits that are known, and the tab that speaks for each side."""

    def __init__(self, redis: Link) -> None:
        """Work on this store."""
        self._redis = redis

    async def start(self, conversation: str, epoch: str, token: str, now: int) -> bool:
        """Write down a fresh visit. False when this conversation is somebody else's."""
        step = load("session", "start")
        return bool(await step(self._redis, [keys.talk(conversation)], [epoch, token_hash(token), now]))

    async def answers_first(self, token: str, question: str) -> bool:
        """Tell whether this visit answers this question for the first time. What it answers is not kept."""
        return bool(await self._redis.set(keys.asked(token_hash(f"{token} {question}")), "1", ex=keys.DAY, nx=True))

    async def attach(self, conversation: str, role: Role, tab: str, worker: str, came: int) -> tuple[str, str] | None:
        """Let this tab, which came at an instant (ms), speak.

        Return the tab and worker before it ("": nobody); None when the talk is gone or a tab that came later has spoken.
        """
        found = await load("session", "attach")(self._redis, [keys.talk(conversation)], [role, tab, worker, came])
        return (found[0].decode(), found[1].decode()) if found else None

    async def detach(self, conversation: str, role: Role, tab: str, now: int) -> str | None:
        """This tab is gone ("": whoever spoke); return the other side's worker, None when a newer tab speaks."""
        found = await load("session", "detach")(self._redis, [keys.talk(conversation)], [role, tab, now])
        return found[0].decode() if found else None

    async def beat(self, members: Iterable[str], now: int) -> None:
        """Say that these connections are alive."""
        await self.heard(dict.fromkeys(members, now))

    async def time(self) -> int:
        """Return what time it is in the store (ms)."""
        seconds, micros = await load("session", "time")(self._redis, [keys.PULSE])
        return int(seconds) * 1000 + int(micros) // 1000

    async def heard(self, instants: Mapping[str, int]) -> None:
        """Say when each of these connections was last heard (ms)."""
        if instants:
            said: list[Value] = [part for member, at in instants.items() for part in (at, member)]
            await load("session", "heard")(self._redis, [keys.PULSE], said)

    async def silent(self, before: int, most: int = MOST_SILENT) -> list[tuple[str, int]]:
        """Return those whose last heartbeat was before this instant, with it, longest silent first."""
        members = [found.decode() for found in await self._redis.zrangebyscore(keys.PULSE, "-inf", before, start=0, num=most)]
        return [(member, beat) for member, beat in zip(members, await self.last_beat(members), strict=True) if beat is not None]

    async def bring_back(self, now: int) -> None:
        """After the clock went back: who was last heard in what is the future now, was last heard now."""
        found = await self._redis.zrangebyscore(keys.PULSE, f"({now}", "+inf")
        await self.heard({member.decode(): now for member in found})

    async def last_beat(self, members: Sequence[str]) -> list[int | None]:
        """Return when each of these was last heard."""
        if not members:
            return []
        found = await self._redis.zmscore(keys.PULSE, list(members))
        return [None if score is None else int(score) for score in found]

    async def still(self, member: str) -> None:
        """Nobody needs to be heard under this name any more."""
        await self._redis.zrem(keys.PULSE, member)

    async def post(self, desk: str) -> Post | None:
        """Return where a counsellor's connection is."""
        found = await self._redis.hget(keys.POSTS, desk)
        return Post(*found.decode().split(" ")) if found else None

    async def posts(self, desks: Sequence[str]) -> list[Post | None]:
        """Return where several counsellors' connections are."""
        found = await self._redis.hmget(keys.POSTS, desks) if desks else []
        return [Post(*one.decode().split(" ")) if one else None for one in found]

    async def take_post(self, desk: str, post: Post) -> Post | None:
        """This is where she is now; return where she was before."""
        before = await load("session", "take_post")(self._redis, [keys.POSTS], [desk, f"{post.tab} {post.worker}"])
        return Post(*before.decode().split(" ")) if before else None

    async def leave_post(self, desk: str, tab: str) -> bool:
        """Her connection is gone; False when a newer one has her post."""
        return bool(await load("session", "leave_post")(self._redis, [keys.POSTS], [desk, tab]))

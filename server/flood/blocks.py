"""Who was shut out: not who, but that it was done, when, by whom, until when and why. And the edge is told, which alone knows whom.

Rules of this file:

1. A block of one person lasts for a day at the most. A longer one is asked for by one account and agreed to by another, in the store.
2. What stands in the store is what holds: each worker tells its edge the whole list, and the edge lets in whoever is not on it any more.
3. A tag is in memory only: of those who talk here, and for some hours of those who have gone, so that who runs away is shut out too.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Literal, cast

import msgspec

from server import keys
from server.flood.rules import ALONE_MS, REMEMBERED_MS, TWO_MS
from server.ids import new_id
from server.link import Link
from server.scripts import load

EDGE_SECONDS = 1.0
EDGE_TRIES = 3
"""How often an edge that gives no answer is told of a block: to say it again changes nothing, and a machine may stand still."""
DONE, SILENT = 204, 0
TOLD_EACH_MS = 10_000
"""So often the edge is told the list, also when it is the same: it may have begun anew."""
MOST_REMEMBERED = 20_000

Why = Literal["no_child"]
What = Literal["ask", "agree", "no"]
Answer = Literal["asked", "agreed", "no", "same", "none", "gone"]


class Block(msgspec.Struct, frozen=True):
    """One block: by which desk, since and until when (ms), why; which desk asked for a longer one, and which agreed ("": none)."""

    by: str
    at: int
    until: int
    why: Why
    asked: str = ""
    second: str = ""


class ShutOut(msgspec.Struct, frozen=True, array_like=True):
    """What the worker where somebody was is told: the talk, by which desk, and why."""

    conversation: str
    by: str
    why: Why


class Blocks:
    """The blocks, as one worker sees them."""

    def __init__(self, redis: Link, edge: str | None) -> None:
        """`edge`: the Unix socket of the process that makes buckets; None: nobody can be told apart, so nobody is shut out."""
        self._redis, self._edge = redis, edge
        self._where: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._told: Mapping[str, int] = {}
        self._told_at = 0
        self.standing: Mapping[str, Block] = {}
        """As they were when this worker last looked."""

    @property
    def able(self) -> bool:
        """Tell whether anybody can be shut out here."""
        return self._edge is not None

    def remember(self, conversation: str, bucket: str | None, now: int) -> None:
        """Keep in memory from where somebody comes, for as long as a talk of theirs may still be ended."""
        if bucket is None or self._edge is None:
            return
        self._where.pop(conversation, None)
        self._where[conversation] = (bucket, now)
        while self._where and (len(self._where) > MOST_REMEMBERED or next(iter(self._where.values()))[1] < now - REMEMBERED_MS):
            self._where.popitem(last=False)

    async def shut_out(self, whom: ShutOut, now: int) -> bool:
        """Let nobody from there begin a visit for a day. False: nobody knows from where they came. Raises RedisError."""
        bucket, _ = self._where.get(whom.conversation, ("", 0))
        if not bucket:
            return False
        block, until = new_id(), now + ALONE_MS
        await load("flood", "block")(self._redis, [keys.BLOCKS], [block, whom.by, now, until, whom.why, keys.DAY])
        answer = SILENT
        for _ in range(EDGE_TRIES):
            answer = answer or await self._say("/block", f"{bucket} {ALONE_MS // 1000} {block}")
        if answer != DONE:
            await self.lift(block)
        return answer == DONE

    async def look(self, now: int) -> None:
        """Once a second: read what stands, and tell the edge. Raises RedisError."""
        found = await load("flood", "blocks")(self._redis, [keys.BLOCKS], [now, keys.DAY])
        pairs = zip(found[::2], found[1::2], strict=True)
        self.standing = {name.decode(): msgspec.json.decode(text, type=Block) for name, text in pairs}
        told = {name: block.until for name, block in self.standing.items()}
        if self._edge is not None and (told != self._told or now - self._told_at >= TOLD_EACH_MS):
            self._told, self._told_at = told, now
            await self._say("/blocks", "\n".join(f"{name} {until}" for name, until in told.items()))

    async def longer(self, block: str, desk: str, what: What, now: int) -> Answer:
        """Ask for a week instead of a day, agree to it or say no. Raises RedisError."""
        found = await load("flood", "longer")(self._redis, [keys.BLOCKS], [block, desk, what, now, TWO_MS, keys.DAY])
        return cast("Answer", found.decode())

    async def lift(self, block: str) -> bool:
        """End a block now. False: it was over already. Raises RedisError."""
        return bool(await load("flood", "lift")(self._redis, [keys.BLOCKS], [block]))

    async def _say(self, path: str, body: str) -> int:
        """Tell the edge; return the status that it answers with, SILENT when it gives no answer."""
        if self._edge is None:
            return SILENT
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(EDGE_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._edge)
                with contextlib.closing(writer):
                    head = f"POST {path} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
                    writer.write((head + body).encode())
                    await writer.drain()
                    status = (await reader.readline()).split(b" ")[1:2]
                    return int(status[0]) if status else SILENT
        return SILENT

"""Blocks on a real store, with an edge that is listened to: one person for a day, two for a week, never one account for both."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from server import keys
from server.flood.blocks import MOST_REMEMBERED, TOLD_EACH_MS, Blocks, ShutOut
from server.flood.rules import ALONE_MS, REMEMBERED_MS, TWO_MS
from server.link import Link

NOW = 1_800_000_000_000
TAG = "a" * 17


@dataclass
class Edge:
    """A process on a Unix socket that says that it has done what it is told, or not."""

    path: str
    answer: int = 204
    told: list[tuple[str, str]] = field(default_factory=list)
    silent: int = 0
    """So many requests it reads and does not answer."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.partition("Content-Length: ")[2].partition("\r\n")[0])
        self.told.append((head.split(" ")[1], (await reader.readexactly(length)).decode()))
        if self.silent:
            self.silent -= 1
            writer.close()
            return
        writer.write(f"HTTP/1.1 {self.answer} X\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    """An edge."""
    path = f"/tmp/alarm-edge-{secrets.token_hex(4)}"  # noqa: S108 - a socket's path must be short
    one = Edge(path)
    server = await asyncio.start_unix_server(one.serve, path)
    async with server:
        yield one
    with contextlib.suppress(FileNotFoundError):
        Path(path).unlink()  # noqa: ASYNC240 - it is over


async def shut_out(blocks: Blocks, by: str = "kari") -> str:
    """Shut somebody out; return the block's name."""
    blocks.remember("talk", TAG, NOW)
    before = set(blocks.standing)
    assert await blocks.shut_out(ShutOut("talk", by, "no_child"), NOW)
    await blocks.look(NOW)
    return next(iter(set(blocks.standing) - before))


async def test_who_has_gone_is_shut_out_too_and_the_store_does_not_know_whom(redis: Link, edge: Edge) -> None:
    """A day, by whom, why; the edge alone is told the tag, and the store's key ends by itself."""
    one, other = Blocks(redis, edge.path), Blocks(redis, edge.path)
    name = await shut_out(one)
    assert edge.told[0] == ("/block", f"{TAG} {ALONE_MS // 1000} {name}")
    await other.look(NOW)
    assert other.standing == one.standing
    block = one.standing[name]
    assert (block.by, block.at, block.until, block.why, block.second) == ("kari", NOW, NOW + ALONE_MS, "no_child", "")
    assert TAG.encode() not in msgspec.msgpack.encode(await redis.hgetall(keys.BLOCKS))
    assert 0 < await redis.ttl(keys.BLOCKS) <= keys.DAY
    assert not await other.shut_out(ShutOut("talk", "kari", "no_child"), NOW)  # it has not met whoever that was


async def test_more_than_a_day_needs_a_second_person(redis: Link, edge: Edge) -> None:
    """Who asks cannot agree, however often and from wherever; somebody else can, once; then it lasts a week from its beginning."""
    blocks = Blocks(redis, edge.path)
    name = await shut_out(blocks)
    assert await blocks.longer(name, "ola", "agree", NOW) == "none"
    assert await blocks.longer(name, "kari", "ask", NOW) == "asked"
    assert await blocks.longer(name, "ola", "ask", NOW) == "asked"  # she has asked first
    alone = await asyncio.gather(*(blocks.longer(name, "kari", "agree", NOW) for _ in range(20)))
    assert set(alone) == {"same"}
    await blocks.look(NOW)
    assert blocks.standing[name].until == NOW + ALONE_MS
    assert await blocks.longer(name, "ola", "no", NOW) == "no"
    assert await blocks.longer(name, "ola", "agree", NOW) == "none"
    assert await blocks.longer(name, "ola", "ask", NOW) == "asked"
    assert await blocks.longer(name, "ola", "agree", NOW) == "same"
    both = await asyncio.gather(*(blocks.longer(name, desk, "agree", NOW) for desk in ("kari", "lea", "ola")))
    assert sorted(both) in (["agreed", "none", "none"], ["agreed", "none", "same"])
    await blocks.look(NOW)
    block = blocks.standing[name]
    assert (block.asked, block.until) == ("ola", NOW + TWO_MS)
    assert block.second in {"kari", "lea"}
    assert await blocks.longer(name, block.second, "agree", NOW) == "agreed"
    assert await blocks.longer(name, "ola", "ask", NOW) == "none"
    assert edge.told[-1] == ("/blocks", f"{name} {NOW + TWO_MS}")


async def test_a_block_ends_by_itself_or_by_hand(redis: Link, edge: Edge) -> None:
    """After its day it is gone, and nobody can make it longer then; one that is lifted is off the list that the edge is told."""
    blocks = Blocks(redis, edge.path)
    name, other = await shut_out(blocks), await shut_out(blocks, "ola")
    assert await blocks.longer(name, "kari", "ask", NOW + ALONE_MS) == "gone"
    assert await blocks.longer("x" * 22, "kari", "ask", NOW) == "gone"
    assert (await blocks.lift(other), await blocks.lift(other)) == (True, False)
    await blocks.look(NOW + 1)
    assert edge.told[-1] == ("/blocks", f"{name} {NOW + ALONE_MS}")
    await blocks.look(NOW + 2)
    before = len(edge.told)
    await blocks.look(NOW + TOLD_EACH_MS + 2)
    assert len(edge.told) == before + 1  # an edge that has begun anew learns it too
    await blocks.look(NOW + ALONE_MS)
    assert blocks.standing == {}
    assert edge.told[-1] == ("/blocks", "")


async def test_a_block_that_the_edge_does_not_know_is_not_shown(redis: Link, edge: Edge) -> None:
    """Its tag is too old, or there is no edge, or nothing is known of where somebody came from: nothing is written down."""
    blocks, without = Blocks(redis, edge.path), Blocks(redis, None)
    edge.answer = 404
    blocks.remember("talk", TAG, NOW)
    without.remember("talk", TAG, NOW)
    whom = ShutOut("talk", "kari", "no_child")
    assert not await blocks.shut_out(whom, NOW)
    assert not await without.shut_out(whom, NOW)
    gone = Blocks(redis, edge.path + "x")
    gone.remember("talk", TAG, NOW)
    assert not await gone.shut_out(whom, NOW)
    await blocks.look(NOW)
    assert blocks.standing == {}
    assert (blocks.able, without.able) == (True, False)


async def test_an_edge_that_gives_no_answer_is_told_again(redis: Link, edge: Edge) -> None:
    """It may have stood still: the same block, three times at the most; one that says no is not asked again."""
    blocks = Blocks(redis, edge.path)
    edge.silent = 2
    name = await shut_out(blocks)
    assert edge.told[:3] == [("/block", f"{TAG} {ALONE_MS // 1000} {name}")] * 3
    edge.silent, edge.told = 3, []
    assert not await blocks.shut_out(ShutOut("talk", "kari", "no_child"), NOW)
    assert len(edge.told) == 3
    edge.answer, edge.told = 404, []
    assert not await blocks.shut_out(ShutOut("talk", "kari", "no_child"), NOW)
    assert len(edge.told) == 1
    await blocks.look(NOW)
    assert list(blocks.standing) == [name]


async def test_where_somebody_came_from_is_forgotten(redis: Link, edge: Edge) -> None:
    """After the hours in which a talk may still be ended, and of very many those who came first."""
    blocks = Blocks(redis, edge.path)
    blocks.remember("talk", TAG, NOW)
    blocks.remember("later", TAG, NOW + REMEMBERED_MS + 1)
    assert set(blocks._where) == {"later"}
    for n in range(MOST_REMEMBERED + 5):
        blocks.remember(f"{n}", TAG, NOW + REMEMBERED_MS + 1)
    assert len(blocks._where) == MOST_REMEMBERED
    blocks.remember("nobody", None, NOW)
    assert "nobody" not in blocks._where

"""The load generator, against servers that are honest and servers that are not."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from bench.race.generator import Generator
from bench.race.machine import free_port
from bench.race.plan import Connection, Dialect, Plan, Seat

SAY = ('{"t":"say","id":"', '","n":', "}")


class Between:
    """A server between two people, which may do wrong at the third message of each."""

    def __init__(self, wrong: str = "") -> None:
        """`wrong`: loses, overtakes, doubles, or nothing."""
        self.wrong = wrong
        self.people: list[ServerConnection] = []
        self.kept: list[str] = []

    async def __call__(self, person: ServerConnection) -> None:
        """Hand on what one says to the other, and acknowledge it."""
        self.people.append(person)
        async for text in person:
            said = msgspec.json.decode(text)
            await person.send(f'{{"t":"said","id":"{said["id"]}"}}')
            other = self.people[1 - self.people.index(person)]
            for frame in self.handed_on(said):
                await other.send(frame)

    def handed_on(self, said: dict[str, Any]) -> list[str]:
        """Return what leaves now."""
        frame = f'{{"t":"message","id":"{said["id"]}"}}'
        if said["n"] != 2 or not self.wrong:
            before, self.kept = self.kept, []
            return [frame, *before]
        if self.wrong == "doubles":
            return [frame, frame]
        self.kept = [frame] if self.wrong == "overtakes" else []
        return []


async def talked(wrong: str, folder: Path) -> dict[str, Any]:
    """Let two people talk over such a server for a second; return what the generator says of it."""
    port = free_port()
    connections = [Connection(port, "/", ()) for _ in range(2)]
    seats = [Seat(0, 1, *SAY), Seat(1, 0, *SAY)]
    plan = Plan(Dialect(), connections, seats).doing("open", seconds=1.0, rate=100)
    async with serve(Between(wrong), "127.0.0.1", port, compression=None):
        generator = Generator(plan, folder)
        try:
            return await asyncio.to_thread(generator.fact, "talked")
        finally:
            generator.stop()


async def test_every_message_is_counted_once(tmp_path: Path) -> None:
    """What is said is counted as delivered and acknowledged, each message once."""
    fact = await talked("", tmp_path)
    assert fact["sent"] > 20
    assert fact["sent"] == fact["delivered"] == fact["acked"]
    assert (fact["odd"], fact["again"], fact["lost"]) == (0, 0, 0)
    assert 0 < fact["delivery"]["p50"] <= fact["delivery"]["most"]


@pytest.mark.parametrize(("wrong", "seen"), [("loses", "odd"), ("overtakes", "odd"), ("doubles", "again")])
async def test_a_server_that_does_wrong_is_found_out(wrong: str, seen: str, tmp_path: Path) -> None:
    """A message that is lost, overtaken or told twice does not pass unseen."""
    fact = await talked(wrong, tmp_path)
    assert fact[seen] > 0


async def test_everybody_comes_back(tmp_path: Path) -> None:
    """Who has lost the connection comes back by itself, and it is told how long all took."""
    port = free_port()
    plan = Plan(Dialect(), [Connection(port, "/", ()) for _ in range(20)]).doing("hold")
    gone = asyncio.Event()

    async def holds(person: ServerConnection) -> None:
        with contextlib.suppress(Exception):
            await gone.wait()
            person.transport.abort()

    async with serve(holds, "127.0.0.1", port, compression=None):
        generator = Generator(plan, tmp_path)
        try:
            ready = await asyncio.to_thread(generator.fact, "ready")
            assert ready["connections"] == 20
            gone.set()
            await asyncio.sleep(0.1)
            gone.clear()
            assert (await asyncio.to_thread(generator.fact, "back"))["seconds"] > 0
        finally:
            generator.stop()
            gone.set()

"""Pairing, raced: no child in two places, no counsellor over capacity, order kept, whatever comes between whatever.

Replay one schedule with RACE_SEED=<seed> RACE_SCHEDULES=1 (the seed of a failed schedule is in its message).
"""

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
import redis as sync_redis

from server import embedded, keys
from server.link import Link, again
from server.pairing.store import NotTaken, Pairing
from server.scripts import Script, load
from server.waiting.store import LineFull, Waiting
from server.wire.wait import Wait
from tests.pairing.books import READ, books_from, check
from tests.pairing.model import Model
from tests.pairing.turnstile import Command, Turnstile

SEED = int(os.environ.get("RACE_SEED") or secrets.randbelow(10**9))
SCHEDULES = int(os.environ.get("RACE_SCHEDULES") or 1_000)
LANES = 2
"""Schedules run side by side, each lane with a server of its own."""
PARTS = 1 if os.environ.get("RACE_SEED") else 10
CHILDREN, COUNSELLORS, KEEPERS = 20, 18, 12
"""The fifty coroutines."""
DESKS = 9
"""Every desk is used by two of them at once."""
CAP = 16
STEPS: dict[str, Script] = {
    load(room, name).sha: load(room, name)
    for room, names in {
        "waiting": "join leave hurry absent",
        "pairing": "free away offer claim opened give_back wrapping release lose hand_over",
    }.items()
    for name in names.split()
}


class Schedule:
    """One schedule: fifty coroutines, each with a short story of its own."""

    def __init__(self, turnstile: Turnstile, seed: int) -> None:
        """Everything in it follows from the seed."""
        self.seed = seed
        self.draw = Random(seed)  # noqa: S311 - a schedule, not a secret
        self.turnstile = turnstile
        self.waiting = Waiting(turnstile.link(), CAP)
        self.pairing = Pairing(turnstile.link())
        self.now = 1_764_000_000_000

    def clock(self) -> int:
        """Return a later instant than ever before."""
        self.now += 1
        return self.now

    async def child(self, name: str) -> None:
        """Join, and perhaps do something more."""
        try:
            await self.waiting.join(name, Wait(self.clock(), "nb", "me", danger=self.draw.random() < 0.2))
        except LineFull:
            return
        more = self.draw.random()
        if more < 0.08:
            await self.waiting.hurry(name)
        elif more < 0.2:
            await self.waiting.absent(name, is_absent=True)
            if more < 0.12:
                await self.waiting.absent(name, is_absent=False)
        elif more < 0.3:
            await self.waiting.leave(name)

    async def counsellor(self, desk: str, room: int) -> None:
        """Be free or not, take somebody (perhaps the one who was clicked), and do with that talk whatever comes."""
        draw = self.draw.random
        if draw() < 0.4:
            await self.pairing.free(desk, room, self.clock())
        asked = None if draw() < 0.5 else self.any_child()
        try:
            taken = await self.pairing.claim(desk, asked, self.clock())
        except NotTaken:
            return
        if draw() < 0.5:
            await self.pairing.opened(desk, taken.conversation)
        if draw() < 0.4:
            await self.hand_over(desk, taken.conversation)
        await self.end(desk, taken.conversation)

    async def hand_over(self, desk: str, conversation: str) -> None:
        """Give the talk to whoever may have room, who opens it or not."""
        other = f"desk-{self.draw.randrange(DESKS)}"
        if other == desk:
            return
        with suppress(NotTaken):
            if await self.pairing.hand_over(desk, other, conversation, self.clock()) and self.draw.random() < 0.7:
                await self.pairing.opened(other, conversation)

    async def end(self, desk: str, conversation: str) -> None:
        """Lose the talk, or end it, or write it up, or leave it as it is."""
        end = self.draw.random()
        if end < 0.2:
            await self.pairing.lose(desk, conversation)
        elif end < 0.5:
            await self.pairing.wrapping(desk, conversation)
        if 0.35 < end < 0.6:
            await self.pairing.release(desk, conversation, self.clock())

    async def keeper(self, desk: str) -> None:
        """Make a match, or return what nobody took; now and then a counsellor goes away."""
        what = self.draw.random()
        if what < 0.7:
            await self.pairing.offer(self.clock() + 20)
        elif what < 0.85:
            for conversation, at in await self.pairing.expired(self.clock()):
                await self.pairing.give_back(at, conversation)
        elif what < 0.95:
            await self.pairing.give_back(desk, self.any_child())
        else:
            await self.pairing.away(desk)

    def any_child(self) -> str:
        """Return somebody, who may or may not be there."""
        return f"child-{self.draw.randrange(CHILDREN)}"

    async def run(self) -> Model:
        """Run it on empty books, check the order of every answer, and the books at the end."""
        self.turnstile.ask([("DEL", *keys.BOOKS)])
        people = [self.child(f"child-{number}") for number in range(CHILDREN)]
        people += [self.counsellor(f"desk-{number % DESKS}", 1 + number % DESKS % 3) for number in range(COUNSELLORS)]
        people += [self.keeper(f"desk-{number % DESKS}") for number in range(KEEPERS)]
        await self.turnstile.race(self.draw, people, lose=0.03)
        model = replay(self.turnstile.history)
        self.check_books(model)
        return model

    def check_books(self, model: Model) -> None:
        """Read every book, check that they agree with each other and with the history."""
        books = books_from(self.turnstile.ask(list(READ)))
        check(books)
        assert books.where == {name: child.at for name, child in model.children.items()}
        assert sorted(books.line, key=lambda name: books.line[name]) == model.waiting()
        assert books.ready == model.ready()
        assert {name: desk["talks"] for name, desk in books.desks.items()} == {name: desk.talks for name, desk in model.tables.items()}
        assert books.absent == {name for name, child in model.children.items() if child.absent}


def replay(history: list[tuple[Command, Any]]) -> Model:
    """Walk through what the server executed, in its order; each answer must be the one that the plain model gives."""
    model = Model()
    for command, answer in history:
        step = STEPS.get(str(command[1]))
        if step is not None:
            name = step.name.partition("/")[2]
            args = plain(name, command[3 + len(keys.BOOKS) :])
            assert model.answer(name, args) == plain_answer(answer), (name, args)
    return model


def plain(name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a step's arguments as the model takes them."""
    if name == "join":
        return args[0], msgspec.json.decode(args[1])["danger"], args[2]
    return args[1:] if name == "offer" else args


def plain_answer(answer: Any) -> Any:  # noqa: ANN401 - each step has its own
    """Return a step's answer as the model gives it: without the wait."""
    if isinstance(answer, list):
        return [part.decode() for part in answer[:2]]
    return answer.decode() if isinstance(answer, bytes) else answer


@pytest.fixture(scope="module")
def turnstiles() -> Iterator[list[Turnstile]]:
    """Before two servers that keep nothing on disk: what is tried here is the order, and it takes a million steps."""
    with ExitStack() as stack:
        yield [stack.enter_context(a_turnstile()) for _ in range(LANES)]


@contextmanager
def a_turnstile() -> Iterator[Turnstile]:
    """Start a server and put a turnstile before it."""
    with TemporaryDirectory(prefix="alarm-") as folder, embedded.running(Path(folder)) as server:
        with sync_redis.Redis.from_url(server.admin_url) as admin:
            admin.config_set("appendonly", "no")
        through = Turnstile(f"{folder}/redis.sock")
        through.ask([("SCRIPT", "LOAD", step.text) for step in STEPS.values()])
        yield through
        through.close()


async def lane(turnstile: Turnstile, seeds: range) -> None:
    """Run one schedule after the other."""
    for seed in seeds:
        try:
            await Schedule(turnstile, seed).run()
        except Exception as error:
            raise AssertionError(f"replay with RACE_SEED={seed} RACE_SCHEDULES=1") from error


@pytest.mark.parametrize("part", range(PARTS))
async def test_fifty_race_ten_thousand_times(turnstiles: list[Turnstile], monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """Fifty coroutines, any order, lost replies: one place each, room kept, order kept, books right after every schedule."""
    monkeypatch.setattr(again, "FIRST_PAUSE", 0)
    monkeypatch.setattr(again, "LONGEST_PAUSE", 0)
    first = SEED + part * SCHEDULES
    print(f"RACE_SEED={first} RACE_SCHEDULES={SCHEDULES}")  # noqa: T201 - shown when it fails

    lanes = [lane(turnstile, range(first + number, first + SCHEDULES, LANES)) for number, turnstile in enumerate(turnstiles)]
    await asyncio.gather(*(asyncio.to_thread(asyncio.run, one) for one in lanes))


async def test_a_seed_is_a_schedule(turnstiles: list[Turnstile], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed gives the same steps in the same order, so a failure can be replayed."""
    monkeypatch.setattr(again, "FIRST_PAUSE", 0)
    monkeypatch.setattr(again, "LONGEST_PAUSE", 0)
    told = []
    for turnstile in turnstiles:
        await Schedule(turnstile, SEED).run()
        told.append([(command[1], answer) for command, answer in turnstile.history])

    assert told[0] == told[1]
    assert len(told[0]) > 50


async def test_two_click_the_same_child_a_thousand_times(redis: Link) -> None:
    """Two counsellors take the same child at the same instant, 1,000 times: exactly one has it, the other is told so."""
    waiting, pairing = Waiting(redis, CAP), Pairing(redis)

    async def click(desk: str, child: str) -> str:
        try:
            return (await pairing.claim(desk, child, 1)).conversation
        except NotTaken as refusal:
            return refusal.reason

    for number in range(1_000):
        child = f"child-{number}"
        await waiting.join(child, Wait(1, "nb", "me", danger=False))

        got = await asyncio.gather(click("anna", child), click("berit", child))

        assert sorted(got) == [child, "taken"]
        winner = ("anna", "berit")[got.index(child)]
        assert await redis.hget(keys.WHERE, child) == f"held:{winner}".encode()
        assert await pairing.release(winner, child, 1)
    assert await redis.exists(*keys.BOOKS) == 1, "only the count of the tickets is left"


async def test_fifty_real_connections_race_for_forty(redis: Link) -> None:
    """Fifty counsellors click `next` at once over the product's own client: forty children, each to one of them."""
    waiting, pairing = Waiting(redis, 100), Pairing(redis)
    for number in range(40):
        await waiting.join(f"child-{number}", Wait(1, "nb", "me", danger=False))

    answers = await asyncio.gather(*(pairing.claim(f"desk-{number}", None, 1) for number in range(50)), return_exceptions=True)

    taken = [answer.conversation for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer.reason for answer in answers if isinstance(answer, NotTaken)]
    assert sorted(taken) == sorted(f"child-{number}" for number in range(40))
    assert refused == ["nobody"] * 10

"""Promises D2 and D3: answers of the store that are lost after it did what it was told, and calls that are given up half-way."""

import asyncio
import random

import redis as sync_redis
from redis.exceptions import RedisError

from server import embedded, keys, link
from server.conversation.rules import Event, State
from server.conversation.store import Came, Comer, Conversations, Say
from server.ids import new_id
from server.link import Link
from server.session.rules import token_hash
from server.session.store import Visits
from tests.faults import seeds
from tests.faults.proxy import Address, Proxy

LOST = seeds.many("FAULTS_LOST", 1_000)
TALKS = seeds.many("FAULTS_TALKS", 100)
OPERATIONS = seeds.many("FAULTS_OPERATIONS", 8_000)
WRITERS = 60
NOW = 1_790_000_000_000


async def a_talk(redis: Link) -> str:
    """Let somebody wait; it may write then."""
    conversation = new_id()
    await Visits(redis).start(conversation, new_id(), f"token of {conversation}", NOW)
    await Conversations(redis, cap=100_000).move(conversation, Event.JOIN, State.WAITING, NOW)
    return conversation


def box(conversation: str, n: int) -> bytes:
    """Return bytes that stand nowhere else."""
    return f"{conversation} {n} ".encode().ljust(284, b".")


def stored(store: embedded.Embedded, conversation: str) -> list[bytes]:
    """Return what a talk holds."""
    with sync_redis.Redis.from_url(store.admin_url) as admin:
        return [fields[b"b"] for _, fields in admin.xrange(keys.log(conversation))]


async def writes(conversations: Conversations, conversation: str, proxy: Proxy, numbers: dict[str, list[int]]) -> None:
    """Write message after message until enough answers are lost; say each again until it is acknowledged."""
    n = 0
    while proxy.lost < LOST:
        say = Say(conversation, "child", "", new_id(), n, box(conversation, n))
        while True:
            try:
                (answer,) = await conversations.append([say], NOW)
            except RedisError:  # patience is over: a browser says it again
                await asyncio.sleep(0.01)
            else:
                assert answer.seq, answer.why
                numbers[conversation].append(answer.seq)
                break
        n += 1


async def test_lost_answers_write_nothing_twice(redis: Link, embedded_redis: embedded.Embedded) -> None:
    """D2: each message is in its talk once, at the number that was told, however many answers were lost on the way."""
    chance = seeds.chance(f"{LOST} lost answers")
    talks = [await a_talk(redis) for _ in range(WRITERS)]
    numbers: dict[str, list[int]] = {conversation: [] for conversation in talks}
    here = Address(str(embedded_redis.folder / "lossy.sock"))
    async with Proxy(Address(str(embedded_redis.socket)), chance).listening(here) as proxy:
        lossy = link.connect(embedded_redis.url.replace(str(embedded_redis.socket), here.path))
        proxy.cut_after = 0.25
        conversations = Conversations(lossy, cap=100_000)
        await asyncio.gather(*(writes(conversations, conversation, proxy, numbers) for conversation in talks))
        proxy.cut_after = 0.0
        await lossy.aclose()
    assert proxy.lost >= LOST
    for conversation in talks:
        said = numbers[conversation]
        assert said == list(range(1, len(said) + 1))
        assert stored(embedded_redis, conversation) == [box(conversation, n) for n in range(len(said))]


async def operate(conversations: Conversations, conversation: str, chance: random.Random) -> None:
    """Do one thing with one talk; what comes back must be of this talk."""
    match chance.randrange(4):
        case 0:
            found = await conversations.history(conversation, 0)
            assert all(entry.box.startswith(conversation.encode()) for entry in found)
        case 1:
            (came,) = await conversations.come([Comer(conversation, token_hash(f"token of {conversation}"), "tab", NOW, 0)], "worker")
            assert isinstance(came, Came)
            assert came.talk.epoch == conversation
        case 2:
            talk = await conversations.read(conversation)
            assert talk is not None
            assert talk.epoch == conversation
        case _:
            n = await conversations.seq(conversation)
            (answer,) = await conversations.append([Say(conversation, "child", "", new_id(), n, box(conversation, n))], NOW)
            assert answer.seq in (0, n + 1)


async def test_given_up_calls_mix_nothing_up(redis: Link, embedded_redis: embedded.Embedded) -> None:
    """D3: with a third of all calls cancelled at random points, no answer ever reaches another talk."""
    chance = seeds.chance(f"{OPERATIONS} operations on {TALKS} talks")
    conversations = Conversations(redis, cap=100_000)
    talks = [await a_talk(redis) for _ in range(TALKS)]
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        for conversation in talks:
            admin.hset(keys.talk(conversation), "epoch", conversation)
    given_up = 0

    async def one_after_another(conversation: str) -> None:
        nonlocal given_up
        for _ in range(OPERATIONS // TALKS):
            task = asyncio.ensure_future(operate(conversations, conversation, chance))
            if chance.random() < 1 / 3:
                await asyncio.sleep(chance.uniform(0, 0.004))
                given_up += task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                continue

    await asyncio.gather(*(one_after_another(conversation) for conversation in talks))

    assert given_up > OPERATIONS / 10
    for conversation in talks:
        boxes = stored(embedded_redis, conversation)
        assert boxes == [box(conversation, n) for n in range(len(boxes))]

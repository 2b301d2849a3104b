"""Everybody comes back at once, as after a crash of their worker: few calls, and each is told what is true. Counted, not timed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from server import keys
from server.conversation.rules import State, Talk
from server.conversation.store import Came, Comer, Late, Say
from server.ids import new_id
from server.link import Link
from server.relay import Hint
from server.session.rules import pulse_of_child, token_hash
from server.wire import frames as f
from tests.faults.indoors import Indoors, Pair
from tests.faults.steady import Gone
from tests.faults.test_half_lost import KARI, talking
from tests.faults.test_newest_tab import arrived

BOX = b"x" * 284
CROWD = 40


async def comes(worker: Indoors, hello: f.ChildHello) -> Pair:
    """Let a browser connect and say this."""
    pair = await worker.open("/ws")
    await pair.send(f.dump(hello).decode())
    return pair


async def told(pair: Pair, last: str) -> list[dict[str, Any]]:
    """Return the next frames, up to the text that has one of kind `last`. Raises Gone."""
    frames: list[dict[str, Any]] = []
    while not any(frame["t"] == last for frame in frames):
        found = msgspec.json.decode(await pair.receive())
        frames += found if isinstance(found, list) else [found]
    return frames


async def closed(pair: Pair) -> int:
    """Return the code with which a connection was closed."""
    try:
        while True:
            await pair.receive()
    except Gone as gone:
        return int(gone.code)


async def begun(worker: Indoors, count: int) -> list[str]:
    """Let so many begin a visit and lose their connections; return their tokens."""
    came = [await arrived(worker) for _ in range(count)]
    for pair, _ in came:
        pair.cut()
    await asyncio.gather(*(pair.task for pair, _ in came))
    return [str(welcome["token"]) for _, welcome in came]


async def calls_of(worker: Indoors, tokens: list[str]) -> int:
    """Let all of these come back in one turn of the loop; return how many calls to the store that took."""
    before = worker.life.done
    pairs = [await comes(worker, f.ChildHello(token)) for token in tokens]
    await asyncio.gather(*(told(pair, "seen") for pair in pairs))
    calls = worker.life.done - before
    for pair in pairs:
        pair.cut()
    await asyncio.gather(*(pair.task for pair in pairs))
    return calls


async def test_a_crowd_that_comes_back_costs_a_few_calls(worker: Indoors) -> None:
    """As many calls for a whole batch as for one: its tab, its heartbeat, its place in the line."""
    tokens = await begun(worker, CROWD)
    alone = await calls_of(worker, tokens[:1])
    crowd = await calls_of(worker, tokens)

    assert alone == 3
    assert crowd <= 3 * 3


async def test_one_stranger_in_a_crowd_is_sent_away_alone(worker: Indoors) -> None:
    """Whoever bears the token of another visit, or of one that is gone, is told so; all others are let in."""
    (token, *others), strange = await begun(worker, 4), worker.house.tokens.issue(new_id())
    wrong = worker.house.tokens.issue(worker.house.tokens.conversation(token))
    pairs = [await comes(worker, f.ChildHello(one)) for one in (wrong, *others, strange)]

    assert [await closed(pairs[0]), await closed(pairs[-1])] == [4010, 4010]
    assert len([await told(pair, "welcome") for pair in pairs[1:-1]]) == len(others)


async def test_who_bears_a_wrong_token_takes_nobodys_place(worker: Indoors) -> None:
    """The tab that speaks is neither replaced nor made deaf by a stranger who knows its conversation."""
    pair, welcome = await arrived(worker)
    conversation = str(welcome["conversation"])
    before = await worker.house.conversations.read(conversation)
    await closed(await comes(worker, f.ChildHello(worker.house.tokens.issue(conversation))))
    worker.house.relay.send(worker.house.relay.worker, Hint(pulse_of_child(conversation), "frame", f.dump(f.Pong(7))))

    assert await worker.house.conversations.read(conversation) == before
    assert (await told(pair, "pong"))[-1]["seq"] == 7


async def test_P8_a_step_that_is_done_late_takes_nothing_from_a_newer_tab(worker: Indoors) -> None:
    """A store that stood still does what it was asked by a connection that is gone long since: the tab that came meanwhile speaks on."""
    pair, welcome = await arrived(worker)
    conversation, token = str(welcome["conversation"]), token_hash(str(welcome["token"]))
    before = await worker.house.conversations.read(conversation)
    late = Comer(conversation, token, new_id(), worker.house.clock() - 1, 0)
    assert await worker.house.comers.come(late) == Late()
    await pair.send(f.dump(f.Ping()).decode())

    assert (await told(pair, "pong"))[-1]["t"] == "pong"
    assert await worker.house.conversations.read(conversation) == before


async def test_D2_who_is_let_in_twice_because_an_answer_was_lost_stays(worker: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step finds this tab itself in its place: that is nobody to be sent away."""
    conversation, token = await a_talk(worker)
    conversations = worker.house.conversations
    come = conversations.come

    async def come_twice(comers: Sequence[Comer], where: str) -> list[Came | Late | None]:
        await come(comers, where)
        return await come(comers, where)

    monkeypatch.setattr(conversations, "come", come_twice)
    pair = await comes(worker, f.ChildHello(token))
    await told(pair, "seen")
    worker.house.relay.send(worker.house.relay.worker, Hint(pulse_of_child(conversation), "frame", f.dump(f.Pong(7))))

    assert (await told(pair, "pong"))[-1]["seq"] == 7
    assert not pair.is_over


async def test_what_is_said_while_somebody_comes_back_is_told(worker: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is stored after the talk was read for it, and before it listens, follows its welcome at once."""
    conversation, token = await a_talk(worker)
    conversations, entry = worker.house.conversations, f.Message(1, "counsellor", new_id(), 0, 1, BOX)
    come = conversations.come

    async def come_and_hear(comers: Sequence[Comer], where: str) -> list[Came | Late | None]:
        found = await come(comers, where)
        worker.house.relay.send(worker.house.relay.worker, Hint(pulse_of_child(conversation), "frame", f.dump(entry)))
        return found

    monkeypatch.setattr(conversations, "come", come_and_hear)
    pair = await comes(worker, f.ChildHello(token))

    assert next(frame["t"] for frame in await told(pair, "message")) == "welcome"


async def test_what_is_lacking_comes_with_the_welcome(worker: Indoors, redis: Link) -> None:
    """Of the epoch that the store has: what the browser lacks; of another one: everything."""
    conversation, token = await a_talk(worker)
    await worker.house.conversations.append([Say(conversation, "counsellor", KARI.id, new_id(), n, BOX) for n in range(3)], 1)
    epoch = (await redis.hget(keys.talk(conversation), "epoch") or b"").decode()

    for hello, lacking in ((f.ChildHello(token, epoch, 2), [3]), (f.ChildHello(token, new_id(), 2), [1, 2, 3])):
        pair = await comes(worker, hello)
        (history,) = [frame for frame in await told(pair, "seen") if frame["t"] == "history"]
        assert [one["seq"] for one in history["messages"]] == lacking


async def a_talk(worker: Indoors) -> tuple[str, str]:
    """Let a talk run whose child is nowhere; return it with its token."""
    conversation = await talking(worker, KARI)
    token = worker.house.tokens.issue(conversation)
    await worker.house.visits._redis.hset(keys.talk(conversation), "token", token_hash(token))
    return conversation, token


async def test_a_welcome_and_what_follows_it_leave_in_one_text(worker: Indoors) -> None:
    """Who comes back costs one write: its welcome, what it lacks, and how far the other side has come."""
    conversation, token = await a_talk(worker)
    await worker.house.conversations.append([Say(conversation, "counsellor", KARI.id, new_id(), n, BOX) for n in range(3)], 1)
    pair = await comes(worker, f.ChildHello(token))

    assert [frame["t"] for frame in msgspec.json.decode(await pair.receive())][:3] == ["welcome", "history", "seen"]


async def test_heartbeats_of_a_crowd_cost_a_few_calls(worker: Indoors) -> None:
    """The talks of all who have a heartbeat at once are read together."""
    pairs = [(await arrived(worker))[0] for _ in range(CROWD)]
    calls = []
    for some in (pairs[:1], pairs):
        before = worker.life.done
        for pair in some:
            await pair.send(f.dump(f.Ping(0)).decode())
        await asyncio.gather(*(told(pair, "pong") for pair in some))
        calls.append(worker.life.done - before)

    assert calls[0] == 1
    assert calls[1] <= 3


async def test_a_heartbeat_that_was_read_earlier_is_not_told_over_what_was_told_since(
    worker: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counsellor comes between the heartbeat's look and its answer: the child that was told of her is not told that she is lost."""
    conversation, pair = await waits(worker)
    (visit,) = worker.ticking.visits
    look = worker.house.comers.talk

    async def overtaken(name: str) -> Talk | None:
        older, now = await look(name), worker.house.clock()
        await worker.house.pairing.claim(KARI.id, name, now)
        await worker.house.conversations.open(name, KARI, "", now)
        await visit.look_again()
        return older

    monkeypatch.setattr(worker.house.comers, "talk", overtaken)
    await pair.send(f.dump(f.Ping(0)).decode())
    frames = await told(pair, "pong")
    monkeypatch.undo()
    await pair.send(f.dump(f.Ping(0)).decode())
    frames += await told(pair, "pong")

    assert [frame["t"] for frame in frames if frame["t"] in ("paired", "counsellor_lost")] == ["paired"]
    assert (visit.conversation, visit.told.state) == (conversation, State.TALKING)


async def waits(worker: Indoors) -> tuple[str, Pair]:
    """Let a child come and join the line; return its conversation and its connection."""
    pair, welcome = await arrived(worker)
    await pair.send(f.dump(f.Join(b"w" * 113)).decode())
    await told(pair, "position")
    return str(welcome["conversation"]), pair

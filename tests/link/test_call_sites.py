"""Every place where the server asks its store something, with every error that a store may answer.

What passes is asked for again and answered; a full store is believed at once; a fault of ours is not hidden. After each, the same
call is answered: no error leaves a connection, a pool or a book unusable.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from redis.exceptions import RedisError

from server import link
from server.app import ended
from server.colleagues.rules import Asked, Call, Row
from server.colleagues.store import Colleagues, Whisper
from server.conversation.rules import Event, State
from server.conversation.store import REGISTRAR, Comer, Conversations, Desk, Say
from server.handoff.store import HandOffs
from server.ids import new_id
from server.link import Link, again
from server.link.faults import Verdict, judge
from server.pairing.store import NotTaken, Pairing
from server.relay import Hint, Relay
from server.sealing import KEY_BYTES
from server.session.rules import pulse_of_child, token_hash
from server.session.store import Post, Visits
from server.staff.store import Sessions
from server.waiting.rules import Wait
from server.waiting.store import Waiting
from server.wire.package import Receipt
from tests.link.teller import Teller

NOW = 1_790_000_000_000
AGAIN = (
    "READONLY You can't write against a read only replica.",
    "LOADING Redis is loading the dataset in memory",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "CLUSTERDOWN The cluster is down",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "MOVED 3999 127.0.0.1:1",
    "NOREPLICAS Not enough good replicas to write.",
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
    "BUSY Redis is busy running a script.",
    "ERR max number of clients reached",
)
REFUSE = ("OOM command not allowed when used memory > 'maxmemory'.", "MISCONF Errors writing to the AOF file: No space left on device")
FATAL = (
    "NOPERM User chat has no permissions to run the command",
    "CROSSSLOT Keys in request don't hash to the same slot",
    "WRONGTYPE Operation against a key holding the wrong kind of value",
)
ROOMS = (Visits, Waiting, Pairing, Conversations, HandOffs, Colleagues, Sessions)


@dataclass
class Rooms:
    """Every room over one store, with somebody in each book."""

    redis: Link
    conversation: str
    desk: Desk
    cookie: str = ""
    ticket: str = ""

    def __post_init__(self) -> None:
        """Open the rooms."""
        self.visits, self.waiting, self.pairing = Visits(self.redis), Waiting(self.redis, 9), Pairing(self.redis)
        self.talks, self.handoffs, self.sessions = Conversations(self.redis, cap=99), HandOffs(self.redis), Sessions(self.redis)
        self.colleagues = Colleagues(self.redis)

    async def fill(self) -> None:
        """One child waits and has said something, one counsellor is free and signed in, one talk is sealed."""
        await self.visits.start(self.conversation, new_id(), "token", NOW)
        await self.talks.keep_key(self.conversation, REGISTRAR, bytes(KEY_BYTES))
        await self.waiting.join(self.conversation, WAIT)
        await self.talks.move(self.conversation, Event.JOIN, State.WAITING, NOW)
        await self.talks.append([Say(self.conversation, "child", "", new_id(), 0, b"box")], NOW)
        await self.pairing.free(self.desk.id, 3, NOW)
        self.cookie = await self.sessions.sign_in(self.desk.id, NOW)
        self.ticket = await self.sessions.ticket(self.cookie) or ""


WAIT = Wait(NOW, "nb", "me", danger=False)
RECEIPT = Receipt("x", "y", b"z", 1, b"s")


async def claim(rooms: Rooms) -> None:
    """Take the one who waits, or be told that it is taken."""
    try:
        await rooms.pairing.claim(rooms.desk.id, rooms.conversation, NOW)
    except NotTaken:
        return


async def sealed_package(rooms: Rooms) -> None:
    """Hand off one who gave up, and read what is handed off."""
    conversation = new_id()
    await rooms.visits.start(conversation, new_id(), "token", NOW)
    await rooms.talks.move(conversation, Event.JOIN, State.WAITING, NOW)
    await rooms.talks.move(conversation, Event.LEAVE, State.LEFT, NOW, {"ended": NOW, "ended_by": "left", "ending": "gave_up"})
    await rooms.handoffs.seal(conversation, "gave_up", None, NOW)
    await rooms.handoffs.package(conversation)


SITES: dict[str, Callable[[Rooms], Awaitable[Any]]] = {
    "Visits.start": lambda r: r.visits.start(new_id(), new_id(), "token", NOW),
    "Visits.answers_first": lambda r: r.visits.answers_first("token", "helped"),
    "Visits.attach": lambda r: r.visits.attach(r.conversation, "child", "tab", "worker", 1),
    "Visits.detach": lambda r: r.visits.detach(r.conversation, "child", "tab", NOW),
    "Visits.beat": lambda r: r.visits.beat([pulse_of_child(r.conversation)], NOW),
    "Visits.heard": lambda r: r.visits.heard({pulse_of_child(r.conversation): NOW}),
    "Visits.time": lambda r: r.visits.time(),
    "Visits.silent": lambda r: r.visits.silent(NOW + 1),
    "Visits.last_beat": lambda r: r.visits.last_beat([pulse_of_child(r.conversation)]),
    "Visits.bring_back": lambda r: r.visits.bring_back(NOW),
    "Visits.still": lambda r: r.visits.still("y:nobody"),
    "Visits.post": lambda r: r.visits.post(r.desk.id),
    "Visits.posts": lambda r: r.visits.posts([r.desk.id]),
    "Visits.take_post": lambda r: r.visits.take_post(r.desk.id, Post("tab", "worker")),
    "Visits.leave_post": lambda r: r.visits.leave_post(r.desk.id, "tab"),
    "Waiting.join": lambda r: r.waiting.join(r.conversation, WAIT),
    "Waiting.leave": lambda r: r.waiting.leave(new_id()),
    "Waiting.hurry": lambda r: r.waiting.hurry(r.conversation),
    "Waiting.speak": lambda r: r.waiting.speak(r.conversation, "nn"),
    "Waiting.absent": lambda r: r.waiting.absent(r.conversation, is_absent=False),
    "Waiting.back": lambda r: r.waiting.back([r.conversation]),
    "Waiting.places": lambda r: r.waiting.places([r.conversation]),
    "Waiting.summary": lambda r: r.waiting.summary(),
    "Waiting.count": lambda r: r.waiting.count(),
    "Waiting.everyone": lambda r: r.waiting.everyone(),
    "Waiting.learn": lambda r: r.waiting.learn(60_000, 1, NOW),
    "Waiting.recent": lambda r: r.waiting.recent(NOW),
    "Pairing.free": lambda r: r.pairing.free(r.desk.id, 3, NOW),
    "Pairing.away": lambda r: r.pairing.away(new_id()),
    "Pairing.offer": lambda r: r.pairing.offer(NOW + 1),
    "Pairing.claim": claim,
    "Pairing.opened": lambda r: r.pairing.opened(r.desk.id, r.conversation),
    "Pairing.give_back": lambda r: r.pairing.give_back(r.desk.id, new_id()),
    "Pairing.wrapping": lambda r: r.pairing.wrapping(r.desk.id, new_id()),
    "Pairing.release": lambda r: r.pairing.release(r.desk.id, new_id(), NOW),
    "Pairing.lose": lambda r: r.pairing.lose(r.desk.id, new_id()),
    "Pairing.hand_over": lambda r: r.pairing.hand_over(r.desk.id, new_id(), new_id(), NOW),
    "Pairing.desk": lambda r: r.pairing.desk(r.desk.id),
    "Pairing.many": lambda r: r.pairing.many([r.desk.id]),
    "Pairing.expired": lambda r: r.pairing.expired(NOW + 10),
    "Pairing.unopened": lambda r: r.pairing.unopened(NOW + 10),
    "Pairing.ready": lambda r: r.pairing.ready(),
    "Pairing.standings": lambda r: r.pairing.standings(),
    "Pairing.desks": lambda r: r.pairing.desks(),
    "Conversations.read": lambda r: r.talks.read(r.conversation),
    "Conversations.read_many": lambda r: r.talks.read_many([r.conversation]),
    "Conversations.seq": lambda r: r.talks.seq(r.conversation),
    "Conversations.move": lambda r: r.talks.move(r.conversation, Event.JOIN, State.WAITING, NOW),
    "Conversations.open": lambda r: r.talks.open(r.conversation, r.desk, "worker", NOW),
    "Conversations.append": lambda r: r.talks.append([Say(r.conversation, "child", "", new_id(), 9, b"box")], NOW),
    "Conversations.history": lambda r: r.talks.history(r.conversation, 0),
    "Conversations.come": lambda r: r.talks.come([Comer(r.conversation, token_hash("token"), "tab", 1, 0)], "worker"),
    "Conversations.mark": lambda r: r.talks.mark(r.conversation, "child", "", 1, 1),
    "Conversations.keep_key": lambda r: r.talks.keep_key(r.conversation, REGISTRAR, bytes(KEY_BYTES)),
    "Conversations.wrap": lambda r: r.talks.wrap(r.conversation, r.desk.key_id, bytes(KEY_BYTES)),
    "Conversations.wrapped": lambda r: r.talks.wrapped(r.conversation, REGISTRAR),
    "Conversations.plan": lambda r: r.talks.plan(r.conversation, r.desk.id, NOW),
    "Conversations.ask_in": lambda r: r.talks.ask_in(r.conversation, r.desk.id, r.desk.key_id, bytes(KEY_BYTES)),
    "Conversations.propose": lambda r: r.talks.propose(r.conversation, r.desk.id, "desk-2", "Ola"),
    "Conversations.answer": lambda r: r.talks.answer(r.conversation, "no"),
    "Conversations.answered": lambda r: r.talks.answered(r.conversation, "not_there"),
    "Conversations.hand_over": lambda r: r.talks.hand_over(r.conversation, "desk-2", r.desk, "worker"),
    "Conversations.sign": lambda r: r.talks.sign(r.conversation, r.desk.id, "desk-2", new_id()),
    "Conversations.speak": lambda r: r.talks.speak(r.conversation, "nn"),
    "Conversations.ending": lambda r: r.talks.ending(r.conversation),
    "Conversations.hurry": lambda r: r.talks.hurry(r.conversation),
    "Conversations.forget": lambda r: r.talks.forget(new_id()),
    "HandOffs.announce": lambda r: r.handoffs.announce(r.conversation, NOW),
    "HandOffs.seal": lambda r: r.handoffs.seal(r.conversation, "gave_up", None, NOW),
    "HandOffs.settle": lambda r: r.handoffs.settle(bytes(32)),
    "HandOffs.erase": lambda r: r.handoffs.erase(new_id(), new_id()),
    "HandOffs.repair": lambda r: r.handoffs.repair(NOW),
    "HandOffs.late": lambda r: r.handoffs.late(NOW),
    "HandOffs.unconfirmed": lambda r: r.handoffs.unconfirmed(),
    "HandOffs.oldest": lambda r: r.handoffs.oldest(),
    "HandOffs.lease": lambda r: r.handoffs.lease(NOW, NOW + 1),
    "HandOffs.postpone": lambda r: r.handoffs.postpone(r.conversation, NOW + 1),
    "HandOffs.package": sealed_package,
    "HandOffs.give_receipt": lambda r: r.handoffs.give_receipt(RECEIPT),
    "HandOffs.renew": lambda r: r.handoffs.renew(),
    "HandOffs.strike": lambda r: r.handoffs.strike(new_id()),
    "Colleagues.arrive": lambda r: r.colleagues.arrive(r.desk.id, Row(r.desk.key_id, r.desk.key)),
    "Colleagues.go": lambda r: r.colleagues.go("desk-2"),
    "Colleagues.beside": lambda r: r.colleagues.beside(),
    "Colleagues.ask_in": lambda r: r.colleagues.ask_in(r.conversation, "desk-2", Asked(r.desk.id, NOW, r.desk.key_id)),
    "Colleagues.asked": lambda r: r.colleagues.asked(r.conversation, "desk-2"),
    "Colleagues.look_out": lambda r: r.colleagues.look_out(r.conversation, "desk-2"),
    "Colleagues.call": lambda r: r.colleagues.call(r.desk.id, Call(r.conversation, NOW)),
    "Colleagues.calm": lambda r: r.colleagues.calm(r.desk.id),
    "Colleagues.come": lambda r: r.colleagues.come(r.desk.id, "desk-2"),
    "Colleagues.whisper": lambda r: r.colleagues.whisper(r.conversation, Whisper(new_id(), r.desk.id, NOW, {r.desk.key_id: b"box"})),
    "Colleagues.whispers": lambda r: r.colleagues.whispers(r.conversation, r.desk.key_id),
    "Colleagues.forget": lambda r: r.colleagues.forget(r.conversation),
    "Sessions.sign_in": lambda r: r.sessions.sign_in(r.desk.id, NOW),
    "Sessions.who": lambda r: r.sessions.who(r.cookie, NOW),
    "Sessions.keep": lambda r: r.sessions.keep("nobody", NOW),
    "Sessions.look": lambda r: r.sessions.look("nobody", NOW),
    "Sessions.sign_out": lambda r: r.sessions.sign_out("nobody"),
    "Sessions.ticket": lambda r: r.sessions.ticket(r.cookie),
    "Sessions.redeem": lambda r: r.sessions.redeem(r.ticket),
    "Sessions.enter": lambda r: r.sessions.enter(r.ticket),
    "Sessions.may_try": lambda r: r.sessions.may_try("kari"),
    "Sessions.standing": lambda r: r.sessions.standing("nobody", NOW),
    "Sessions.kept": lambda r: r.sessions.kept("nobody"),
    "Sessions.kept_many": lambda r: r.sessions.kept_many(["nobody"]),
    "Sessions.of_desk": lambda r: r.sessions.of_desk(r.desk.id, NOW),
    "Sessions.remember": lambda r: r.sessions.remember(r.cookie, r.desk.id, "entra", {"sid": "one", "sub": "two"}),
    "Sessions.of_sid": lambda r: r.sessions.of_sid("entra", "one"),
    "Sessions.of_sub": lambda r: r.sessions.of_sub("entra", "two", NOW),
    "Sessions.end": lambda r: r.sessions.end("nobody"),
    "Sessions.use_code": lambda r: r.sessions.use_code(r.desk.id, 1),
    "Sessions.forgive": lambda r: r.sessions.forgive("kari"),
}
"""Each public coroutine of each room, called so that it asks the store at least once and may be called again."""


@pytest.fixture
async def rooms(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rooms]:
    """The rooms over a store that answers wrongly when told to."""
    monkeypatch.setattr(again, "FIRST_PAUSE", 0.001)
    async with teller.listening() as url:
        redis = link.connect(url)
        found = Rooms(redis, new_id(), Desk("desk-1", "Kari", new_id(), bytes(65)))
        await found.fill()
        yield found
        await redis.aclose()


async def raised_by(site: Callable[[Rooms], Awaitable[Any]], rooms: Rooms) -> RedisError | None:
    """Call; return what was raised."""
    try:
        await site(rooms)
    except RedisError as trouble:
        return trouble
    return None


def test_every_call_site_is_here() -> None:
    """A room's new coroutine must be tried with every error, too."""
    found = {
        f"{room.__name__}.{name}"
        for room in ROOMS
        for name, member in inspect.getmembers(room, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }

    assert set(SITES) == found


@pytest.mark.parametrize("error", AGAIN)
async def test_what_passes_is_bridged_or_told(rooms: Rooms, teller: Teller, error: str) -> None:
    """A read or a step is answered as if nothing had been; a plain write tells what happened, and is done when it is asked for again."""
    bridged = 0
    for name, site in SITES.items():
        teller.tell(error)
        trouble = await raised_by(site, rooms)
        if trouble is None:
            bridged += 1
        else:
            assert judge(trouble).verdict is Verdict.AGAIN, name
            await site(rooms)
        assert teller.told == 1, f"{name} did not ask the store"
    assert bridged >= len(SITES) - 10


async def asked_once(rooms: Rooms, teller: Teller, error: str, verdict: Verdict) -> None:
    """Let the store answer each call with an error: nobody asks again, whoever asked is told; afterwards the same call is answered."""
    for name, site in SITES.items():
        teller.tell(error, times=2)
        with pytest.raises(RedisError) as caught:
            await site(rooms)
        assert judge(caught.value).verdict is verdict, name
        assert teller.told == 1, f"{name} asked again"
        teller.tell(error, times=0)
        await site(rooms)


@pytest.mark.parametrize("error", REFUSE)
async def test_a_store_that_takes_nothing_is_believed_at_once(rooms: Rooms, teller: Teller, error: str) -> None:
    """It is asked once, whoever asked is told, and with room again the same call is answered."""
    await asked_once(rooms, teller, error, Verdict.REFUSE)


@pytest.mark.parametrize("error", FATAL)
async def test_a_fault_of_ours_is_not_hidden(rooms: Rooms, teller: Teller, error: str) -> None:
    """It is asked once and raised as it came."""
    await asked_once(rooms, teller, error, Verdict.FATAL)


@pytest.mark.parametrize("error", AGAIN + REFUSE + FATAL)
async def test_the_relay_goes_on_after_every_error(teller: Teller, error: str) -> None:
    """The reader's own connection: whatever its blocked read is answered with, the next hint arrives; so it is with the sender's."""

    class Ear:
        heard: asyncio.Queue[Hint]

        def __init__(self) -> None:
            self.heard = asyncio.Queue()

        def hear(self, hint: Hint) -> None:
            self.heard.put_nowait(hint)

    async with teller.listening() as url:
        redis, reader = link.connect(url), link.connect_reader(url)
        here, there = Relay(redis, reader, "here"), Relay(redis, reader, "there")
        ear = Ear()
        here.listen("y:child", ear)
        tasks = [asyncio.create_task(here.run_reader()), asyncio.create_task(there.run_sender())]
        for command in (b"XREAD", b"XADD"):
            teller.tell(error, only=frozenset({command}))
            async with asyncio.timeout(30):
                while not teller.told or ear.heard.empty():
                    there.send("here", Hint("y:child", "look"))
                    await asyncio.sleep(0.01)
            while not ear.heard.empty():
                ear.heard.get_nowait()
        assert not any(task.done() for task in tasks)
        await ended(tasks)
        await redis.aclose()
        await reader.aclose()

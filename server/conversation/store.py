"""The talk's Redis: its state, its sealed entries, its wrapped keys. Every write is a Lua step that may be repeated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from server import keys
from server.conversation.rules import Event, State, Talk, sources
from server.link import Link
from server.scripts import Value, load
from server.wire.ahead import Ahead
from server.wire.frames import Message, Role
from server.wire.package import Ending

CAME = 4
"""Parts of what is answered of a tab that speaks from now on."""
REGISTRAR = "registrar"
PAGE = 100
"""Entries in one range read."""
MANY = 64
"""Talks that are read with one call: what is read of more would hold the loop for longer than a message may wait."""
PART_BYTES = 32 * 1024
"""Bytes of boxes in one frame of a range: far less than may wait for a reader."""

_Head = tuple[int, str, str, str, int, int, str, str]
"""What `append.lua` is told of a message besides its box and frame: those are bytes, of which the msgpack of the store knows none."""
_heads = msgspec.msgpack.Encoder()


class Say(msgspec.Struct, frozen=True, gc=False):
    """A sealed message on its way into the log. `desk` is empty for a child; `ahead` is what the other side is told in the same step."""

    conversation: str
    role: Role
    desk: str
    id: str
    n: int
    box: bytes
    ahead: Ahead | None = None


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A message that is in the log: its `seq` (0: refused, and `why`), its instant (ms), the other side's worker if it was not told yet."""

    seq: int
    at: int = 0
    worker: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comer:
    """A child's tab that comes: for which visit, the hash of its token, when (ms), and the last entry that its browser has."""

    conversation: str
    token: str
    tab: str
    came: int
    after: int


@dataclass(frozen=True, slots=True)
class Came:
    """A tab that speaks from now on: the tab and the worker before it ("": nobody), the talk, the first `PAGE` entries that it lacks."""

    tab: str
    worker: str
    talk: Talk
    lacking: list[Message]


@dataclass(frozen=True, slots=True)
class Late:
    """A tab whose step was done after that of one that came later: nothing has changed, and it may come again."""


class Conversations:
    """All talks."""

    def __init__(self, redis: Link, *, cap: int) -> None:
        """`cap`: the most entries that one talk may have."""
        self._redis = redis
        self._cap = cap

    async def read(self, conversation: str) -> Talk | None:
        """Return what the store says of a talk; None when it is gone."""
        return talk_of(await self._redis.hgetall(keys.talk(conversation)))

    async def read_many(self, conversations: Sequence[str]) -> list[Talk | None]:
        """Return several talks, with one round trip for each `MANY`."""
        return [talk for first in range(0, len(conversations), MANY) for talk in await self._read_some(conversations[first : first + MANY])]

    async def _read_some(self, conversations: Sequence[str]) -> list[Talk | None]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for conversation in conversations:
                pipe.hgetall(keys.talk(conversation))
            return [talk_of(found) for found in await pipe.execute()]

    async def seq(self, conversation: str) -> int:
        """Return the last entry's number: the position check of a live connection."""
        return int(await self._redis.hget(keys.talk(conversation), "seq") or 0)

    async def move(self, conversation: str, event: Event, to: State, now: int, fields: Mapping[str, Value] | None = None) -> bool:
        """Let an event happen to a talk; True when it is in state `to` now (also when it was there before)."""
        pairs = [part for pair in (fields or {}).items() for part in pair]
        allowed = " ".join(sources(event, to=to))
        step = load("conversation", "move")
        return bool(await step(self._redis, [keys.talk(conversation)], [to, allowed, now, *pairs]))

    async def open(self, conversation: str, desk: "Desk", worker: str, now: int) -> bool:
        """Give a waiting talk its counsellor, or name the key of the one who has it. False: it is somebody else's."""
        args: list[Value] = [desk.id, desk.alias, desk.key_id, desk.key, worker, now]
        return bool(await load("conversation", "open")(self._redis, [keys.talk(conversation)], args))

    def lane(self, conversation: str) -> str:
        """Return the name that all talks have in common whose messages can be stored with one call."""
        return "" if self._redis.one_slot else conversation

    async def append(self, says: Sequence[Say], now: int) -> list[Stored]:
        """Store messages of talks of one lane, in order, with one call; each once, however often it is said."""
        numbers: dict[str, int] = {}
        inboxes: dict[str, int] = {}
        names: list[str] = []
        heads: list[_Head] = []
        boxes: list[Value] = []
        for say in says:
            number = numbers.get(say.conversation)
            if number is None:
                number = numbers[say.conversation] = len(numbers) + 1
                names += keys.talk(say.conversation), keys.log(say.conversation), keys.ids(say.conversation)
            inbox, worker, to, frame = 0, "", "", b""
            if say.ahead is not None:
                worker, to, frame = say.ahead.worker, say.ahead.to, say.ahead.frame
                inbox = inboxes.setdefault(worker, len(inboxes) + 1)
            heads.append((number, say.role, say.desk, say.id, say.n, inbox, worker, to))
            boxes += say.box, frame
        names += map(keys.inbox, inboxes)
        args: list[Value] = [self._cap, now, len(numbers), _heads.encode(heads), *boxes]
        answers = await load("conversation", "append")(self._redis, names, args)
        return [_stored(answer) for answer in answers]

    async def history(self, conversation: str, after: int, most: int = PAGE) -> list[Message]:
        """Return at most `most` entries after `after`, in order. Raises RedisError also while they could still be undone."""
        return _messages(await load("conversation", "range")(self._redis, [keys.log(conversation)], [after, most]))

    async def come(self, comers: Sequence[Comer], worker: str) -> list[Came | Late | None]:
        """Let children's tabs at this worker speak for talks of one lane, with one call; None: no such visit, or not its token."""
        names: list[str] = []
        args: list[Value] = [worker, PAGE]
        for one in comers:
            names += keys.of_conversation(one.conversation)[:2]
            args += [one.token, one.tab, one.came, one.after]
        return [_came(answer) for answer in await load("conversation", "come")(self._redis, names, args)]

    async def mark(self, conversation: str, role: Role, desk: str, delivered: int, read: int) -> tuple[int, int, str] | None:
        """Keep how far a side has come; return it with the other side's worker, None when the talk is not theirs."""
        args: list[Value] = [role, desk, delivered, read]
        found = await load("conversation", "mark")(self._redis, [keys.talk(conversation)], args)
        return (found[0], found[1], found[2].decode()) if found else None

    async def keep_key(self, conversation: str, reader: str, key: bytes) -> bool:
        """Keep the conversation key as wrapped for the registrar when the child joins. False: it has begun, is over or is gone."""
        names = [keys.talk(conversation), keys.wraps(conversation)]
        return bool(await load("conversation", "keep")(self._redis, names, [reader, key]))

    async def wrap(self, conversation: str, key_id: str, key: bytes) -> str | None:
        """Keep the key as wrapped for the counsellor; return her worker, None when another key is asked for by now."""
        names = [keys.talk(conversation), keys.wraps(conversation)]
        found = await load("conversation", "wrap")(self._redis, names, [key_id, key])
        return found[0].decode() if found else None

    async def wrapped(self, conversation: str, reader: str) -> bytes | None:
        """Return the conversation key as wrapped for a reader."""
        return await self._redis.hget(keys.wraps(conversation), reader)

    async def speak(self, conversation: str, language: str) -> None:
        """The child changed its language. Nothing happens once its part is over."""
        await load("conversation", "speak")(self._redis, [keys.talk(conversation)], ["language", language])

    async def plan(self, conversation: str, desk: str, at: int) -> bool:
        """She says until when they have (ms); 0: no more. False: the talk does not run at her desk."""
        return bool(await load("conversation", "plan")(self._redis, [keys.talk(conversation)], [desk, at]))

    async def ask_in(self, conversation: str, desk: str, key_id: str, key: bytes) -> bool:
        """Keep the key as she has wrapped it for a colleague. False: the talk is not open at her desk."""
        names = [keys.talk(conversation), keys.wraps(conversation)]
        return bool(await load("conversation", "ask_in")(self._redis, names, [desk, key_id, key]))

    async def propose(self, conversation: str, desk: str, to: str, alias: str) -> bool:
        """Ask the child whether a colleague may go on; empty: take it back. False: the talk does not run at her desk."""
        return bool(await load("conversation", "propose")(self._redis, [keys.talk(conversation)], [desk, to, alias]))

    async def answer(self, conversation: str, said: str) -> tuple[str, str] | None:
        """Note what came of that question; return whom it named and who asked. None: nothing was asked."""
        found = await load("conversation", "answer")(self._redis, [keys.talk(conversation)], [said])
        return (found[0].decode(), found[1].decode()) if found else None

    async def answered(self, conversation: str, why: str) -> None:
        """The child said yes, and it could not be done."""
        await load("conversation", "speak")(self._redis, [keys.talk(conversation)], ["over_said", why])

    async def hand_over(self, conversation: str, giver: str, desk: "Desk", worker: str) -> bool:
        """Let a talk be another desk's. False: it is not open at the first one."""
        args: list[Value] = [giver, desk.id, desk.alias, desk.key_id, desk.key, worker]
        return bool(await load("conversation", "hand_over")(self._redis, [keys.talk(conversation)], args))

    async def sign(self, conversation: str, holder: str, second: str, what: str) -> bool:
        """A second person signs the text with this digest. False: the talk is not open at that desk."""
        return bool(await load("conversation", "sign")(self._redis, [keys.talk(conversation)], [holder, second, what]))

    async def ending(self, conversation: str) -> Ending:
        """Return how a talk that left the line ended."""
        found = await self._redis.hget(keys.talk(conversation), "ending")
        return cast("Ending", found.decode()) if found else "cut_off"

    async def hurry(self, conversation: str) -> None:
        """The child said that it is dangerous now. Nothing happens once its part is over."""
        await load("conversation", "speak")(self._redis, [keys.talk(conversation)], ["danger", 1])

    async def forget(self, conversation: str) -> bool:
        """Erase one who arrived and never joined: nothing was said, nothing is to be registered. False: it has joined."""
        return bool(await load("conversation", "forget")(self._redis, keys.of_conversation(conversation), []))


@dataclass(frozen=True, slots=True)
class Desk:
    """A counsellor at a desk: what a talk is told of her."""

    id: str
    alias: str
    key_id: str
    key: bytes


def talk_of(found: Mapping[bytes, bytes]) -> Talk | None:
    """Return the talk that a hash holds; None for an empty hash, or one that only a late write made."""
    if b"state" not in found:
        return None
    text = {name.decode(): value.decode() for name, value in found.items() if name not in (b"key", b"form", b"receipt")}

    def number(name: str) -> int:
        return int(text.get(name) or 0)

    return Talk(
        state=State(text["state"]),
        epoch=text.get("epoch", ""),
        created=number("created"),
        seq=number("seq"),
        language=text.get("language", "nb"),
        about=text.get("about", "unsaid"),
        danger=text.get("danger") == "1",
        since=number("since"),
        place=number("place"),
        n_child=number("n:child"),
        n_counsellor=number("n:counsellor"),
        delivered_child=number("delivered:child"),
        read_child=number("read:child"),
        delivered_counsellor=number("delivered:counsellor"),
        read_counsellor=number("read:counsellor"),
        desk=text.get("desk", ""),
        alias=text.get("alias", ""),
        key_id=text.get("key_id", ""),
        key=found.get(b"key", b""),
        paired=number("paired"),
        planned=number("planned"),
        ended=number("ended"),
        ended_by=text.get("ended_by", ""),
        over=text.get("over", ""),
        over_alias=text.get("over_alias", ""),
        over_said=text.get("over_said", ""),
        second=text.get("second", ""),
        signed=text.get("signed", ""),
        child_tab=text.get("tab:child", ""),
        child_at=text.get("at:child", ""),
        child_was=text.get("was:child", ""),
        counsellor_at=text.get("at:counsellor", ""),
        counsellor_gone="gone:counsellor" in text,
    )


def _stored(answer: list[int | bytes]) -> Stored:
    seq, at, worker = answer
    if seq == 0:
        return Stored(0, why=_text(at))
    return Stored(int(seq), int(at), _text(worker))


def _text(value: int | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _came(answer: list[Any]) -> Came | Late | None:
    if len(answer) < CAME:
        return Late() if answer else None
    tab, worker, fields, entries = answer
    talk = talk_of(dict(zip(fields[::2], fields[1::2], strict=True)))
    return Came(tab.decode(), worker.decode(), talk, _messages(entries)) if talk else None


def _messages(found: list[tuple[bytes, list[bytes]]]) -> list[Message]:
    return [_message(entry, dict(zip(fields[::2], fields[1::2], strict=True))) for entry, fields in found]


def _message(entry: bytes, fields: Mapping[bytes, bytes]) -> Message:
    seq = int(entry.split(b"-")[0])
    role: Role = "child" if fields[b"r"] == b"child" else "counsellor"
    return Message(seq=seq, role=role, id=fields[b"i"].decode(), n=int(fields[b"n"]), at=int(fields[b"t"]), box=fields[b"b"])


def in_parts(entries: list[Message]) -> Iterator[tuple[list[Message], bool]]:
    """Give what one read of a range has found in parts that may travel in one frame, each with whether more follows. At least one part."""
    part: list[Message] = []
    size = 0
    for entry in entries:
        if part and size + len(entry.box) > PART_BYTES:
            yield part, True
            part, size = [], 0
        part.append(entry)
        size += len(entry.box)
    yield part, len(entries) == PAGE

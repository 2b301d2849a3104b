"""Colleagues in Redis: who is signed in with which key, who was asked in, who calls, what was whispered. Every write may be repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from server import keys
from server.colleagues.rules import Asked, Beside, Call, Row
from server.link import Link
from server.scripts import Value, load

ROOM = "room"
"""The channel of the staff room; the others are conversations."""
MOST = 200
"""Whispers that are kept of one channel."""
SHOWN = 100
"""How many are shown to one who comes."""

_row: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row)
_asked: msgspec.json.Decoder[Asked] = msgspec.json.Decoder(Asked)
_call: msgspec.json.Decoder[Call] = msgspec.json.Decoder(Call)
_boxes: msgspec.msgpack.Decoder[dict[str, bytes]] = msgspec.msgpack.Decoder(dict[str, bytes])


@dataclass(frozen=True, slots=True)
class Whisper:
    """Something that a colleague said: by which desk, when (ms), and sealed for each reader's key."""

    id: str
    desk: str
    at: int
    boxes: Mapping[str, bytes]


class Colleagues:
    """All who are at work."""

    def __init__(self, redis: Link) -> None:
        """Work on this store."""
        self._redis = redis
        self._reads = 0

    async def arrive(self, desk: str, row: Row) -> None:
        """She is signed in, with this browser's key."""
        await self._set(keys.COLLEAGUES, desk, row)

    async def go(self, desk: str) -> None:
        """She is not signed in any more, and calls nobody."""
        await self._strike(keys.COLLEAGUES, desk)
        await self._strike(keys.CALLS, desk)

    async def beside(self) -> Beside:
        """Return all of it, as it is written."""
        self._reads += 1
        read = self._reads
        found, asked, calls = await load("colleagues", "look")(self._redis, [keys.COLLEAGUES, keys.BESIDE, keys.CALLS])
        return Beside(
            {desk: _row.decode(text) for desk, text in _lines(found)},
            {_pair(name): _asked.decode(text) for name, text in _lines(asked)},
            {desk: _call.decode(text) for desk, text in _lines(calls)},
            read,
        )

    async def ask_in(self, conversation: str, desk: str, asked: Asked) -> None:
        """She is asked in to a talk."""
        await self._set(keys.BESIDE, f"{conversation}:{desk}", asked)

    async def asked(self, conversation: str, desk: str) -> Asked | None:
        """Return that she was asked in to this talk, if she was."""
        found = await self._redis.hget(keys.BESIDE, f"{conversation}:{desk}")
        return _asked.decode(found) if found else None

    async def look_out(self, conversation: str, desk: str) -> None:
        """She reads a talk no more."""
        await self._strike(keys.BESIDE, f"{conversation}:{desk}")

    async def call(self, desk: str, call: Call) -> None:
        """She needs help now."""
        await self._set(keys.CALLS, desk, call)

    async def calm(self, desk: str) -> None:
        """She needs no help any more."""
        await self._strike(keys.CALLS, desk)

    async def come(self, caller: str, comer: str) -> bool:
        """Somebody comes. False: somebody else does already, or nobody calls."""
        return bool(await load("colleagues", "come")(self._redis, [keys.CALLS], [caller, comer]))

    async def whisper(self, channel: str, whisper: Whisper) -> bool:
        """Keep what a colleague says. False: it is there already."""
        args: list[Value] = [whisper.id, whisper.desk, whisper.at, msgspec.msgpack.encode(whisper.boxes), MOST]
        return bool(await load("colleagues", "whisper")(self._redis, [keys.aside(channel)], args))

    async def whispers(self, channel: str, key_id: str) -> Sequence[Whisper]:
        """Return what was said in a channel and sealed for this key, in order."""
        found = await self._redis.xrange(keys.aside(channel), "-", "+", count=MOST)
        said = [
            Whisper(row[b"id"].decode(), row[b"desk"].decode(), int(row[b"at"]), _boxes.decode(row[b"boxes"])) for _, row in found if row
        ]
        return [one for one in said if key_id in one.boxes][-SHOWN:]

    async def forget(self, conversation: str) -> None:
        """Let go of all that was whispered in a talk, and of who was asked in."""
        await self._redis.delete(keys.aside(conversation))
        names = [name.decode() for name in await self._redis.hkeys(keys.BESIDE)]
        for name in names:
            if _pair(name)[0] == conversation:
                await self._strike(keys.BESIDE, name)

    async def _set(self, book: str, field: str, value: Row | Asked | Call) -> None:
        await load("colleagues", "set")(self._redis, [book], [field, msgspec.json.encode(value)])

    async def _strike(self, book: str, field: str) -> None:
        await load("colleagues", "strike")(self._redis, [book], [field])


def _lines(flat: list[bytes]) -> list[tuple[str, bytes]]:
    """Return a book's lines from its fields and values by turns."""
    return [(field.decode(), value) for field, value in zip(flat[::2], flat[1::2], strict=True)]


def _pair(name: str) -> tuple[str, str]:
    """Return the conversation and the desk that a line's name is put together from; neither has a colon in it."""
    conversation, _, desk = name.partition(":")
    return conversation, desk

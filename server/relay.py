"""The relay: from a talk's log to both sides, wherever their sockets are.

Rules of this file:

1. The log is the truth; what travels here is a hint. A lost hint costs a browser at most one heartbeat.
2. Each worker has one inbox stream; hints for it are gathered and sent together, and read in batches. That of a stored message
   goes there in the step that stores it, where it can (`conversation/append.lua`).
3. No error of Redis ends the reader: it waits with jitter and reads again from the last id that it has seen.
"""

import asyncio
import random
from typing import Literal, Protocol

import msgspec
from redis.exceptions import RedisError

from server import keys
from server.link import BLOCK, Link

BATCH = 1_000
INBOX_LENGTH = 2_000
PAUSE = 0.5


class Hint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One hint: to whom (a pulse name, or a stream), what kind, and a frame as JSON, the replaced tab's id or a POST for a stream."""

    to: str
    kind: Literal["frame", "look", "replaced", "signed_out", "shut_out", "posted"]
    data: bytes = b""


_hints: msgspec.msgpack.Decoder[list[Hint]] = msgspec.msgpack.Decoder(list[Hint])
WORKER = "worker"
"""To whom a hint goes that is for the worker itself, and for nobody's connection."""


class Listener(Protocol):
    """A socket's path, to which hints are handed."""

    def hear(self, hint: Hint) -> None:
        """Take a hint. Must not wait."""


class Relay:
    """The hints of one worker."""

    def __init__(self, redis: Link, reader: Link, worker: str) -> None:
        """`reader` is a connection of its own: it blocks."""
        self.worker = worker
        self._redis = redis
        self._reader = reader
        self._listeners: dict[str, Listener] = {}
        self._coming: dict[str, list[Listener]] = {}
        self._leaving: dict[str, list[Hint]] = {}
        self._wake = asyncio.Event()

    def listen(self, name: str, listener: Listener) -> None:
        """Hand hints for this name to this listener from now on."""
        self._let_go(name, listener)
        self._listeners[name] = listener

    def overhear(self, name: str, listener: Listener) -> None:
        """Hand hints for this name to this one too, who is about to listen, until it leaves. Who listens now listens on."""
        self._coming.setdefault(name, []).append(listener)

    def leave(self, name: str, listener: Listener) -> None:
        """Hand it no more hints, unless a newer one has taken its place."""
        self._let_go(name, listener)
        if self._listeners.get(name) is listener:
            del self._listeners[name]

    def hears(self, name: str, listener: Listener) -> bool:
        """Tell whether hints for this name are handed to this listener."""
        return self._listeners.get(name) is listener

    def has_listener(self, name: str) -> bool:
        """Tell whether anybody hears hints for this name here."""
        return name in self._listeners

    def send(self, worker: str, hint: Hint) -> None:
        """Send a hint to a worker ("": nobody is there). Never waits, never raises."""
        if worker == self.worker:
            self._hand(hint)
        elif worker:
            self._leaving.setdefault(worker, []).append(hint)
            self._wake.set()

    def tells_ahead(self, worker: str) -> bool:
        """Tell whether the step that stores a message may put its hint into this worker's inbox. Not ours: it is handed on here.

        Whoever reads an inbox is answered when what came before is on the disk; but a replica's word is not waited for there, and on a
        Cluster the inbox is in another slot. Then the hint is sent after the step.
        """
        return self._redis.at_once and worker not in ("", self.worker)

    async def run_sender(self) -> None:
        """Send what was gathered, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            leaving, self._leaving = self._leaving, {}
            try:
                await self._deliver(leaving)
            except RedisError:
                await asyncio.sleep(PAUSE * random.random())  # noqa: S311 - jitter

    async def _deliver(self, leaving: dict[str, list[Hint]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for worker, hints in leaving.items():
                name = keys.inbox(worker)
                pipe.xadd(name, {"h": msgspec.msgpack.encode(hints)}, maxlen=INBOX_LENGTH, approximate=True)
                pipe.expire(name, keys.KINDS["inbox"].ttl)
            await pipe.execute()

    async def run_reader(self) -> None:
        """Read this worker's inbox, until cancelled."""
        name, last = keys.inbox(self.worker), "0"
        while True:
            try:
                last = await self._read(name, last)
            except RedisError:
                await asyncio.sleep(PAUSE * random.random())  # noqa: S311 - jitter

    async def _read(self, name: str, last: str) -> str:
        for _, entries in await self._reader.xread({name: last}, count=BATCH, block=BLOCK) or []:
            for entry, fields in entries:
                for hint in _hints.decode(fields[b"h"]):
                    self._hand(hint)
                last = entry.decode()
        return last

    def _hand(self, hint: Hint) -> None:
        listener = self._listeners.get(hint.to)
        if listener is not None:
            listener.hear(hint)
        for one in self._coming.get(hint.to, ()):
            one.hear(hint)

    def _let_go(self, name: str, listener: Listener) -> None:
        left = [one for one in self._coming.pop(name, ()) if one is not listener]
        if left:
            self._coming[name] = left

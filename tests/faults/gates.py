"""A network between processes of one machine, with a gate before each of them, that can be parted in two.

Every process of a store is known to all others by the port of its gate only. A gate knows who comes to it, and once the network is
parted nothing passes between the two parts: bytes wait on their way, as they do when a cable is pulled, nobody is told, and when the
network is mended they arrive. So any process may be cut off with any others, a worker too, on a machine where nobody may make
network namespaces; what is behind the gates is as real as it would be there.
"""

import asyncio
import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from functools import partial
from typing import Any, Self, TypeVar

HOST = "127.0.0.1"
SOCK_DIAG, BY_FAMILY, ANY, INODE_AT = 4, 20, 0xFFFFFFFF, 84
"""linux/sock_diag.h, linux/inet_diag.h"""
CHUNK = 64 * 1024
Answer = TypeVar("Answer")


class Way:
    """One connection through a gate."""

    def __init__(self, name: str, port: int, ends: "tuple[tuple[str, int], tuple[str, int]] | None") -> None:
        """To this port of the named process; `ends` are the places of the one who came and of the gate."""
        self.name, self.port, self.ends = name, port, ends
        self.who: str | None = None
        """Whose it is; None: nobody has looked yet."""
        self.passes = asyncio.Event()
        self.passes.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end. While nothing passes, neither does its beginning or its end."""
        await self.passes.wait()
        try:
            there, to_there = await asyncio.open_connection(HOST, self.port)
        except OSError:
            writer.transport.abort()
            return
        both = [asyncio.create_task(self._one_way(reader, to_there)), asyncio.create_task(self._one_way(there, writer))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            writer.transport.abort()
            to_there.transport.abort()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                chunk = await self._read(reader)
                await self.passes.wait()
                if not chunk:
                    return
                writer.write(chunk)
                await writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.read(CHUNK)
        except OSError:
            return b""


class Gates:
    """The gates, in a thread of their own: whoever waits for a process must not keep others from it."""

    def __init__(self) -> None:
        """Everybody reaches everybody."""
        self.processes: list[Callable[[], Mapping[int, str]]] = []
        """Each gives who runs now: process id -> name. Whoever nobody names is of the larger part."""
        self._cut_off: frozenset[str] = frozenset()
        self._ways: set[Way] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._doors: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End every connection."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self, name: str, port: int) -> int:
        """Put a gate before this port of a process; return the gate's own."""
        return self._do(self._open(name, port))

    def part(self, *names: str) -> None:
        """Cut these off from all others; among themselves they go on."""
        self._do(self._part(frozenset(names)))

    def mend(self) -> None:
        """One network again."""
        self._do(self._part(frozenset()))

    def _do(self, what: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    async def _open(self, name: str, port: int) -> int:
        door = await asyncio.start_server(partial(self._come, name, port), HOST, 0)
        self._doors.append(door)
        return int(door.sockets[0].getsockname()[1])

    async def _come(self, name: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        ends = (writer.get_extra_info("peername"), writer.get_extra_info("sockname"))
        way = Way(name, port, ends if all(ends) else None)
        self._serving.add(task)
        self._ways.add(way)
        try:
            if self._cut_off:
                self._look([way])
            await way.carry(reader, writer)
        finally:
            writer.transport.abort()
            self._ways.discard(way)
            self._serving.discard(task)

    async def _part(self, names: frozenset[str]) -> None:
        self._cut_off = names
        self._look(self._ways)

    def _look(self, ways: Collection[Way]) -> None:
        """Hold what divides, let pass what does not. Whose a connection is, is only looked at while it matters: it takes its time."""
        unknown = [way for way in ways if way.who is None] if self._cut_off else []
        owners = sockets({pid: name for found in self.processes for pid, name in found().items()}) if unknown else {}
        for way in unknown:
            way.who = owners.get(number_of(way.ends), "")
        for way in ways:
            if (way.who in self._cut_off) == (way.name in self._cut_off):
                way.passes.set()
            else:
                way.passes.clear()

    async def _close(self) -> None:
        for door in self._doors:
            door.close()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving, timeout=5)


def number_of(ends: tuple[tuple[str, int], tuple[str, int]] | None) -> int:
    """Ask the kernel for the number of the socket that is connected from one place of this machine to another; 0: there is none.

    Its table in /proc is not read: it has every connection of the machine, and takes long.
    """
    if ends is None:
        return 0
    (_, port), (_, other) = ends
    local = socket.inet_aton(HOST).ljust(16, b"\0")
    asked = struct.pack("!HH16s16sIII", port, other, local, local, 0, ANY, ANY)
    request = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, ANY) + asked
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as kernel:
        kernel.send(struct.pack("=IHHII", 16 + len(request), BY_FAMILY, 1, 0, 0) + request)
        answer = kernel.recv(4096)
    if struct.unpack_from("=H", answer, 4)[0] != BY_FAMILY:
        return 0
    return int(struct.unpack_from("=I", answer, INODE_AT)[0])


def sockets(processes: Mapping[int, str]) -> dict[int, str]:
    """Return whose each open socket of these processes is, by its number."""
    found = {}
    for pid, name in processes.items():
        for number in _open_sockets(f"/proc/{pid}/fd"):
            found[number] = name
    return found


def _open_sockets(folder: str) -> Iterator[int]:
    with contextlib.suppress(OSError):  # the process has ended
        for one in os.listdir(folder):  # noqa: PTH208 - some hundreds at a time
            with contextlib.suppress(OSError):  # closed meanwhile
                target = os.readlink(f"{folder}/{one}")  # noqa: PTH115 - the same
                if target.startswith("socket:["):
                    yield int(target[8:-1])

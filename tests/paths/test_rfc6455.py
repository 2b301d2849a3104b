"""P4: RFC 6455 as our configured server keeps it. Raw bytes in, and what has to follow; after each case the worker serves on."""

import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator

import pytest

from server.wire import frames as f
from tests.paths.conftest import Service

TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0
HELLO = b'{"t":"hello"}'
GONE = -1
"""The connection ended without a close frame."""


def frame(
    opcode: int, data: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True, length: bytes | None = None
) -> bytes:
    """Return one frame as it travels."""
    first = bytes([fin << 7 | reserved << 4 | opcode])
    size = len(data)
    if length is None:
        length = bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 2**16 else b"\x7f" + struct.pack(">Q", size)
    if not masked:
        return first + length + data
    mask = os.urandom(4)
    return first + bytes([length[0] | 0x80]) + length[1:] + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


class Wire:
    """One raw connection after its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read and write."""
        self.reader, self.writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        """Send bytes, each part by itself."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def next(self) -> tuple[int, bytes]:
        """Return the next frame; (GONE, b"") at the end. A server's frame is never masked and never reserved."""
        async with asyncio.timeout(15):
            try:
                head = await self.reader.readexactly(2)
                assert head[0] & 0x70 == 0
                assert head[1] < 128
                size = head[1]
                if size == 126:
                    size = struct.unpack(">H", await self.reader.readexactly(2))[0]
                elif size == 127:
                    size = struct.unpack(">Q", await self.reader.readexactly(8))[0]
                return head[0] & 15, await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionResetError):
                return GONE, b""

    async def close_code(self) -> int:
        """Read on to the close frame; return its code (1005: none in it), or GONE."""
        while True:
            opcode, data = await self.next()
            if opcode in (CLOSE, GONE):
                return GONE if opcode == GONE else struct.unpack(">H", data[:2])[0] if data else 1005

    async def welcomed(self) -> None:
        """Read on to the welcome."""
        while True:
            opcode, data = await self.next()
            assert opcode == TEXT, (opcode, data)
            if b'"welcome"' in data:
                return


@pytest.fixture
async def wire(service: Service) -> AsyncIterator[Wire]:
    """A raw connection whose handshake is done."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.ports[0])
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ("GET /ws HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    mine = (f"Sec-WebSocket-Key: {key}", f"Origin: {service.origin}", f"Sec-WebSocket-Protocol: {f.PROTOCOL}")
    offers = (*mine, "Sec-WebSocket-Extensions: permessage-deflate")
    writer.write("\r\n".join([*lines, *offers, "", ""]).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head
    assert b"extensions" not in head.lower()
    yield Wire(reader, writer)
    writer.transport.abort()


PROTOCOL = {1002, GONE}
BAD_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
BAD_UTF8 = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80", b"\xfe\xfe\xff\xff", b"\xf8\x88\x80\x80\x80")

CASES: dict[str, tuple[list[bytes], set[int]]] = {
    **{f"reserved bits {bits}": ([frame(TEXT, HELLO, reserved=bits)], PROTOCOL) for bits in range(1, 8)},
    **{f"reserved opcode {code}": ([frame(code, HELLO)], PROTOCOL) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    **{f"reserved bits on a ping {bits}": ([frame(PING, b"x", reserved=bits)], PROTOCOL) for bits in (1, 2, 4)},
    "not masked": ([frame(TEXT, HELLO, masked=False)], PROTOCOL),
    "a ping that is not masked": ([frame(PING, b"x", masked=False)], PROTOCOL),
    "a ping of 126 bytes": ([frame(PING, b"x" * 126)], PROTOCOL),
    "a close of 126 bytes": ([frame(CLOSE, b"\x03\xe8" + b"x" * 124)], PROTOCOL),
    "a ping in parts": ([frame(PING, b"x", fin=False), frame(MORE, b"y")], PROTOCOL),
    "a close in parts": ([frame(CLOSE, b"", fin=False)], PROTOCOL),
    "more of nothing": ([frame(MORE, HELLO)], PROTOCOL),
    "more of nothing, not the end": ([frame(MORE, HELLO, fin=False)], PROTOCOL),
    "a text in a text": ([frame(TEXT, HELLO[:4], fin=False), frame(TEXT, HELLO[4:])], PROTOCOL),
    "binary in a text": ([frame(TEXT, HELLO[:4], fin=False), frame(BINARY, HELLO[4:])], PROTOCOL),
    "a close of one byte": ([frame(CLOSE, b"\x03")], PROTOCOL),
    "a close whose reason is no text": ([frame(CLOSE, b"\x03\xe8\xff\xff")], {1002, 1007, GONE}),
    **{f"close code {code}, which may not travel": ([frame(CLOSE, struct.pack(">H", code))], PROTOCOL) for code in BAD_CODES},
    **{f"close code {code}": ([frame(CLOSE, struct.pack(">H", code))], {code}) for code in GOOD_CODES},
    "a close without a code": ([frame(CLOSE)], {1000, 1005}),
    **{f"no text {bad.hex()}": ([frame(TEXT, b'{"t":"' + bad)], {1007, GONE}) for bad in BAD_UTF8},
    "no text over two parts": ([frame(TEXT, b'{"t":"\xe2', fin=False), frame(MORE, b"\x28\xa1")], {1007, GONE}),
    "binary": ([frame(BINARY, HELLO)], {1003}),
    "binary in parts": ([frame(BINARY, HELLO[:4], fin=False), frame(MORE, HELLO[4:])], {1003}),
    "one byte too large": ([frame(TEXT, b"x" * (f.MAX_FRAME + 1))], {1009, GONE}),
    "too large in parts": ([frame(TEXT, b"x" * 9000, fin=False), frame(MORE, b"x" * 9000)], {1009, GONE}),
    "too large by its word alone": ([frame(TEXT, b"", length=b"\x7f" + struct.pack(">Q", 2**40))], {1009, GONE}),
    "a length with its first bit set": ([frame(TEXT, b"", length=b"\x7f" + b"\xff" * 8)], {1002, 1009, GONE}),
    "an empty text": ([frame(TEXT)], {4500}),
    "a first text of 2049 bytes": ([frame(TEXT, b" " * (f.MAX_FIRST_FRAME + 1))], {1009}),
}
GOOD: dict[str, list[bytes]] = {
    "in one frame": [frame(TEXT, HELLO)],
    "in two parts": [frame(TEXT, HELLO[:4], fin=False), frame(MORE, HELLO[4:])],
    "a byte a part": [
        frame(TEXT, HELLO[:1], fin=False),
        *(frame(MORE, HELLO[at : at + 1], fin=False) for at in range(1, len(HELLO))),
        frame(MORE),
    ],
    "with empty parts": [frame(TEXT, b"", fin=False), frame(MORE, b"", fin=False), frame(MORE, HELLO)],
    "with a pong that nobody asked for": [frame(PONG, b"x"), frame(TEXT, HELLO)],
    "byte by byte on the wire": [bytes([one]) for one in frame(TEXT, HELLO)],
    "in a frame whose length is longer than it must be": [frame(TEXT, HELLO, length=b"\x7e" + struct.pack(">H", len(HELLO)))],
}


def test_P4_there_are_at_least_sixty_cases() -> None:
    """Of sections 1 to 7 of the Autobahn suite, written anew for our own answers."""
    assert len(CASES) + len(GOOD) + 4 >= 60


@pytest.mark.parametrize("case", CASES)
async def test_P4_what_breaks_the_protocol_is_closed(wire: Wire, case: str) -> None:
    """With the right code, or at once; no case is taken for a hello."""
    parts, codes = CASES[case]
    await wire.send(*parts)

    assert await wire.close_code() in codes


@pytest.mark.parametrize("case", GOOD)
async def test_P4_a_hello_is_heard_however_it_is_cut(wire: Wire, case: str) -> None:
    """In parts, with pings between, byte by byte."""
    await wire.send(*GOOD[case])

    await wire.welcomed()


@pytest.mark.parametrize("size", [0, 1, 125])
async def test_P4_a_ping_is_answered_with_its_own_bytes(wire: Wire, size: int) -> None:
    """Also in the middle of a message that comes in parts."""
    await wire.send(frame(TEXT, HELLO[:4], fin=False), frame(PING, b"p" * size))

    assert await wire.next() == (PONG, b"p" * size)
    await wire.send(frame(MORE, HELLO[4:]))
    await wire.welcomed()


async def test_P4_after_a_close_nothing_is_heard(wire: Wire) -> None:
    """What follows a close has no effect, and the close is answered once."""
    await wire.send(frame(CLOSE, struct.pack(">H", 1000)) + frame(TEXT, HELLO) + frame(PING, b"x"))

    assert await wire.close_code() == 1000
    assert await wire.next() == (GONE, b"")

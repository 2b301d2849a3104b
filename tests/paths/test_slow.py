"""F7: many who connect and say nothing, or say it byte by byte, take no place from a child, and are let go."""

import asyncio
import contextlib
import time

from tests.paths.conftest import Service
from tests.people import Child, gone_after
from tests.promises import size

HALF_OPEN, DRIPPING = size.of((300, 100), (1_500, 500))
LET_GO = 25
"""Seconds in which all must be gone: ten are promised, and this machine does much else."""


async def opened(service: Service, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect and say the beginning of a handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.ports[0])
    writer.write(said)
    return reader, writer


async def test_F7_a_child_gets_in_among_many_who_are_slow(service: Service) -> None:
    """Hundreds of half-open handshakes and dripping ones: a child has its place in the line, and then they are gone."""
    begun = b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    slow = [await opened(service, begun if n % 2 else b"") for n in range(HALF_OPEN)]
    dripping = [await opened(service, b"G") for _ in range(DRIPPING)]
    child = Child(service.place(0))

    async def drip() -> None:
        for byte in begun[1:]:
            await asyncio.sleep(1)
            for _, writer in dripping:
                with contextlib.suppress(ConnectionError):
                    writer.write(bytes([byte]))

    drops = asyncio.create_task(drip())
    try:
        async with gone_after(child):
            since = time.monotonic()
            assert await child.waits() == 1
            came = time.monotonic() - since
            async with asyncio.timeout(LET_GO):
                for reader, _ in [*slow, *dripping]:
                    with contextlib.suppress(ConnectionError):
                        while await reader.read(1024):
                            pass
            gone = time.monotonic() - since
            await child.says("jeg er her")
            found = f"a child is in the line after {came:.1f} s; all gone after {gone:.1f} s"
            size.told("half-open and dripping connections while a child comes", HALF_OPEN + DRIPPING, found)
    finally:
        drops.cancel()
        for _, writer in [*slow, *dripping]:
            writer.transport.abort()

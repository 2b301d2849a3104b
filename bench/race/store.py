"""One store for whoever is measured: the embedded server, as it is in production, with a port too for those that know no other way."""

import contextlib
import os
import time
from dataclasses import dataclass

import redis

from bench.race.machine import REST, START_SECONDS, BenchError, Machine, Running, free_port
from server import embedded
from tests.faults.stores import start_cluster


@dataclass(frozen=True, slots=True)
class Store:
    """A store that runs."""

    nodes: tuple[Running, ...]
    url: str
    """For the chat's own user, over a Unix socket."""
    admin_url: str = ""
    port: int = 0
    durable: bool = True
    """It has written each step to the disk before it answers."""

    def admin(self) -> "redis.Redis":
        """Return a client that may do everything."""
        return redis.Redis.from_url(self.admin_url)


def started(machine: Machine, *, fsync: str = "always", name: str = "store") -> Store:
    """Start a store that has written each step to the disk before it answers (`fsync`: appendfsync). Raises BenchError."""
    plan = embedded.plan(machine.folder / name)
    port = free_port()
    settings = plan.folder / "redis.conf"
    settings.write_text(f"{settings.read_text('utf-8')}\nport {port}\nbind 127.0.0.1\nappendfsync {fsync}\n", "utf-8")
    running = machine.start(name, plan.command, cores=REST)
    store = Store((running,), plan.url, plan.admin_url, port, fsync == "always")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        with contextlib.suppress(redis.RedisError), store.admin() as admin:
            admin.ping()
            return store
        time.sleep(0.02)
    raise BenchError(f"the store: expected it to answer, got {running.log.read_text('utf-8')[-1000:]}")


def clustered(machine: Machine) -> Store:
    """Start a Cluster of three masters, each of which has written a step to the disk before it answers."""
    cluster = start_cluster(masters=3, replicas=0)
    nodes = []
    for node in cluster.nodes.values():
        if node.process is not None:
            os.sched_setaffinity(node.pid, REST)
            nodes.append(Running(node.name, node.process, cluster.folder / "log"))
    machine.started += nodes
    machine.folders.append(cluster.folder)
    return Store(tuple(nodes), cluster.url, durable=False)  # no replicas here: one that may lose a machine has to be accepted

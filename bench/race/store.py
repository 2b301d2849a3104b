"""One store for whoever is measured: the embedded server, as it is in production, with a port too for those that know no other way."""

import contextlib
import time
from dataclasses import dataclass

import redis

from bench.race.machine import REST, START_SECONDS, BenchError, Machine, Running, free_port
from server import embedded


@dataclass(frozen=True, slots=True)
class Store:
    """A store that runs."""

    running: Running
    url: str
    """For the chat's own user, over a Unix socket."""
    admin_url: str
    port: int

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
    store = Store(running, plan.url, plan.admin_url, port)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        with contextlib.suppress(redis.RedisError), store.admin() as admin:
            admin.ping()
            return store
        time.sleep(0.02)
    raise BenchError(f"the store: expected it to answer, got {running.log.read_text('utf-8')[-1000:]}")

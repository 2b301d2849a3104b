"""A service to be broken: its workers, registrar and store as real processes, each of which can be killed, stopped and started."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import redis as sync_redis

from server import embedded, keyfiles
from server.leash import leashed
from server.staff import people
from tests.faults.steady import WebDoor
from tests.paths.conftest import ROOT, START_SECONDS, Service, configured
from tests.ports import free_port

WORKERS = ("one", "two")
STOP_SECONDS = 30


@dataclass
class Stage(Service):
    """A service, and what may be done to it."""

    private: dict[str, dict[str, str]] = field(default_factory=dict)
    """Settings of one process only, by its name."""
    package: Path = ROOT
    """Where the server's code lies."""

    def start(self, name: str, patience: float = START_SECONDS) -> None:
        """Start a process; a worker is waited for."""
        ports = dict(zip(WORKERS, self.ports, strict=True))
        words = ["serve", "--port", str(ports[name])] if name in ports else ["registrar"]
        environ = {**self.environ, "PYTHONPATH": str(self.package), **self.private.get(name, {})}
        with (self.data / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "server", *words]
            self.running[name] = subprocess.Popen(command, cwd=self.package, env=environ, stderr=log, stdout=log)
        if name in ports:
            self.wait(f"http://127.0.0.1:{ports[name]}/health", patience)

    async def comes(self, *names: str) -> None:
        """Start processes, and wait until each worker answers."""
        await asyncio.gather(*(asyncio.to_thread(self.start, name) for name in names))

    async def dies(self, *names: str) -> None:
        """`kill -9`."""
        for name in names:
            self.running[name].kill()
        for name in names:
            await asyncio.to_thread(self.running.pop(name).wait)

    async def goes(self, name: str) -> float:
        """SIGTERM; return how many seconds it took to end."""
        process = self.running.pop(name)
        began = asyncio.get_running_loop().time()
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)
        return asyncio.get_running_loop().time() - began

    # --- the store ---------------------------------------------------------------------------------

    def store_dies(self) -> None:
        """`kill -9` of the store."""
        self.redis.process.kill()
        self.redis.process.wait()

    async def store_comes(self) -> None:
        """Start the store again on the same files (from this thread: it goes when the thread that started it goes)."""
        process = self._new_store()
        await asyncio.to_thread(embedded.wait_until_ready, self.redis, lambda: process.poll() is None)

    def _new_store(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(leashed(self.redis.command), stdin=subprocess.DEVNULL, start_new_session=True)
        self.redis = replace(self.redis, process=process)
        return process

    def store_gets(self, number: signal.Signals) -> None:
        """Send a signal to the store."""
        os.kill(self.redis.process.pid, number)

    @contextlib.contextmanager
    def admin(self) -> Iterator["sync_redis.Redis"]:
        """A client that may do everything."""
        with sync_redis.Redis.from_url(self.redis.admin_url) as client:
            yield client

    # --- people ------------------------------------------------------------------------------------

    def doors(self, first: int = 0, *, only: bool = False) -> list[WebDoor]:
        """Return the addresses of both workers, beginning with one of them, or only that one."""
        order = [first] if only else [first, 1 - first]
        return [WebDoor(self.place(worker)) for worker in order]

    def hire(self, *names: str) -> None:
        """Give people accounts."""
        for name in names:
            self.passwords[name] = people.add(self.data / "staff.json", name)


NO_ATTACK = {"attack_starts": "100000", "attack_line": "10000"}
"""Settings of a helpline to which hundreds may come at once: a flood has tests of its own, and those who break here are no flooders."""


@contextlib.asynccontextmanager
async def staged(
    settings: Mapping[str, str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    package: Path = ROOT,
    start: Sequence[str] = (*WORKERS, "registrar"),
) -> AsyncIterator[Stage]:
    """Run a service for the length of a `with` block, with other settings of the helpline for some names. Many are no attack."""
    with tempfile.TemporaryDirectory(prefix="alarm-") as folder:
        data = Path(folder) / "data"
        data.mkdir(0o700)
        keyfiles.ensure(data)
        config = configured(Path(folder), NO_ATTACK | dict(settings or {}))
        with embedded.running(Path(folder) / "store") as store:
            stage = Stage(data, store, (free_port(), free_port()), package=package)
            stage.extra = {"ALARM_CONFIG": str(config), **(environ or {})}
            try:
                await stage.comes(*start)
                yield stage
            finally:
                await asyncio.to_thread(stage.stop)
                with contextlib.suppress(ProcessLookupError):
                    stage.store_gets(signal.SIGCONT)
                if stage.redis is not store:
                    embedded.stop(stage.redis)

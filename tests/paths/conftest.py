"""A whole service in processes of its own: two web workers and a registrar on one real store."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis as sync_redis

from server import embedded, keyfiles
from server.staff import people
from tests.environ import ORIGIN, worker_environ
from tests.paths.street import Street, opened
from tests.people import Place
from tests.ports import free_port

START_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]
LINE, CAP, MOST_STARTS = 12, 20, 50
"""Limits that a test in the street can reach: children in the line from when on it is an attack, its cap, and visits begun in a minute."""
MANY = {"attack_starts": "100000", "attack_line": "10000"}
"""However fast a file's tests begin their visits, that is no attack, unless the file says so."""


@dataclass
class Service:
    """Two workers, a registrar, a data folder."""

    data: Path
    redis: embedded.Embedded
    ports: tuple[int, int]
    origin: str = ORIGIN
    extra: dict[str, str] = field(default_factory=dict)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The settings of every process."""
        return worker_environ(self.redis.url, self.data, origin=self.origin, **{"ALARM_OPEN": "always"} | self.extra)

    def start(self, name: str, patience: float = START_SECONDS) -> None:
        """Start `one`, `two` (workers) or `registrar`; a worker is waited for."""
        self.launch(name)
        if name in self.doors_of_workers:
            self.wait(f"http://127.0.0.1:{self.doors_of_workers[name]}/health", patience)

    @property
    def doors_of_workers(self) -> dict[str, int]:
        """The port of each worker."""
        return dict(zip(("one", "two"), self.ports, strict=True))

    def launch(self, name: str) -> None:
        """Start a process, and wait for nothing."""
        ports = self.doors_of_workers
        words = ["serve", "--port", str(ports[name])] if name in ports else ["registrar"]
        with (self.data / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "server", *words], cwd=ROOT, env=self.environ, stderr=log, stdout=log
            )

    def wait(self, url: str, patience: float) -> None:
        """Wait until a worker answers that all is well."""
        deadline = time.monotonic() + patience
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return
            assert time.monotonic() < deadline, self.logs()
            assert all(one.poll() is None for one in self.running.values()), self.logs()
            time.sleep(0.05)

    def begin(self) -> None:
        """Make the accounts and start everything."""
        for name in ("Kari", "Ola"):
            self.passwords[name] = people.add(self.data / "staff.json", name)
        for name in ("one", "two", "registrar"):
            self.launch(name)
        for port in self.ports:
            self.wait(f"http://127.0.0.1:{port}/health", START_SECONDS)

    def kill(self, name: str) -> None:
        """`kill -9`."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End everything that was started."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def logs(self) -> str:
        """Return all that was logged."""
        return "\n".join(path.read_text("utf-8") for path in sorted(self.data.glob("*.log")))

    def place(self, worker: int = 0) -> Place:
        """Return where people go: to this worker."""
        public = keyfiles.read_p256_public(self.data / "registrar.pub")
        return Place(f"ws://127.0.0.1:{self.ports[worker]}", self.origin, public)

    def journal(self, *words: str) -> str:
        """Read the journal as an operator does."""
        done = subprocess.run(
            [sys.executable, "-m", "server", "journal", *words], cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout

    def stored(self) -> list[str]:
        """Return every key in the store."""
        with sync_redis.Redis.from_url(self.redis.admin_url) as admin:
            return sorted(key.decode() for key in admin.scan_iter())


def configured(folder: Path, changes: dict[str, str]) -> Path:
    """Return the helpline's own settings with other values for some names, in a folder with the same words."""
    lines = (ROOT / "config" / "helpline.toml").read_text("utf-8").splitlines()
    changed = [f"{name} = {changes[name]}" if (name := line.split(" ")[0]) in changes else line for line in lines]
    path = folder / "config" / "helpline.toml"
    path.parent.mkdir()
    path.write_text("\n".join(changed), "utf-8")
    (path.parent / "wording").symlink_to(ROOT / "config" / "wording")
    return path


@pytest.fixture(scope="module")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own for the tests of one file, with its own store.

    A file may name other settings of the helpline in SETTINGS and another environment in ENVIRON (a dictionary, or
    a function that makes one for a data folder).
    """
    data = tmp_path_factory.mktemp("data")
    keyfiles.ensure(data)
    config = configured(data, MANY | getattr(request.module, "SETTINGS", {}))
    with embedded.running(Path(f"/tmp/alarm-{os.getpid()}-{free_port()}")) as redis:  # noqa: S108 - a socket's path must be short
        one = Service(data, redis, (free_port(), free_port()))
        environ = getattr(request.module, "ENVIRON", {})
        one.extra = {"ALARM_CONFIG": str(config), **(environ(data) if callable(environ) else environ)}
        try:
            one.begin()
            yield one
        finally:
            one.stop()
            embedded.stop(one.redis)  # the one that runs now: a play may have started it anew
            redis_folder = redis.folder
    for left in redis_folder.glob("*"):
        if left.is_file():
            left.unlink()


@pytest.fixture
def street(request: pytest.FixtureRequest, service: Service, tmp_path: Path) -> Iterator[Street]:
    """A worker behind a proxy, in the same house as the service's; a parameter gives it another LINE and CAP."""
    line, cap = getattr(request, "param", (LINE, CAP))
    config = configured(tmp_path, {"attack_starts": str(MOST_STARTS), "attack_line": str(line), "line_cap": str(cap)})
    environ = worker_environ(service.redis.url, service.data, origin=service.origin, ALARM_OPEN="always", ALARM_CONFIG=str(config))
    with opened(environ, service.data, tmp_path, f"{tmp_path.name[-20:]}-{service.ports[0]}") as one:
        yield one


@pytest.fixture(autouse=True)
def empty_store(service: Service) -> Iterator[None]:
    """Each play begins with nobody in the line and nobody at a desk; the processes stay. Afterwards every key must have an expiry."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        admin.flushall()
    yield
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        forever = [key for key in admin.scan_iter() if admin.ttl(key) == -1]
    assert forever == []

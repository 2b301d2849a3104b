"""What the registrar's tests share: a data folder with real key files, and the registrar as a real process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server import embedded, keyfiles
from tests.handoff.talks import Keys

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds that a process may need on a busy machine."""

Environ = dict[str, str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as `make run` makes it."""
    keyfiles.ensure(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def keys_(data: Path) -> Keys:
    """The keys in that folder."""
    return Keys(
        keyfiles.read_p256_private(data / "registrar.key"),
        keyfiles.read_ed25519_private(data / "receipt.key"),
        keyfiles.read_p256_private(data / "journal.key"),
    )


@pytest.fixture
def environ(data: Path, embedded_redis: embedded.Embedded) -> Environ:
    """The environment of a registrar."""
    return {"ALARM_DATA": str(data), "REDIS_URL": embedded_redis.url, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


@contextmanager
def running(environ: Environ) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `python -m server registrar` for the length of a `with` block; its log goes to `log_file`."""
    with log_file(Path(environ["ALARM_DATA"])).open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "server", "registrar"], env=environ, cwd=ROOT, stderr=log)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


def log_file(data: Path) -> Path:
    """Return where the log of the registrars of a data folder is."""
    return data.with_name("registrar.log")


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is so; fail when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)

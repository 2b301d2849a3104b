"""Processes on the cores that they belong to, and what they cost: CPU and memory as the kernel counts them.

Rules of this file:

1. What is measured has one core to itself: all web workers share the first, the store and the load generator the second.
2. What a process costs is that of its children too.
3. Everything that is started here is ended here, or goes with this process.
"""

import contextlib
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.leash import leashed

ROOT = Path(__file__).resolve().parents[2]
CORES = sorted(os.sched_getaffinity(0))
SERVERS, REST = {CORES[0]}, {CORES[-1]}
"""The core of the web workers, and the core of the store and the load generator."""
TICK = os.sysconf("SC_CLK_TCK")
TASKSET = "/usr/bin/taskset"
"""Of util-linux, on every Debian."""
START_SECONDS, STOP_SECONDS = 30.0, 15.0
LOWEST, ABOVE = 20_000, 32_000
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
"""How many descriptors a process may have."""


class BenchError(Exception):
    """Something of the benchmark does not do what it must: the figures would mean nothing."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has, below those that the kernel gives away."""
    while True:
        port = random.SystemRandom().randrange(LOWEST, ABOVE)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Running:
    """A process that was started."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def pids(self) -> list[int]:
        """Return its process, and those that it has started."""
        return [self.process.pid, *_children(self.process.pid)]

    def kill(self) -> None:
        """`kill -9`, also what it has started."""
        for pid in reversed(self.pids()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it: politely, then for sure."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Machine:
    """All that one scene has started."""

    folder: Path
    started: list[Running] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    """Folders elsewhere that go with it."""

    def start(
        self, name: str, command: Sequence[str], *, cores: Iterable[int], environ: Mapping[str, str] | None = None, cwd: Path = ROOT
    ) -> Running:
        """Start a process on these cores; what it says goes to a file in the folder."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                leashed([TASKSET, "-c", ",".join(map(str, cores)), *command]),
                cwd=cwd,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        running = Running(name, process, log)
        self.started.append(running)
        return running

    def wait_for_port(self, running: Running, port: int) -> None:
        """Wait until it listens. Raises BenchError."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and running.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.02)
        raise BenchError(f"{running.name}: expected it to listen, got {running.log.read_text('utf-8')[-2000:]}")

    def stop(self) -> None:
        """End everything, the last first."""
        for running in reversed(self.started):
            running.stop()
        self.started.clear()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def cpu(running: Iterable[Running]) -> float:
    """Return how many seconds of CPU these have used."""
    return sum(_cpu(pid) for one in running for pid in one.pids())


def memory(running: Iterable[Running]) -> float:
    """Return how many KiB these have for themselves (what they share is shared out)."""
    return sum(_memory(pid) for one in running for pid in one.pids())


def told(text: str) -> None:
    """Say how far it is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _cpu(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(words[11]) + int(words[12])) / TICK


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(word) for word in tasks.read_text("ascii").split()]
    return found + [below for child in found for below in _children(child)]

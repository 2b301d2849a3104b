"""Processes that are watched: started again when they fall, ended for sure, never left behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from server.children import LONGEST_PAUSE, Child, Children, pause
from server.leash import leashed

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def children() -> Iterator[Children]:
    """Nobody yet; whoever is started is ended."""
    told: list[str] = []
    watched = Children(told.append)
    yield watched
    watched.stop(lambda: True)


def child(tmp_path: Path, text: str) -> Child:
    """A process that runs a line of Python."""
    return Child("It", [sys.executable, "-c", text], {}, tmp_path / "log")


def pid(one: Child) -> int:
    """Return the process's number."""
    assert one.process is not None
    return one.process.pid


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("falls", "seconds"), [(0, 0.2), (1, 0.4), (2, 0.8), (5, 6.4), (6, LONGEST_PAUSE), (10_000, LONGEST_PAUSE)])
def test_the_pause_doubles_up_to_a_bound(falls: int, seconds: float) -> None:
    """Who falls again and again waits longer and longer, and never longer than ten seconds."""
    assert pause(falls) == pytest.approx(seconds)


def test_one_that_is_killed_is_started_again(children: Children, tmp_path: Path) -> None:
    """Kill -9: another process takes its place, after its pause, and whoever watches is told."""
    one = child(tmp_path, "import time; time.sleep(600)")
    children.start(one)
    first = pid(one)
    psutil.Process(first).kill()

    def looked() -> bool:
        children.look()
        return pid(one) != first

    until(lambda: one.exit_code() is not None)
    fell = time.monotonic()
    until(looked)
    assert time.monotonic() - fell >= 0.2
    assert one.exit_code() is None


def test_one_that_falls_at_once_does_not_spin(children: Children, tmp_path: Path) -> None:
    """A process that cannot run is tried a few times in two seconds, not hundreds of times."""
    one = child(tmp_path, "print('x', flush=True)")
    children.start(one)
    began = time.monotonic()

    def looked() -> bool:
        children.look()
        return time.monotonic() - began > 2 and len(one.log.read_text().splitlines()) >= 2

    until(looked)
    assert len(one.log.read_text().splitlines()) <= 5


@pytest.mark.parametrize("stopped", [False, True])
def test_one_that_does_not_want_to_end_is_ended(children: Children, tmp_path: Path, *, stopped: bool) -> None:
    """A process that ignores the polite signal, or hangs, is killed as soon as somebody is in a hurry."""
    one = child(tmp_path, STUBBORN)
    children.start(one)
    until(lambda: one.log.read_text() == "ready\n")
    if stopped:
        psutil.Process(pid(one)).suspend()

    began = time.monotonic()
    children.stop(lambda: time.monotonic() - began > 0.5)

    assert one.exit_code() == -signal.SIGKILL


def test_nobody_outlives_the_one_who_started_it() -> None:
    """Kill -9 of the one who started it ends a process on a leash at once."""
    text = f"""
import subprocess
from server.leash import leashed
print(subprocess.Popen(leashed({[sys.executable, "-c", "import time; time.sleep(600)"]!r})).pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        left = psutil.Process(int(starter.stdout.readline()))
        starter.kill()

    psutil.wait_procs([left], timeout=30)
    assert not left.is_running()


def test_a_leash_is_the_same_process_and_hands_everything_on() -> None:
    """The command gets its arguments and its answer comes back, as if there were no leash."""
    done = subprocess.run(leashed(["/bin/sh", "-c", 'echo "$1"; exit 7', "sh", "a b"]), capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("a b\n", 7)

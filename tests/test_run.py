"""`python -m server run`: one command starts everything, keeps it running, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from server.embedded import Embedded
from server.staff.directory import Directory

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Running:
    """A start of everything: the process, what it printed, and all that it started."""

    process: "subprocess.Popen[str]"
    said: str

    def address(self, of: str) -> str:
        """Return the address that was printed for this page."""
        found = re.search(rf"{of} +(http://\S+)", self.said)
        assert found is not None
        return found.group(1)

    def everything(self) -> list[psutil.Process]:
        """Return every process that belongs to this start."""
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def workers(self) -> list[psutil.Process]:
        """Return the web workers that run now."""
        return [one for one in self.everything() if has(one, "serve")]


def has(process: psutil.Process, word: str) -> bool:
    """Tell whether a process's command line has a word, or its program's name is it (one that has just ended has none)."""
    try:
        words = [str(part) for part in process.cmdline()]
        return word in words or Path(words[0] if words else "").name == word
    except psutil.NoSuchProcess:
        return False


def start(data: Path, **environ: str) -> "subprocess.Popen[str]":
    """Start everything, on free ports."""
    given = {name: os.environ[name] for name in ("PATH", "ALARM_BUILT") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "server", "run"],
        cwd=ROOT,
        env=given | {"ALARM_DATA": str(data), "ALARM_PORT": "0", "ALARM_DEMO_PORT": "0"} | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ready(process: "subprocess.Popen[str]") -> Running:
    """Wait until it says that all runs."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C ends everything" in line:
            return Running(process, said)
    raise AssertionError(said)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Everything, started; ended at the end, come what may."""
    with start(tmp_path / "data") as process:
        try:
            yield ready(process)
        finally:
            process.terminate()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def get(address: str) -> str:
    """Return what is at an address."""
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


def is_answered(address: str) -> bool:
    """Tell whether a worker answers that it is well."""
    return '"store":"here"' in get(address)


def assert_nothing_left(left: list[psutil.Process]) -> None:
    """None of these processes runs any more."""
    assert len(left) == 5
    _, alive = psutil.wait_procs(left, timeout=20)
    assert alive == []


async def test_everything_that_was_printed_is_there(running: Running, tmp_path: Path) -> None:
    """The child's page embeds the chat from another origin, the staff's page asks to sign in, the passwords are right."""
    child, staff = running.address("Page for a child"), running.address("Page for counsellors")
    loader = re.search(r'<script async src="([^"]+/loader\.js)">', get(child))

    assert loader is not None
    assert not loader.group(1).startswith(child)
    assert "iframe" in get(loader.group(1))
    assert "<form" in get(staff)
    people = Directory(tmp_path / "data" / "staff.json")
    for name, password in re.findall(r"^    (\w+) +(\S+)(?: +\(shift lead\))?$", running.said, re.MULTILINE):
        assert await people.check(name, password)
    assert len(people.accounts()) == 3
    assert len(running.workers()) == 2


def test_a_crash_leaves_no_memory_on_the_disk(running: Running) -> None:
    """No worker and no registrar writes a core file."""
    ours = [one for one in running.everything() if has(one, "serve") or has(one, "registrar")]

    assert [one.rlimit(psutil.RLIMIT_CORE) for one in ours] == [(0, 0)] * 3


def test_connections_wait_while_workers_are_started_again(running: Running) -> None:
    """Kill -9 of one worker, then of both at once: others take their place, and nobody who knocks is turned away."""
    health = running.address("Page for counsellors").replace("/staff", "/health")
    for count in (1, 2):
        victims = running.workers()[:count]
        for one in victims:
            one.kill()
        psutil.wait_procs(victims, timeout=10)
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(is_answered, [health] * 24))
        until(lambda: len(running.workers()) == 2)
        assert not set(running.workers()) & set(victims)


def test_the_store_is_started_again_with_its_data_at_its_place(running: Running) -> None:
    """Kill -9 of the embedded store: another one, and the same workers find it."""
    health = running.address("Page for counsellors").replace("/staff", "/health")
    before = running.workers()
    (store,) = [one for one in running.everything() if has(one, "valkey-server")]
    store.kill()
    psutil.wait_procs([store], timeout=10)

    until(lambda: any(has(one, "valkey-server") for one in running.everything()))
    until(lambda: _is_well(health))
    assert running.workers() == before


def _is_well(health: str) -> bool:
    try:
        return is_answered(health)
    except urllib.error.HTTPError:
        return False


def test_ctrl_c_leaves_nothing(running: Running) -> None:
    """One Ctrl-C: it ends well, and so did everything that it started."""
    left = running.everything()
    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(30) == 0
    assert_nothing_left(left)


def test_a_second_ctrl_c_ends_what_hangs(running: Running) -> None:
    """A worker that hangs does not keep anybody: the second Ctrl-C ends it at once."""
    left = running.everything()
    running.workers()[0].suspend()
    running.process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert running.process.poll() is None
    began = time.monotonic()
    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(30) == 0
    assert time.monotonic() - began < 8
    assert_nothing_left(left)


def test_kill_9_leaves_nothing(running: Running) -> None:
    """Not even kill -9 of the one command leaves a process behind."""
    left = running.everything()
    running.process.kill()

    assert_nothing_left(left)


def test_ctrl_c_ends_what_is_being_made_too() -> None:
    """Before anything runs it is built: Ctrl-C then ends every process of the step, one that does not hear TERM as well."""
    slow = """. tools/step.sh; step Something sh -c 'trap "" TERM; (sleep 300); sleep 300'"""
    with subprocess.Popen(
        ["/bin/bash", "-c", slow],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - as a terminal starts it, whoever runs the tests
    ) as step:
        until(lambda: any(has(one, "sleep") for one in psutil.Process(step.pid).children(recursive=True) if has(one, "300")))
        left = psutil.Process(step.pid).children(recursive=True)
        os.killpg(step.pid, signal.SIGINT)
        _, alive = psutil.wait_procs(left, timeout=20)

    assert [one for one in alive if has(one, "300")] == []


def test_a_folder_is_for_one_start(running: Running, tmp_path: Path) -> None:
    """A second start over the same files is refused: it would ruin them."""
    assert "stopped: " in refusal(tmp_path / "data")
    assert running.process.poll() is None


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """A port that somebody uses: the setting, and that it is taken."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = refusal(tmp_path / "data", ALARM_DEMO_PORT=port)

    assert f"stopped: ALARM_DEMO_PORT: expected a free port, got {port}" in said


@pytest.mark.parametrize(
    ("name", "value"), [("ALARM_PORT", "http"), ("ALARM_PORT", "65536"), ("ALARM_OPEN", "yes"), ("ALARM_OPN", "always")]
)
def test_a_wrong_setting_is_named_before_anything_starts(tmp_path: Path, name: str, value: str) -> None:
    """The setting's name, and no worker has been started."""
    said = refusal(tmp_path / "data", **{name: value})

    assert f"stopped: {name}: expected" in said
    assert "Web workers" not in said


def test_missing_browser_files_are_told(tmp_path: Path) -> None:
    """Nothing was built: where it was looked for, and the command that builds."""
    said = refusal(tmp_path / "data", ALARM_BUILT=str(tmp_path / "none"))

    assert f"stopped: {tmp_path}/none: expected the built browser files, got none (make build)" in said


def test_a_server_that_exists_is_used(tmp_path: Path, embedded_redis: Embedded) -> None:
    """REDIS_URL is set: no embedded server is started, and the workers are well."""
    with start(tmp_path / "data", REDIS_URL=embedded_redis.url) as process:
        try:
            one = ready(process)
            assert not [child for child in one.everything() if has(child, "valkey-server")]
            assert is_answered(one.address("Page for counsellors").replace("/staff", "/health"))
        finally:
            process.terminate()


def test_a_store_that_is_down_is_named(tmp_path: Path) -> None:
    """REDIS_URL leads nowhere: the setting is said, soon, and nothing of what it holds."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        said = refusal(tmp_path / "data", REDIS_URL=f"redis://:a-password@127.0.0.1:{nobody.getsockname()[1]}")

    assert "stopped: REDIS_URL: expected a store that answers and lets us in, got none" in said
    assert "a-password" not in said + (tmp_path / "data" / "run.log").read_text("utf-8")


def refusal(data: Path, **environ: str) -> str:
    """Start everything, expect that it refuses, and return what it said."""
    with start(data, **environ) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    return said

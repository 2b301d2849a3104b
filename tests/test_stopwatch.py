"""The stopwatch counts the seconds of a machine that runs, all of them and no others."""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STOPPED = 1.0
MEASURES = """
import time
from tests.stopwatch import Stopwatch
began = time.monotonic()
with Stopwatch() as watch:
    print("begun", flush=True)
    input()
    counted = watch.seconds()
    print(counted, time.monotonic() - began, flush=True)
"""


def measured(*, stopped: bool) -> tuple[float, float]:
    """Let a process measure a second in which it is stopped, or runs; return what it counts, and what a clock on the wall does."""
    with subprocess.Popen([sys.executable, "-c", MEASURES], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdin is not None
        assert one.stdout is not None
        assert one.stdout.readline() == "begun\n"
        if stopped:
            one.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED)
        one.send_signal(signal.SIGCONT)
        said, _ = one.communicate("\n")
    counted, wall = map(float, said.split())
    return counted, wall


def test_what_runs_is_counted_and_what_stands_still_is_not() -> None:
    """A process that waits counts its second; one that is stopped for as long does not."""
    counted, wall = measured(stopped=False)
    assert wall >= counted > STOPPED / 2
    counted, wall = measured(stopped=True)
    assert wall >= STOPPED
    assert counted < STOPPED / 2

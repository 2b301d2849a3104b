"""A telephone that is slower than this machine, whole: every thread of the pages, and not only what a browser's own brake reaches."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

import psutil

ON = 0.004
"""So long (s) the pages run at a time."""


def pages_of_this_browser() -> list[int]:
    """Return the processes in which this test's browser runs its pages."""
    return [one.pid for one in psutil.Process().children(recursive=True) if "--type=renderer" in _words(one)]


def _words(process: psutil.Process) -> str:
    """Return how a process was started; "" for one that has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # a zombie is one too
        return ""


@contextlib.contextmanager
def slowed(times: int) -> Iterator[None]:
    """Let the pages run for one part of the time in so many: their scripts, their cryptography, all of it."""
    over, pages = threading.Event(), pages_of_this_browser()
    assert pages

    def tell(what: signal.Signals) -> None:
        for pid in pages:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, what)

    def brake() -> None:
        while not over.is_set():
            tell(signal.SIGSTOP)
            time.sleep(ON * (times - 1))
            tell(signal.SIGCONT)
            time.sleep(ON)

    thread = threading.Thread(target=brake, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()

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
    ours = psutil.Process().children(recursive=True)
    return [one.pid for one in ours if "--type=renderer" in " ".join(one.cmdline())]


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

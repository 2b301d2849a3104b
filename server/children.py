"""Processes that `python -m server run` starts: kept alive with a back-off, ended for sure."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.leash import leashed

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
SETTLED = 30.0
"""Seconds after which a process counts as well, and its next fall starts with the short pause again."""
GRACE = 12.0
"""Seconds that processes have to end by themselves: a worker takes at most 10."""


@dataclass(slots=True)
class Child:
    """One process, and when to start it again."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    keep: Sequence[int] = ()
    """File descriptors that it inherits."""
    process: "subprocess.Popen[bytes] | None" = None
    since: float = 0.0
    falls: int = 0
    again: float | None = None

    def start(self) -> None:
        """Start the process, on a leash, in a session of its own: a Ctrl-C reaches only the one who watches."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                leashed(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environ),
                pass_fds=self.keep,
                start_new_session=True,
            )
        self.since, self.again = time.monotonic(), None

    def exit_code(self) -> int | None:
        """Return how the process ended, or None while it runs (or was never started)."""
        return self.process.poll() if self.process else None

    def signal(self, number: int) -> None:
        """Send a signal to the process, if it runs."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


@dataclass(slots=True)
class Children:
    """All of them."""

    tell: Callable[[str], None]
    """Says a line to whoever watches."""
    members: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        """Start one more."""
        self.members.append(child)
        child.start()

    def look(self) -> None:
        """Start again those that have fallen, each after its pause."""
        now = time.monotonic()
        for child in self.members:
            code = child.exit_code()
            if code is None:
                continue
            if child.again is None:
                child.falls = 0 if now - child.since > SETTLED else child.falls
                child.again = now + pause(child.falls)
                child.falls += 1
                self.tell(f"{child.name} ended ({code}) and is started again; see {child.log}")
            elif now >= child.again:
                child.start()

    def stop(self, hurry: Callable[[], bool]) -> None:
        """End every one: politely and, after the grace or as soon as `hurry` says so, for sure."""
        for child in self.members:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while any(child.process and child.process.poll() is None for child in self.members):
            if hurry() or time.monotonic() > deadline:
                for child in self.members:
                    child.signal(signal.SIGKILL)
            time.sleep(0.02)


def pause(falls: int) -> float:
    """Return how long to wait before a process that fell so many times is started again (s)."""
    return min(FIRST_PAUSE * 2.0 ** min(falls, 16), LONGEST_PAUSE)

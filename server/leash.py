"""Runs a command that cannot outlive the one who started it: not even when that one is killed with -9.

Linux only (elsewhere the command just runs). It is a program of its own, so that no code runs between fork and exec.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def leashed(command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` on a leash held by this process (by the thread that starts it)."""
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(os.getpid()), *command]


def main(argv: Sequence[str]) -> None:
    """Ask the kernel to kill this process with its parent, then become the command."""
    parent, *command = argv
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(parent):
            sys.exit("the one who started this is gone")
    os.execv(command[0], command)  # noqa: S606 - without a shell, on purpose


if __name__ == "__main__":
    main(sys.argv[1:])

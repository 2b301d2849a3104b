"""Ports of 127.0.0.1 for processes that the tests start: chosen where the kernel gives none away.

A port that was free a moment ago, and that the kernel gives to whoever asks for any, may belong to somebody's connection before the
process that it was meant for has bound it. So these lie below the kernel's own range, and no test is given one twice.
"""

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
LOWEST = 20_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_given: set[int] = set()


def free_port() -> int:
    """Return a port that nobody uses now, and that nobody is given by chance."""
    below = int(_RANGE.read_text("ascii").split()[0]) if _RANGE.exists() else 32_768
    while True:
        port = random.SystemRandom().randrange(LOWEST, below)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def free_ports(count: int) -> list[int]:
    """Return so many, all different."""
    return [free_port() for _ in range(count)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True

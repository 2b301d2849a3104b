"""What the load generator is told: connections, who sits where, and what is to be done. Written as `bench/generator` reads it."""

import base64
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from server.wire.frames import NONCE_AND_TAG, STEP

BOX = base64.b64encode(os.urandom(STEP + NONCE_AND_TAG)).decode("ascii")
"""A message as a browser seals it: one step of padded text, nonce and tag; opaque to everybody."""
AT_ONCE = {"closed": 4, "open": 4, "hold": 64}
"""Connections on their way in at a time: few, where coming in is not what is measured."""

OR = "\x1f"
"""Stands between texts of which each try says the next one: what is good once has others."""

Mode = Literal["closed", "open", "hold"]


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection: to which port, as which kind, and what is said after the handshake and must come back, in turn."""

    port: int
    path: str
    steps: tuple[tuple[str, str], ...]
    kind: int = 0
    beat: tuple[str, str] | None = None
    """A heartbeat: what stands before and after the last number that was seen."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who says something over a connection, and the seat that hears it. A message is head, id, mid, counter, tail."""

    connection: int
    partner: int
    head: str
    mid: str
    tail: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is special about how a server is spoken to."""

    headers: tuple[tuple[str, ...], ...] = ((),)
    """Of each kind of connection."""
    ping: str = ""
    pong: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the generator is told."""

    dialect: Dialect
    connections: list[Connection] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    mode: Mode = "hold"
    warm: float = 0.0
    seconds: float = 0.0
    rate: float = 0.0
    """Messages a second, of all together (open)."""
    beat_seconds: float = 10.0

    def doing(self, mode: Mode, *, warm: float = 0.0, seconds: float = 0.0, rate: float = 0.0) -> "Plan":
        """Return the same people doing something else."""
        return replace(self, mode=mode, warm=warm, seconds=seconds, rate=rate)

    def write(self, path: Path) -> None:
        """Write it where the generator reads it."""
        path.write_text("\n".join(self._lines()) + "\n", "utf-8")

    def _lines(self) -> list[str]:
        said = self.dialect
        lines = [_line("M", self.mode, self.warm, self.seconds, self.rate, AT_ONCE[self.mode], said.ping, said.pong)]
        lines += [_line("K", *headers) for headers in said.headers]
        for one in self.connections:
            lines.append(_line("C", one.port, one.kind, one.path, *(part for step in one.steps for part in step)))
        lines += [_line("S", seat.connection, seat.partner, seat.head, seat.mid, seat.tail) for seat in self.seats]
        lines += [_line("B", at, *one.beat, self.beat_seconds) for at, one in enumerate(self.connections) if one.beat]
        return lines


def _line(*fields: object) -> str:
    return "\t".join(str(one) for one in fields)

"""One child in a process of its own, so that its whole machine can be frozen: `python -m tests.faults.phone JSON`.

It says `talks` when somebody has answered it, and writes on until its standard input says something (a line). Then it
waits until all it wrote is acknowledged, ends the talk, and says in hex what it has seen. Its clock is its parent's.
"""

import asyncio
import contextlib
import json
import random
import sys
from typing import Any

import msgspec

from tests.faults.child import SteadyChild
from tests.faults.history import History, Said, Screen, Wait
from tests.faults.steady import WebDoor
from tests.people import Place

PAUSE = 0.4


class Packed(msgspec.Struct):
    """What one phone has seen."""

    conversation: str
    key: bytes
    said: list[Said]
    acknowledged: list[tuple[str, int]]
    pending: list[str]
    acknowledged_at: dict[str, float]
    shown_at: list[tuple[str, str, float]]
    screens: list[Screen]
    waits: list[Wait]
    resumed: list[tuple[float, float]]
    faults: list[str]

    @classmethod
    def of(cls, child: SteadyChild) -> "Packed":
        """Pack what a child has seen."""
        seen = child.history
        return cls(
            child.conversation,
            child.key,
            seen.said,
            seen.acknowledged,
            sorted(seen.pending),
            seen.acknowledged_at,
            [(who, name, at) for (who, name), at in seen.shown_at.items()],
            seen.screens,
            seen.waits,
            seen.resumed,
            seen.faults,
        )

    def join(self, history: History) -> None:
        """Add it to what everybody has seen."""
        history.said += self.said
        history.acknowledged += self.acknowledged
        history.pending |= set(self.pending)
        for name, at in self.acknowledged_at.items():
            history.acknowledged_at[name] = min(at, history.acknowledged_at.get(name, at))
        history.shown_at |= {(who, name): at for who, name, at in self.shown_at}
        history.screens += self.screens
        history.waits += self.waits
        history.resumed += self.resumed
        history.faults += self.faults


async def live(told: dict[str, Any]) -> Packed:
    """Live through it all."""
    key = bytes.fromhex(told["key"])
    doors = [WebDoor(Place(f"ws://127.0.0.1:{port}", told["origin"], key)) for port in told["ports"]]
    child = SteadyChild(doors, History(), told["who"], key, random.Random(told["who"]))  # noqa: S311 - a schedule that can be repeated
    child.danger = True
    living = asyncio.create_task(child.live())
    asking = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    count, answered = 0, False
    while not asking.done():
        await asyncio.sleep(PAUSE)
        if child.joined and child.view is not None:
            count += 1
            child.write(f"{child.who} says {count}")
            if not answered and any(line.role == "counsellor" for line in child.view.screen.lines):
                answered = True
                sys.stdout.write("talks\n")
                sys.stdout.flush()
    while child.view is None or child.view.outbox or child.view.gap is not None or not child.welcomed:
        await asyncio.sleep(0.05)
    child.end()
    await child.finished.wait()
    living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living
    return Packed.of(child)


if __name__ == "__main__":
    sys.stdout.write(msgspec.msgpack.encode(asyncio.run(live(json.loads(sys.argv[1])))).hex() + "\n")

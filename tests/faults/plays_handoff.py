"""H1, H2: whoever has a part in the hand-off is killed before and after each of its steps; the registrar is down for long.

The same rules as in plays.py. What must hold is seen when everybody has gone home: one entry for each contact, nothing left.
"""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import cast

import redis as sync_redis

from server import keys
from tests.faults.crowd import Crowd, Habits
from tests.faults.plays import Fault, Outcome, suffer
from tests.faults.scenes import Scene, gone_home
from tests.faults.stage import WORKERS, Stage, staged

MORTAL = Path(__file__).parent / "mortal"
PATIENCE = 90.0
HURRIED = Habits(children=6, counsellors=3, pause=(0.1, 0.4), stays=(0.5, 2.0), gives_up=0.3)
"""People whose talks are short: hand-offs all the time, of rows without text too."""
SHIFTS = {"seal": WORKERS, "list": WORKERS, "confirm": WORKERS, "delete": WORKERS}
POINTS = ("seal", "list", "take", "write", "fsync", "register", "confirm", "delete")
"""In the order of a hand-off: a worker seals and lists it; the registrar takes it, writes the record, commits it to the disk, gives its
receipt; a worker checks the receipt and erases."""
LATE = 16 * 60_000
DAY = 86_400


def killed_at(point: str, when: str) -> Callable[[Crowd], Awaitable[float]]:
    """`kill -9` of whoever comes to this step first; started again at once."""

    async def act(crowd: Crowd) -> float:
        stage = crowd.stage
        names = SHIFTS.get(point, ("registrar",))
        armed = stage.data / "mortal"
        armed.write_text(f"{point} {when}", "ascii")
        async with asyncio.timeout(PATIENCE):
            while armed.exists() or not (dead := [name for name in names if stage.running[name].poll() is not None]):
                await asyncio.sleep(0.02)
        assert [stage.running[name].returncode for name in dead] == [-signal.SIGKILL]
        broken = monotonic()
        await stage.dies(*dead)
        await stage.comes(*dead)
        return broken

    return act


async def registrar_down(crowd: Crowd) -> float:
    """The registrar is away for so long that it is told: nothing is erased, nothing expires, and all is journalled afterwards."""
    stage = crowd.stage
    await stage.dies("registrar")
    with stage.admin() as admin:
        async with asyncio.timeout(PATIENCE):
            while admin.exists(keys.RECEIPTS) or admin.zcard(keys.SEALED) < 5:
                await asyncio.sleep(0.1)
        sealed = [name.decode() for name in cast("list[bytes]", admin.zrange(keys.SEALED, 0, -1))]
        grow_old(admin, sealed)
        async with asyncio.timeout(PATIENCE):
            while not all(is_told(stage, crowd)) or not all(lasts(admin, name) for name in sealed):
                await asyncio.sleep(0.2)
        assert all(admin.hget(keys.talk(name), "state") == b"sealed" for name in sealed), "something was erased without a receipt"
        crowd.figures["talks that waited"] = admin.zcard(keys.SEALED)
    healed = monotonic()
    await stage.comes("registrar")
    return healed


def grow_old(admin: "sync_redis.Redis", sealed: list[str]) -> None:
    """Let hand-offs have waited for a quarter of an hour, with keys that soon expire."""
    for name in sealed:
        admin.zincrby(keys.SEALED, -LATE, name)
        for key in keys.of_conversation(name):
            admin.expire(key, 600)


def is_told(stage: Stage, crowd: Crowd) -> tuple[bool, bool]:
    """Tell whether operators' logs and every counsellor's screen say that receipts are late."""
    logs = "".join((stage.data / f"{name}.log").read_text("utf-8") for name in WORKERS)
    shown = [one.line.unconfirmed for one in crowd.counsellors if one.line is not None]
    return '"alarm": "receipt_late"' in logs, bool(shown) and all(shown)


def lasts(admin: "sync_redis.Redis", name: str) -> bool:
    """Tell whether the keys of a talk have been renewed to a day."""
    return all(admin.ttl(key) > DAY - 3600 for key in keys.of_conversation(name) if admin.exists(key))


KILLS = tuple(Fault("H1", f"kill -9 {when} {point}", killed_at(point, when)) for point in POINTS for when in ("before", "after"))
DOWN = Fault("H2", "registrar down until it is told", registrar_down)


async def play(chance: random.Random, times: int, outcomes: list[Outcome]) -> None:
    """Kill at each point so often, stop the registrar once, and let everybody go home."""
    async with staged(start=()) as stage:
        path = f"{MORTAL}{os.pathsep}{stage.package}"
        for name in (*WORKERS, "registrar"):
            stage.private[name] = {"PYTHONPATH": path, "MORTAL": str(stage.data / "mortal")}
        await stage.comes(*WORKERS, "registrar")
        crowd = Crowd(stage, chance, replace(HURRIED))
        await crowd.come()
        await crowd.busy()
        for fault in [*(KILLS * times), DOWN]:
            outcomes.append(await suffer(crowd, fault))
            crowd.figures.clear()
        outcomes.append(await gone_home(crowd))


LONG = (Scene("hand-off", tuple(fault.name for fault in (*KILLS, DOWN)), play, 20),)

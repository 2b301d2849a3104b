"""The faults of time: a machine's clock that leaps, people who fall silent, a worker's clock that nobody shares.

The same rules as in plays.py.
"""

import asyncio
from pathlib import Path
from time import monotonic

from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor
from tests.faults.crowd import Crowd, Habits
from tests.faults.plays import Fault
from tests.faults.plays_people import hers, talking
from tests.faults.scenes import Set
from tests.faults.stage import WORKERS

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))
HOUR = 3600
LEAP = 6.0
"""Seconds that each leap is lived with: the workers look at the store's clock every second, the watch every two."""


async def clock_leaps(crowd: Crowd) -> float:
    """Q4: the clock of one worker's machine leaps an hour ahead, back, and an hour behind; nobody is sent away, operators are told."""
    stage, name = crowd.stage, WORKERS[1]
    file = stage.data / "clock"
    file.write_text("+0", "ascii")
    stage.private[name] = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    await stage.goes(name)
    await stage.comes(name)
    await crowd.settled()
    began, before = monotonic(), {one: one.told_lost for one in crowd.children}
    here, told = crowd.present, alarms(crowd, name)
    for offset in (HOUR, 0, -HOUR):
        file.write_text(f"{offset:+d}", "ascii")
        await asyncio.sleep(LEAP)
    assert alarms(crowd, name) > told, "a clock that is an hour off was not told to operators"
    assert alarms(crowd, WORKERS[0]) == 0, "the other worker's clock was taken for wrong"
    assert not [one.who for one, lost in before.items() if one.told_lost != lost], "somebody was told that its counsellor is gone"
    assert not [one.who for one in here if one.over not in (None, 4504)], "somebody was sent away"
    assert not [lost for lost, _ in crowd.history.resumed if lost >= began], "somebody lost the connection"
    del stage.private[name]
    await stage.goes(name)
    await stage.comes(name)
    return monotonic()


def alarms(crowd: Crowd, worker: str) -> int:
    """Return how often a worker has said that clocks differ."""
    return (crowd.stage.data / f"{worker}.log").read_text("utf-8").count('"clocks_differ"')


QUIET = Set({"silence_minutes": "1", "talk_grace_seconds": "25"}, Habits(children=0, counsellors=2))
"""Where silence ends a talk after a minute (15 in service), and a lost connection after 25 s (ten minutes)."""


async def both_fall_silent(crowd: Crowd) -> float:
    """P9: nobody writes in one talk, the child of another one is gone for good: both talks end, and are handed off."""
    silent, away = await talking(crowd), await talking(crowd)
    crowd.writes.clear()
    quiet_since = monotonic()
    her = {one: hers(crowd, one) for one in (silent, away)}
    away.online = False
    away.drop()
    async with asyncio.timeout(60):
        await registered(away, her)
    crowd.figures["ended, away"] = monotonic() - quiet_since
    assert silent.over is None, "a talk was ended before it was silent for long"
    async with asyncio.timeout(90):
        await silent.finished.wait()
        crowd.figures["ended, silent"] = monotonic() - quiet_since
        await registered(silent, her)
    assert silent.ended_by == "silence"
    assert crowd.figures["ended, away"] > 20  # counted from when it was last heard
    assert crowd.figures["ended, silent"] > 55  # counted from the last word
    away.online = True
    async with asyncio.timeout(30):
        await away.finished.wait()
    crowd.writes.set()
    return monotonic()


async def registered(one: SteadyChild, her: dict[SteadyChild, SteadyCounsellor]) -> None:
    """Wait until its counsellor has written up a talk."""
    while one.conversation not in her[one].registered:
        await asyncio.sleep(0.05)


TIME = (Fault("Q4", "one worker's clock leaps by an hour", clock_leaps),)
SILENCE = (Fault("P9", "nobody writes; a child is gone for good", both_fall_silent),)

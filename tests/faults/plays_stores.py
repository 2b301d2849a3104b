"""K6: a master of the store is killed, or cut off together with a worker and a sentinel, behind Sentinel and in a Cluster.

Beside the crowd, children who know one worker only wait in the line and write all the time: what they are told is what that worker
could do. Their talks lie with the master that is lost.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import cast

from server import keys
from tests.faults.child import SteadyChild
from tests.faults.crowd import Crowd, Habits
from tests.faults.elsewhere import Elsewhere, Kind, staged_on
from tests.faults.plays import Fault, Outcome, suffer
from tests.faults.scenes import Scene, gone_home

HELD = 14.0
"""Seconds that a network stays parted: longer than a minority may go on acknowledging."""
PROMISED = 10.0
PATIENCE = 60.0
HABITS = Habits(children=6, counsellors=3, stays=(4.0, 15.0), gives_up=0.0)


async def master_killed(crowd: Crowd) -> float:
    """`kill -9` of a master; once another one has taken its place it comes back, as a replica."""
    stage = cast("Elsewhere", crowd.stage)
    async with writing(crowd, 0, 1) as (victim, children):
        before = len(crowd.history.said)
        stage.store.kill(victim)
        broken = monotonic()
        healed = await first_acknowledged(crowd, children, before)
        crowd.figures["writable again"] = healed - broken
        await replaced(stage, victim, children[0])
        stage.store.nodes[victim].start()
        await asyncio.to_thread(stage.store.wait_until_whole)
    return healed


async def master_cut_off(crowd: Crowd) -> float:
    """A master, a worker and a sentinel on one side of the network; all the others, and the other worker, on the other side."""
    stage = cast("Elsewhere", crowd.stage)
    async with writing(crowd, 0, 1) as (victim, (inside, outside)):
        before = len(crowd.history.said)
        stage.part(victim, "one", "sentinel3")
        broken = monotonic()
        healed = await first_acknowledged(crowd, [outside], before)
        crowd.figures["writable again"] = healed - broken
        await replaced(stage, victim, outside)
        await asyncio.sleep(max(0.0, broken + HELD - monotonic()))
        crowd.figures["minority acknowledged for"] = told_within(crowd, inside, broken)
        assert crowd.figures["minority acknowledged for"] <= PROMISED
        assert inside.view is not None
        assert inside.view.outbox, "what was not stored is not shown as not sent"
        stage.mend()
        mended = monotonic()
        await asyncio.to_thread(stage.store.wait_until_whole)
    return mended


@asynccontextmanager
async def writing(crowd: Crowd, *doors: int) -> AsyncIterator[tuple[str, list[SteadyChild]]]:
    """Choose a master, the line's own or any, and let a child write at each of these workers whose talk lies there.

    Afterwards they stay, so that they are judged with the others; they go when the next ones come.
    """
    stage = cast("Elsewhere", crowd.stage)
    for earlier in [one for one in crowd.children if len(one.doors) == 1]:
        earlier.end()
    victim = crowd.chance.choice([stage.store.master_of(keys.LINE), *stage.store.masters()])
    found = [await one_on(crowd, stage, victim, door) for door in doors]
    tasks = [asyncio.create_task(writes_on(crowd, one)) for one in found]
    try:
        yield victim, found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def one_on(crowd: Crowd, stage: Elsewhere, victim: str, door: int) -> SteadyChild:
    """Return a child in the line whose talk lies with this master, and who knows one worker only. Others go again."""
    while True:
        child = crowd.child(stage.doors(door, only=True))
        async with asyncio.timeout(PATIENCE):
            await child.placed.wait()
        if stage.store.master_of(keys.talk(child.conversation)) == victim:
            return child
        child.end()


async def writes_on(crowd: Crowd, one: SteadyChild) -> None:
    """Write whenever everything before is acknowledged."""
    while True:
        if one.view is not None and one.joined and not one.view.outbox:
            one.write(crowd.text(one.who))
        await asyncio.sleep(0.1)


async def first_acknowledged(crowd: Crowd, children: Sequence[SteadyChild], before: int) -> float:
    """Wait until something is acknowledged that one of these wrote after so many messages; return when."""
    names = {child.who for child in children}
    history = crowd.history
    async with asyncio.timeout(PATIENCE):
        while True:
            later = [one.id for one in history.said[before:] if one.who in names]
            told = [history.acknowledged_at[name] for name in later if name in history.acknowledged_at]
            if told:
                return min(told)
            await asyncio.sleep(0.05)


def told_within(crowd: Crowd, child: SteadyChild, since: float) -> float:
    """Return for how many seconds a child was told that something is stored."""
    own = {one.id for one in crowd.history.said if one.who == child.who}
    return max([0.0, *(at - since for name, at in crowd.history.acknowledged_at.items() if name in own)])


async def replaced(stage: Elsewhere, victim: str, child: SteadyChild) -> None:
    """Wait until another master has this child's talk."""
    async with asyncio.timeout(PATIENCE):
        while stage.store.master_of(keys.talk(child.conversation)) == victim:
            await asyncio.sleep(0.1)


# --- scenes ------------------------------------------------------------------------------------

SENTINEL = (
    Fault("K6", "Sentinel: kill -9 of the master", master_killed),
    Fault("K6", "Sentinel: master and a worker cut off", master_cut_off),
)
CLUSTER = (
    Fault("K6", "Cluster: kill -9 of a master", master_killed),
    Fault("K6", "Cluster: a master and a worker cut off", master_cut_off),
)


def on(kind: Kind, faults: Sequence[Fault], repeats: int) -> Scene:
    """Return a scene in which one crowd on such a store lives through these faults, as often as asked, and then goes home."""

    async def play(chance: random.Random, times: int, outcomes: list[Outcome]) -> None:
        async with staged_on(kind) as stage:
            crowd = Crowd(stage, chance, replace(HABITS))
            await crowd.come()
            await crowd.settled()
            for _ in range(times):
                for fault in faults:
                    outcomes.append(await suffer(crowd, fault))
                    crowd.figures.clear()
            outcomes.append(await gone_home(crowd))

    return Scene(kind, tuple(fault.name for fault in faults), play, repeats)


LONG = (on("sentinel", SENTINEL, 20), on("cluster", CLUSTER, 20))

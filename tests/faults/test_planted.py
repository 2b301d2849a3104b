"""The harness tested: with a bug planted in the workers, real processes on a real store, the checker says so."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.crowd import Crowd, Habits
from tests.faults.plants import ASIDE, EARLY, NONE, TWICE, Plant, planted
from tests.faults.proxy import Address, Proxy
from tests.faults.stage import staged
from tests.faults.verdict import Kind, Verdict

HABITS = Habits(children=4, counsellors=2, pause=(0.1, 0.4), stays=(60, 60), gives_up=0.0, doors=(0,))


async def until(happens: Callable[[], bool]) -> None:
    """Wait until something has really broken: on a slow machine that takes its time."""
    async with asyncio.timeout(60):
        while not happens():
            await asyncio.sleep(0.05)


async def rough(plant: Plant, folder: Path) -> Verdict:
    """Let one worker with this plant live through lost answers, a full store and broken connections; return what the checker says."""
    async with contextlib.AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(package=planted(plant, folder), start=()))
        store, here = stage.redis.socket, Address(str(stage.redis.folder / "proxy.sock"))
        proxy = await stack.enter_async_context(Proxy(Address(str(store)), random.Random(5)).listening(here))  # noqa: S311
        stage.private["one"] = {"REDIS_URL": stage.redis.url.replace(str(store), here.path)}
        await stage.comes("one")
        crowd = Crowd(stage, random.Random(5), HABITS)  # noqa: S311 - a schedule that can be repeated
        await crowd.come()
        await crowd.busy(messages=6)
        proxy.cut_after = 0.15
        await asyncio.sleep(2)
        await until(lambda: proxy.lost > 20)  # so many that some were surely of messages
        proxy.cut_after = 0.0
        with stage.admin() as admin:
            said = len(crowd.history.said)
            admin.config_set("maxmemory", "1mb")
            await asyncio.sleep(1)
            await until(lambda: len(crowd.history.said) > said + 2)
            admin.config_set("maxmemory", "0")
        for _ in range(2):
            await asyncio.sleep(2.5)
            for one in crowd.present:
                one.drop()
        await asyncio.sleep(1)
        verdict = await crowd.judged(patience=60 if plant is NONE else 8)  # a bug's debts are never paid
        await crowd.leave()
        return verdict


async def test_planted_bugs_are_seen(tmp_path: Path) -> None:
    """Three bugs, each seen for what it is; and the same rough time with our own code is clean."""
    async with asyncio.TaskGroup() as side_by_side:
        runs = [side_by_side.create_task(rough(plant, tmp_path)) for plant in (NONE, EARLY, TWICE, ASIDE)]
    own, early, twice, aside = [run.result() for run in runs]

    assert own.clean, str(own)
    assert saw(early, EARLY, "lost", "invented")
    assert saw(twice, TWICE, "doubled")
    assert saw(aside, ASIDE, "lost")


def saw(verdict: Verdict, plant: Plant, *kinds: Kind) -> bool:
    """Tell whether each of these kinds of harm was found."""
    missing = [kind for kind in kinds if not verdict.count(kind)]
    if missing:
        pytest.fail(f"{plant.name}: {missing} not seen in: {verdict}")
    return True

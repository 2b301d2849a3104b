"""Every fault at least once, on real processes: after each the checker compares what people saw with what was kept.

Promises D1, D2, D6-D8, K1-K4, K7-K11, Q4, Q5, R1, P8, P9. The full form is `make faults`; stores of several machines are in
test_stores_break.py. A failing run prints FAULTS_SEED.
"""

import asyncio

import pytest

from tests.faults import seeds
from tests.faults.crowd import Habits
from tests.faults.plays import CRASHES, Fault, Outcome, reconnect_storm
from tests.faults.plays_people import MACHINE, NETWORKS, PHONES
from tests.faults.plays_time import QUIET, SILENCE, TIME
from tests.faults.scenes import Scene, Set, scene

STORM = Fault("K11", "200 who wait dropped at once", reconnect_storm(200))
PROCESSES = scene("processes", (*CRASHES, STORM), Set({"line_cap": "400"}))
BESIDE = (
    scene("networks", NETWORKS, Set(habits=Habits(children=4, counsellors=4))),
    scene("phones", PHONES, Set(habits=Habits(children=4, counsellors=4))),
    scene("machine", MACHINE, Set(habits=Habits(children=2, counsellors=0, stays=(3.0, 6.0)))),
    scene("clock", TIME, Set(habits=Habits(children=4, counsellors=3))),
    scene("silence", SILENCE, QUIET),
)

pytestmark = [pytest.mark.timeout(420), pytest.mark.xdist_group("crowd")]


def clean(outcomes: list[Outcome]) -> bool:
    """Tell whether nothing was wrong after any fault; fails with all that was."""
    wrong = [f"{one.fault} ({one.title}): {one.verdict}" for one in outcomes if not one.verdict.clean]
    if wrong:
        pytest.fail("\n".join(wrong))
    return True


def named(outcomes: list[Outcome]) -> list[str]:
    """Return the names of what happened, in order."""
    return [one.fault for one in outcomes]


async def run(one: Scene, outcomes: list[Outcome]) -> None:
    """Play a scene once."""
    await one.play(seeds.chance(one.name), 1, outcomes)


async def test_processes_break() -> None:
    """Workers, the store and its answers, one after the other, while twelve children come, talk and go."""
    outcomes: list[Outcome] = []
    await PROCESSES.play(seeds.chance("processes"), 1, outcomes)

    assert clean(outcomes)
    assert named(outcomes) == [*PROCESSES.faults, "D1 H4"]
    assert all(one.messages > 0 for one in outcomes[:-1])


async def test_machines_networks_and_clocks_break() -> None:
    """What takes long because somebody must first notice, side by side, each with a service of its own."""
    found: list[list[Outcome]] = [[] for _ in BESIDE]
    async with asyncio.TaskGroup() as side_by_side:
        for one, outcomes in zip(BESIDE, found, strict=True):
            side_by_side.create_task(run(one, outcomes))

    assert clean([outcome for outcomes in found for outcome in outcomes])
    assert [named(outcomes) for outcomes in found] == [[*one.faults, "D1 H4"] for one in BESIDE]

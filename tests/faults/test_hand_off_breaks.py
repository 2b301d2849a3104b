"""Promises H1, H2, H4: killed before and after each step of a hand-off, and with the registrar away, on real processes.

The full form, many times each, is `make faults`. A failing run prints FAULTS_SEED.
"""

import pytest

from tests.faults import seeds
from tests.faults.plays import Outcome
from tests.faults.plays_handoff import DOWN, KILLS, LONG

pytestmark = [pytest.mark.timeout(420), pytest.mark.xdist_group("crowd")]


async def test_a_hand_off_is_broken_at_every_step() -> None:
    """One entry for each contact, those who gave up too; erased only after the receipt; told when it is late, and nothing expires."""
    outcomes: list[Outcome] = []
    (scene,) = LONG
    await scene.play(seeds.chance(scene.name), 1, outcomes)

    wrong = [f"{one.title}: {one.verdict}" for one in outcomes if not one.verdict.clean]
    assert wrong == [], "\n".join(wrong)
    assert [one.title for one in outcomes[:-1]] == [fault.title for fault in (*KILLS, DOWN)]
    assert outcomes[-2].figures["talks that waited"] >= 5

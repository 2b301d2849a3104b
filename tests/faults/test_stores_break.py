"""Promise K6: a master is killed or cut off, behind Sentinel and in a Cluster, while real workers serve a crowd.

After each the checker compares what people saw with what was kept. The full form is `make faults`. A failing run prints FAULTS_SEED.
"""

import pytest

from tests.faults import seeds
from tests.faults.plays import Outcome
from tests.faults.plays_stores import LONG
from tests.faults.scenes import Scene

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("crowd")]


@pytest.mark.parametrize("scene", LONG, ids=lambda scene: scene.name)
async def test_a_master_is_lost(scene: Scene) -> None:
    """Nothing acknowledged is lost, a minority soon acknowledges nothing, and what was not stored is shown as not sent."""
    outcomes: list[Outcome] = []
    await scene.play(seeds.chance(scene.name), 1, outcomes)

    wrong = [f"{one.title}: {one.verdict}" for one in outcomes if not one.verdict.clean]
    assert wrong == [], "\n".join(wrong)
    assert [one.fault for one in outcomes] == ["K6", "K6", "D1 H4"]
    assert all(one.messages > 0 and one.figures["writable again"] > 0 for one in outcomes[:-1])

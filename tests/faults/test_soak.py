"""Promises R2, R4, R5, A11 in short: a crowd comes and goes; what the workers held is given back. The long form is `make faults`."""

import pytest

from server.link import MOST
from tests.faults import seeds, soak
from tests.faults.plays import Outcome

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("crowd")]


async def test_a_crowd_that_has_gone_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No descriptor, no task, no key, no failure that nobody caught; connections to the store do not depend on how many talk.

    How memory grows is told; so short a time says little of it.
    """
    monkeypatch.setattr(soak, "SECONDS", seeds.many("SOAK_SECONDS", 30))
    outcomes: list[Outcome] = []
    (scene,) = soak.LONG
    await scene.play(seeds.chance("soak"), 1, outcomes)
    (found,) = outcomes

    assert found.verdict.clean, str(found.verdict)
    assert found.figures["talks"] >= soak.ENOUGH
    assert found.figures["descriptors left"] == 0
    assert found.figures["tasks left"] == 0
    assert found.figures["unhandled failures"] == 0
    assert found.figures["connections to the store"] <= 3 * (MOST + soak.EXTRA)
    assert found.figures["memory growth (%)"] < 50
    assert found.figures["event loop's stall p99.9, at most (ms)"] > 0

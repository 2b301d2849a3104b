"""Promise K6: a master that was cut off spoke of an entry that did not last; whoever heard of it goes on writing.

The entry was never acknowledged and is not shown. A heartbeat or a desk had told its number, and a browser that lacks an entry says
nothing more before it has it.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server import embedded, keys
from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor
from tests.faults.view import View
from tests.faults.world import World, world_of


@pytest.fixture
async def here(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[World]:
    """Two workers on an empty store, and an account."""
    async with world_of(tmp_path, embedded_redis, 1) as one:
        yield one


async def talking(here: World) -> tuple[SteadyChild, SteadyCounsellor]:
    """Let a child and a counsellor talk."""
    child, her = here.child(danger=False), await here.counsellor()
    her.load = 1
    await here.connect(child, 0)
    await here.connect(her, 1)
    await here.move(1)
    assert child.paired.is_set()
    return child, her


async def spoken_of(here: World, view: View) -> None:
    """Let the store speak for a moment of one entry more than there is."""
    here.admin.hincrby(keys.talk(view.conversation), "seq", 1)
    await here.move(2)
    assert view.gap is None, "it was asked for, and is not there"
    here.admin.hincrby(keys.talk(view.conversation), "seq", -1)
    await here.move(2)


@pytest.mark.parametrize("before", [0, 1, 7])
async def test_K6_a_child_that_heard_of_an_entry_that_did_not_last_goes_on_writing(here: World, before: int) -> None:
    """Its browser asks for that entry, learns that nothing is there, and says what it has to say."""
    child, _ = await talking(here)
    for _ in range(before):
        child.write(here.text())
    await here.settle()
    assert child.view is not None
    assert child.view.have == before

    await spoken_of(here, child.view)
    child.write(here.text())
    await here.settle()

    assert (child.view.outbox, child.view.have) == ([], before + 1)
    assert (await here.judge()).clean


@pytest.mark.parametrize("before", [0, 1])
async def test_K6_a_counsellor_whose_desk_told_of_an_entry_that_did_not_last_goes_on_writing(here: World, before: int) -> None:
    """She asks once for each time that her desk tells of it, not again and again."""
    child, her = await talking(here)
    for _ in range(before):
        her.write(child.conversation, here.text())
    await here.settle()
    pane = her.panes[child.conversation]
    assert pane.view.have == before

    await spoken_of(here, pane.view)
    her.write(child.conversation, here.text())
    await here.settle()

    assert (pane.view.outbox, pane.view.have) == ([], before + 1)
    assert (await here.judge()).clean

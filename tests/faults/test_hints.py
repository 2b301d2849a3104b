"""Promise D6, each kind of hint by itself: with every live hint lost between workers, one heartbeat later both sides know all.

The child is at one worker, the counsellor at another, and the store takes no hints.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis as sync_redis

from server import embedded, keys
from server.wire import frames as f
from tests.faults.child import SteadyChild
from tests.faults.counsellor import Pane, SteadyCounsellor
from tests.faults.indoors import town
from tests.faults.plays import no_inboxes
from tests.faults.world import World, new_world


class Play:
    """A child and a counsellor, with all hints between them lost."""

    def __init__(self, world: World) -> None:
        """Nobody is here yet."""
        self.world = world
        self.child: SteadyChild
        self.kari: SteadyCounsellor

    async def begin(self) -> None:
        """Both are here, and the child waits."""
        self.child, self.kari = self.world.child(danger=False), await self.world.counsellor()
        await self.world.connect(self.child, 0)
        await self.world.connect(self.kari, 1)

    async def paired(self) -> None:
        """She takes the child, and both can read."""
        await self.begin()
        self.kari.post(f.Take(None))
        async with asyncio.timeout(30):
            while self.child.conversation not in self.kari.panes:  # the audit log is written beside
                await self.world.settle()
        assert self.pane.view.key is None
        await self.beats()
        await self.beats()
        assert self.pane.view.key is not None

    @property
    def pane(self) -> Pane:
        """The talk on her screen."""
        return self.kari.panes[self.child.conversation]

    @property
    def shown_to_child(self) -> list[str | None]:
        """What the child's screen shows."""
        assert self.child.view is not None
        return [line.text for line in self.child.view.screen.lines]

    async def beats(self) -> None:
        """One heartbeat of both sides."""
        await self.world.move(10)


@pytest.fixture
async def play(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[Play]:
    """A play on a store that takes no hints."""
    world = new_world(embedded_redis, town(tmp_path, embedded_redis.url))
    await world.begin()
    inboxes = [keys.inbox(one.house.relay.worker) for one in world.workers]
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin, no_inboxes(admin, inboxes):
        yield Play(world)
    await world.end()
    world.admin.close()


async def test_a_child_learns_that_it_is_taken_and_she_gets_the_key(play: Play) -> None:
    """Two heartbeats: one for the child to learn of her, one for her to get the key that the child's browser wraps."""
    await play.paired()

    assert play.child.counsellor is not None


async def test_words_arrive(play: Play) -> None:
    """Both ways, in order."""
    await play.paired()
    play.child.write("a")
    play.kari.write(play.child.conversation, "b")
    await play.beats()
    await play.beats()

    assert set(play.shown_to_child) == {"a", "b"}
    assert len(play.shown_to_child) == 2
    assert play.shown_to_child == [line.text for line in play.pane.view.screen.lines]


async def test_a_child_learns_that_the_talk_has_ended(play: Play) -> None:
    """The counsellor ended it."""
    await play.paired()
    play.kari.end(play.child.conversation)
    await play.world.settle()
    await play.beats()

    assert (play.child.ended_by, play.child.over) == ("counsellor", 4504)


async def test_she_learns_that_the_talk_has_ended(play: Play) -> None:
    """The child ended it."""
    await play.paired()
    play.child.end()
    await play.world.settle()
    await play.beats()

    assert play.kari.panes[play.child.conversation].held.state == "wrapping_up"


async def test_a_child_learns_that_she_is_gone_and_that_she_is_back(play: Play) -> None:
    """At first for a while; then with another key."""
    await play.paired()
    play.kari.drop()
    await play.world.settle()
    await play.world.move(20)
    await play.beats()
    assert play.child.told_lost < float("inf")
    before = play.child.counsellor
    play.child.counsellor = None
    await play.world.connect(play.kari, 1)
    await play.beats()

    assert play.child.counsellor == before


async def test_a_child_learns_that_it_waits_again(play: Play) -> None:
    """She did not come back."""
    await play.paired()
    play.kari.drop()
    await play.world.settle()
    await play.world.move(50)
    await play.beats()

    assert play.child.counsellor is None
    assert play.child.place == 1


async def test_an_older_tab_ends(play: Play) -> None:
    """Its place was taken by a newer one at another worker."""
    await play.begin()
    newer = play.world.child(danger=False)
    newer.token, newer.epoch, newer.key, newer.joined = play.child.token, play.child.epoch, play.child.key, True
    await play.world.connect(newer, 1)
    await play.beats()

    assert play.child.over == 4509

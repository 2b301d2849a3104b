"""A talk of long messages is longer than what may wait for a reader: it comes in parts, to whoever begins anew."""

import random
from pathlib import Path

import pytest

from server import embedded, sealing
from server.conversation.store import Desk, Say
from server.door.socket import MOST_BYTES
from server.ids import new_id
from server.link import Link
from server.sealing import Content
from server.wire import frames as f
from tests.faults.indoors import Indoors, Town, town, working
from tests.faults.test_resume import KEY, a_talk, a_view, opened, resumed, signed_on

LENGTH = 130
WORDS = "x" * 8_000


@pytest.fixture
def here(tmp_path: Path, embedded_redis: embedded.Embedded) -> Town:
    """A town on the session's store."""
    return town(tmp_path, embedded_redis.url)


async def a_long_talk(worker: Indoors, desk: Desk | None = None) -> tuple[str, str]:
    """Let a child write long messages; return the conversation and its token."""
    conversation, token = await a_talk(worker, 0, random.Random(1), desk)  # noqa: S311 - no chance is needed
    for n in range(LENGTH):
        name = new_id()
        box = sealing.seal_message(KEY, (conversation, "child", name, n), Content("text", WORDS))
        (stored,) = await worker.house.conversations.append([Say(conversation, "child", "", name, n, box)], worker.house.clock())
        assert stored.seq == n + 1
    return conversation, token


async def test_a_child_that_begins_anew_gets_it_all(redis: Link, here: Town) -> None:
    """Four times as much as may wait for it, once and in order."""
    assert redis is not None
    assert LENGTH * len(WORDS) > 3 * MOST_BYTES
    async with working(here) as workers:
        conversation, token = await a_long_talk(workers[0])
        view = a_view(conversation)
        welcome = await resumed(workers[1], f.ChildHello(token), view)

        assert (welcome.recovered, view.have) == (False, LENGTH)
        assert {line.text for line in view.screen.lines} == {WORDS}
    assert here.failures == []


async def test_a_counsellor_that_begins_anew_gets_it_all(redis: Link, here: Town) -> None:
    """The same for her."""
    assert redis is not None
    async with working(here) as workers:
        pair, desk = await signed_on(workers[0], here)
        conversation, _ = await a_long_talk(workers[1], desk)

        assert [entry.seq for entry in await opened(pair, conversation, 0)] == list(range(1, LENGTH + 1))
        pair.cut()
        await pair.task
    assert here.failures == []

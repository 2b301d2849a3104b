"""How long the store is given: again and again with pauses, for three seconds from its first failure, and not longer."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from time import monotonic

import pytest
from redis.exceptions import ConnectionError, OutOfMemoryError, ResponseError  # noqa: A004 - redis-py's name
from redis.exceptions import TimeoutError as StoreTimeoutError

from server.link import again
from server.link.again import Patience
from tests.stopwatch import Stopwatch


def failing(times: int, error: Exception, clock: Callable[[], float] = monotonic) -> tuple[Callable[[], Awaitable[str]], list[float]]:
    """Return an attempt that fails so often and then succeeds, and the instants at which it was made, by this clock."""
    made: list[float] = []

    async def attempt() -> str:
        made.append(clock())
        if len(made) <= times:
            raise error
        return "done"

    return attempt, made


async def test_what_passes_is_tried_again() -> None:
    """With pauses that are drawn, and never longer than half a second."""
    with Stopwatch() as watch:
        attempt, made = failing(5, ConnectionError(), watch.seconds)
        assert await Patience()(attempt) == "done"

    assert len(made) == 6
    assert all(later - earlier <= again.LONGEST_PAUSE + 0.2 for earlier, later in pairwise(made))


@pytest.mark.parametrize("error", [OutOfMemoryError("full"), ResponseError("MISCONF no disk"), ResponseError("WRONGTYPE")])
async def test_what_does_not_pass_is_not_tried_again(error: Exception) -> None:
    """A full store is not asked a second time, nor is a fault of ours repeated."""
    attempt, made = failing(9, error)
    with pytest.raises(type(error)):
        await Patience()(attempt)

    assert len(made) == 1


async def test_a_store_that_stays_away_is_given_its_time_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes later learns quickly that it is away; when it is back, the next failure begins a new row."""
    monkeypatch.setattr(again, "TOTAL", 0.6)
    monkeypatch.setattr(again, "LEAST", 0.1)
    patience, lengths = Patience(), []
    for _ in range(2):
        with Stopwatch() as watch, pytest.raises(ConnectionError):
            await patience(failing(99, ConnectionError())[0])
        lengths.append(watch.counted)
    assert 0.1 < lengths[0] < 0.9
    assert lengths[1] < 0.3
    assert await patience(failing(0, ConnectionError())[0]) == "done"

    await asyncio.sleep(again.TOTAL)  # reckoned from the old row, nothing would be left for another try
    monkeypatch.setattr(again, "LEAST", 0.0)
    monkeypatch.setattr(again, "FIRST_PAUSE", 0.0)
    attempt, made = failing(2, ConnectionError())
    assert await patience(attempt) == "done"
    assert len(made) == 3


async def test_an_answer_that_does_not_come_is_not_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that hangs is given up when the time is over, as a failure of the store."""
    monkeypatch.setattr(again, "TOTAL", 0.2)
    monkeypatch.setattr(again, "LEAST", 0.1)

    with pytest.raises(StoreTimeoutError):
        await Patience()(asyncio.Event().wait)


async def test_who_gives_up_is_let_go_at_once() -> None:
    """A socket that closes takes its waiting attempt with it."""
    waiting = asyncio.create_task(Patience()(failing(10**6, ConnectionError())[0]))
    await asyncio.sleep(0.05)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting

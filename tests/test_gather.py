"""Many who ask in one turn are asked for with one call; who comes meanwhile waits for the next one, or for one of a few."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from server.gather import QUIET, Gather


class Calls:
    """Calls that are answered when the test says so."""

    def __init__(self) -> None:
        """Nothing was called yet."""
        self.made: list[tuple[list[int], asyncio.Future[None]]] = []

    async def __call__(self, wishes: Sequence[int]) -> list[int]:
        """Answer each wish with its negative, when this call may end."""
        may_end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.made.append((list(wishes), may_end))
        await may_end
        return [-wish for wish in wishes]

    def end(self, number: int) -> None:
        """Let a call (from 0) be answered."""
        self.made[number][1].set_result(None)

    @property
    def wishes(self) -> list[list[int]]:
        """What was in each call."""
        return [wishes for wishes, _ in self.made]


@asynccontextmanager
async def gathering(calls: Calls, *, most: int = 9, wide: int = 1, lane: str = "", rests: bool = False) -> AsyncIterator[Gather[int, int]]:
    """Gather along one lane, or along one for each rest of a division by two."""
    gather: Gather[int, int] = Gather(calls, lambda wish: lane and str(wish % 2), most, wide, rests=rests)
    running = asyncio.create_task(gather.run())
    yield gather
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def asked(gather: Gather[int, int], *wishes: int) -> list[asyncio.Future[int]]:
    """Ask in one turn of the loop; return when that has led to all that it leads to."""
    answers = [gather.ask(wish) for wish in wishes]
    await turns()
    return answers


async def turns() -> None:
    """Let everything happen that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_is_asked_in_one_turn_is_one_call_and_the_rest_waits_for_it() -> None:
    """Three at once, then two more: two calls, one after the other, each answer to whom it belongs."""
    calls = Calls()
    async with gathering(calls) as gather:
        first, then = await asked(gather, 1, 2, 3), await asked(gather, 4, 5)
        assert calls.wishes == [[1, 2, 3]]
        calls.end(0)
        await turns()
        assert calls.wishes == [[1, 2, 3], [4, 5]]
        calls.end(1)
        assert await asyncio.gather(*first, *then) == [-1, -2, -3, -4, -5]


async def test_no_more_calls_of_a_lane_are_on_their_way_than_it_is_wide() -> None:
    """Two at a time: the second does not wait for the first, the third waits for whichever ends, and takes all that came meanwhile."""
    calls = Calls()
    async with gathering(calls, wide=2) as gather:
        tasks = [*await asked(gather, 1), *await asked(gather, 2), *await asked(gather, 3), *await asked(gather, 4)]
        assert calls.wishes == [[1], [2]]
        calls.end(1)
        await turns()
        assert calls.wishes == [[1], [2], [3, 4]]
        calls.end(0)
        calls.end(2)
        assert await asyncio.gather(*tasks) == [-1, -2, -3, -4]

        again = await asked(gather, 5)
        calls.end(3)
        assert await again[0] == -5


async def test_a_call_holds_no_more_than_it_may_and_lanes_do_not_wait_for_one_another() -> None:
    """Five of two kinds, at most two in a call: the first calls of both kinds leave at once."""
    calls = Calls()
    async with gathering(calls, most=2, lane="its own") as gather:
        tasks = await asked(gather, 1, 2, 3, 4, 5)
        assert calls.wishes == [[1, 3], [2, 4]]
        calls.end(0)
        await turns()
        assert calls.wishes == [[1, 3], [2, 4], [5]]
        calls.end(1)
        calls.end(2)
        assert await asyncio.gather(*tasks) == [-1, -2, -3, -4, -5]


@pytest.mark.parametrize("wide", [1, 2])
async def test_a_call_that_fails_is_told_to_those_in_it_and_the_next_one_is_made(wide: int) -> None:
    """Whoever gave up before is in no call."""
    calls = Calls()
    async with gathering(calls, wide=wide) as gather:
        (fails,) = await asked(gather, 1)
        calls.made[0][1].set_exception(ConnectionError())
        with pytest.raises(ConnectionError):
            await fails

        (held,) = await asked(gather, 2)
        if wide > 1:
            (other,) = await asked(gather, 3)
        gives_up, waits = await asked(gather, 4, 5)
        gives_up.cancel()
        for number in range(1, len(calls.made)):
            calls.end(number)
        await turns()
        calls.end(len(calls.made) - 1)
        assert await held == -2
        assert wide == 1 or await other == -3
        assert await waits == -5
        assert calls.wishes[-1] == [5]


async def test_the_next_call_of_a_crowd_waits_for_who_is_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a call for several, those whom the next turns of the loop bring share the next one; the answers of the first do not wait."""
    monkeypatch.setattr("server.gather.LONGEST", 60.0)  # a machine may stand still
    calls = Calls()
    async with gathering(calls, rests=True) as gather:
        first = await asked(gather, 1, 2)
        calls.end(0)
        late: list[asyncio.Future[int]] = []
        for wish in range(3, 10):
            late.append(gather.ask(wish))
            for _ in range(QUIET // 2):
                await asyncio.sleep(0)
        assert [one.result() for one in first] == [-1, -2]
        assert calls.wishes == [[1, 2]]
        await turns()
        assert calls.wishes == [[1, 2], list(range(3, 10))]
        calls.end(1)
        assert await asyncio.gather(*late) == [-wish for wish in range(3, 10)]


async def test_who_comes_alone_waits_for_no_turn() -> None:
    """One after the other: each call leaves as soon as the one before is answered."""
    calls = Calls()
    async with gathering(calls, rests=True) as gather:
        (one,) = await asked(gather, 1)
        other = gather.ask(2)
        await turns()
        calls.end(0)
        for _ in range(3):
            await asyncio.sleep(0)
        assert calls.wishes == [[1], [2]]
        calls.end(1)
        assert list(await asyncio.gather(one, other)) == [-1, -2]


async def test_no_lane_stays_closed() -> None:
    """A call with too few answers is told to those in it; one that is ended frees them, and the lane goes on with the next run."""
    answers: list[list[int]] = [[], [-3, -4]]

    async def call(wishes: list[int]) -> list[int]:
        if wishes == [2]:
            raise asyncio.CancelledError
        return answers.pop(0)

    gather: Gather[int, int] = Gather(call, lambda _: "", 9)
    running = asyncio.create_task(gather.run())
    with pytest.raises(ValueError, match="shorter"):
        await gather.ask(1)
    ended = gather.ask(2)
    with pytest.raises(asyncio.CancelledError):
        await ended
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    again = asyncio.create_task(gather.run())
    assert list(await asyncio.gather(gather.ask(3), gather.ask(4))) == [-3, -4]
    again.cancel()

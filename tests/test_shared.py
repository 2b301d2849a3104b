"""One question that many ask at once: few answers, and none that was begun too early."""

import asyncio

import pytest

from server.shared import Shared


class Questions:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        """Not yet."""
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def find(self) -> int:
        """Return how often it was asked, as soon as it may."""
        self.asked += 1
        mine = self.asked
        await self.may_answer.wait()
        return mine


async def test_who_asks_at_once_shares_an_answer_and_who_comes_later_gets_a_later_one() -> None:
    """An answer that was on its way already is too old for whoever asks now."""
    shared, questions = Shared[int](), Questions()
    questions.may_answer.clear()
    first = [asyncio.create_task(shared.ask(questions.find)) for _ in range(100)]
    while not questions.asked:
        await asyncio.sleep(0)
    later = [asyncio.create_task(shared.ask(questions.find)) for _ in range(100)]
    for _ in range(5):
        await asyncio.sleep(0)
    questions.may_answer.set()

    assert set(await asyncio.gather(*first)) == {1}
    assert set(await asyncio.gather(*later)) == {2}
    assert await shared.ask(questions.find) == 3


async def test_a_failure_is_told_to_all_who_asked_and_the_next_is_asked_anew() -> None:
    """A store that is away for one look is asked again by the next."""
    shared = Shared[int]()

    async def fails() -> int:
        raise ConnectionError

    found = await asyncio.gather(*(shared.ask(fails) for _ in range(3)), return_exceptions=True)

    assert [type(one) for one in found] == [ConnectionError] * 3
    assert await shared.ask(Questions().find) == 1


async def test_who_is_gone_takes_nothing_from_the_others() -> None:
    """A connection that ends while it looks round leaves the others their answer."""
    shared, questions = Shared[int](), Questions()
    questions.may_answer.clear()
    gone, stays = (asyncio.create_task(shared.ask(questions.find)) for _ in range(2))
    while not questions.asked:
        await asyncio.sleep(0)
    gone.cancel()
    questions.may_answer.set()

    assert await stays == 1
    with pytest.raises(asyncio.CancelledError):
        await gone

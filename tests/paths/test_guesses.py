"""P7 over real sockets, behind a proxy: who guesses tokens pays for each guess, and nobody who has one pays for that."""

import asyncio
import time

import pytest

from server.flood.rules import BURST, PER_MINUTE
from server.wire import frames as f
from tests.paths.street import Street, hurl
from tests.people import gone_after

PUPILS, TOGETHER = 30, 5
WRONG = "a" * 60


def guess() -> str:
    """Return a hello with a token that is none of ours."""
    return f.dump(f.ChildHello(token=WRONG)).decode()


async def test_P7_who_guesses_tokens_is_slowed_down(street: Street) -> None:
    """After some wrong tokens from one place no other is looked at there before a puzzle is solved; elsewhere it is."""
    begun = time.monotonic()
    got = [await hurl(street, "guesser", guess()) for _ in range(BURST + 1)]
    assert got == ["4503"] * (BURST + 1)
    more = await asyncio.gather(*(hurl(street, "guesser", guess()) for _ in range(100)))
    filled = (time.monotonic() - begun) * PER_MINUTE / 60  # on a slow machine a guess or two have come again meanwhile
    assert len(more) - filled <= sum('"work"' in one for one in more)
    assert {one for one in more if '"work"' not in one} <= {"4503"}
    assert await hurl(street, "elsewhere", guess()) == "4503"

    pays = street.child("guesser")
    pays.token = WRONG
    async with gone_after(pays):
        await pays.connect()
        await pays.send(f.ChildHello(pays.token))
        await pays.sees(f.Work)
        assert await pays.is_closed_with() == 4503


@pytest.mark.parametrize("street", [(2 * PUPILS, 200)], indirect=True)
async def test_P7_a_class_that_resumes_is_not_slowed_down(street: Street) -> None:
    """Thirty pupils behind one address lose their line and come back within moments, twice: no token of theirs costs any work."""
    pupils = [street.child("school") for _ in range(PUPILS)]
    async with gone_after(*pupils):
        for at in range(0, PUPILS, TOGETHER):
            await asyncio.gather(*(pupil.waits() for pupil in pupils[at : at + TOGETHER]))
        for _ in range(2):
            for pupil in pupils:
                await pupil.drop()
                pupil.seen, pupil.read_to = [], 0
            for at in range(0, PUPILS, TOGETHER):  # by chance within three seconds, as browsers come back
                back = await asyncio.gather(*(pupil.arrives() for pupil in pupils[at : at + TOGETHER]))
                assert {welcome.state for welcome in back} == {"waiting"}
            assert not any(isinstance(frame, f.Work) for pupil in pupils for frame in pupil.seen)


async def test_P7_beside_a_guesser_a_right_token_costs_a_little_work(street: Street) -> None:
    """Whoever resumes behind the same address as a guesser solves a puzzle and is where it was: nobody is refused for somebody else."""
    child = street.child("house")
    async with gone_after(child):
        await child.waits()
        await child.drop()
        for _ in range(BURST + 20):
            await hurl(street, "house", guess())

        child.seen, child.read_to = [], 0
        assert (await child.arrives()).state == "waiting"
        assert any(isinstance(frame, f.Work) for frame in child.seen)

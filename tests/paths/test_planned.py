"""A counsellor says how long they have: the child knows, both see it again after a break, and nothing ends by itself."""

import pytest

from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_the_path import pair
from tests.people import Child, Counsellor, gone_after

MINUTE = 60_000


async def test_a_child_knows_how_long_there_is(service: Service) -> None:
    """Said once; a child whose line dropped is told again; taken back, it is gone; the talk goes on."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await kari.send(f.Plan(conversation, 10))
        planned = await child.sees(f.Planned)
        assert planned.at is not None
        desk = await kari.sees(f.Desk)
        assert [held.planned for held in desk.talks] == [planned.at]

        await child.drop()
        await child.arrives()
        assert await child.sees(f.Planned) == planned
        await kari.send(f.Plan(conversation, 0))
        assert (await child.sees(f.Planned)).at is None
        await child.says("vi skriver videre")
        await kari.sees(f.StaffMessage)
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


async def test_only_the_one_who_holds_a_talk_may_say_it(service: Service) -> None:
    """A colleague is refused, and so is she when the talk is over."""
    child, kari, ola = Child(service.place(0)), Counsellor(service.place(1)), Counsellor(service.place(0))
    async with gone_after(child, kari, ola):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await ola.signs_on(await signed_in(service, "Ola", worker=0))
        conversation = await pair(child, kari)
        await ola.send(f.Plan(conversation, 5))
        assert (await ola.sees(f.Refused)).why == "not_yours"
        await child.send(f.ChildEnd())
        await child.is_closed_with()
        await kari.send(f.Plan(conversation, 5))
        assert (await kari.sees(f.Refused, what="plan")).why == "not_yours"
        assert [frame for frame in child.seen if isinstance(frame, f.Planned)] == []
        await kari.registers(conversation)


@pytest.mark.parametrize("minutes", [-1, 61])
def test_minutes_are_bounded(minutes: int) -> None:
    """An hour is the most that can be told."""
    with pytest.raises(f.FrameError):
        f.parse_staff(f.dump(f.Plan("c" * 22, minutes)))

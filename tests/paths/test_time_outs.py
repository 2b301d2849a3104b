"""What nobody's connection looks after: offers, silence, a counsellor whose machine is gone. With short times."""

import asyncio

import redis as sync_redis

from server import keys
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_the_path import erased, pair
from tests.people import Child, Counsellor, gone_after

SETTINGS = {
    "offer_seconds": "2",
    "absent_seconds": "1",
    "waiting_grace_seconds": "16",
    "talk_grace_seconds": "16",
    "counsellor_told_seconds": "1",
    "counsellor_lost_seconds": "16",
}
LONG = 40
"""Seconds: the keeper needs 12 s to be sure that a connection is gone, and these machines are slow."""


async def offered(counsellor: Counsellor) -> f.Offer:
    """Wait until a child rings at her desk."""
    async with asyncio.timeout(LONG):
        while (offer := (await counsellor.sees(f.Desk)).offer) is None:
            pass
    return offer


async def test_an_offer_that_is_not_taken_goes_to_the_next(service: Service) -> None:
    """The first counsellor is away then; the child has kept its place and rings at the next desk."""
    child, kari, ola = Child(service.place(0)), Counsellor(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari, ola):
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await kari.send(f.Free(1))
        await child.arrives()
        await child.joins()
        assert (await offered(kari)).conversation == child.conversation
        await ola.signs_on(await signed_in(service, "Ola", worker=1))
        await ola.send(f.Free(1))

        assert (await offered(ola)).conversation == child.conversation
        desk = await kari.sees(f.Desk)
        assert (False, None) == (desk.free, desk.offer)


async def test_a_declined_child_rings_at_the_next_desk(service: Service) -> None:
    """At once, and not at the same desk again."""
    child, kari, ola = Child(service.place(0)), Counsellor(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari, ola):
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await kari.send(f.Free(1))
        await child.arrives()
        await child.joins()
        await offered(kari)
        await ola.signs_on(await signed_in(service, "Ola", worker=1))
        await ola.send(f.Free(1))
        await kari.send(f.Decline(child.conversation))

        assert (await offered(ola)).conversation == child.conversation


async def test_a_counsellor_whose_machine_is_gone(service: Service) -> None:
    """The child is told, goes to the front of the line, and a colleague can read it all: its browser wraps the key again."""
    child, other, kari, ola = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1)), Counsellor(service.place(0))
    async with gone_after(child, other, kari, ola):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await pair(child, kari)
        await child.says("do you hear me")
        await other.arrives()
        await other.joins(danger=True)
        await kari.drop()
        async with asyncio.timeout(LONG * 2):
            while not (await patiently(child, f.CounsellorLost)).waiting:
                pass
        await child.sees(f.Position, place=1)
        await other.sees(f.Position, place=2)
        await ola.signs_on(await signed_in(service, "Ola", worker=0))
        conversation = await ola.takes(None)
        assert conversation == child.conversation
        await child.opens_for(await child.sees(f.Paired))
        await ola.has_key(conversation)

        assert [(1, "child", "do you hear me")] == ola.screen(conversation)
        await other.send(f.ChildEnd())
        await child.send(f.ChildEnd())
        await ola.registers(conversation)
        await erased(service, conversation)


async def test_a_child_that_does_not_come_back_is_registered(service: Service) -> None:
    """Its place is kept for a while; then it is a row without text, and nothing is left."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.waits()
        await child.drop()
        await asyncio.sleep(2)
        assert any(child.conversation in key for key in service.stored())
        async with asyncio.timeout(LONG):
            while any(child.conversation in key for key in service.stored()):
                await asyncio.sleep(0.2)

    assert "Mistet kontakten i køen" in service.journal("list").splitlines()[-3]


async def test_a_child_that_is_away_is_not_offered_and_keeps_its_place(service: Service) -> None:
    """Who is present is served first; who comes back is where it was."""
    away, here, kari = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1))
    async with gone_after(away, here, kari):
        await away.waits()
        await away.drop()
        await here.waits()
        with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
            async with asyncio.timeout(LONG):
                while not admin.sismember(keys.ABSENT, away.conversation):
                    await asyncio.sleep(0.2)
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        assert await kari.takes(None) == here.conversation
        await away.arrives()
        await away.sees(f.Position, place=1)
        await here.send(f.ChildEnd())
        await kari.registers(here.conversation)
        assert await kari.takes(None) == away.conversation


async def patiently(child: Child, kind: type[f.CounsellorLost]) -> f.CounsellorLost:
    """Wait longer than usual, and keep the connection alive as a browser does."""
    for _ in range(4):
        try:
            return await child.sees(kind)
        except TimeoutError:
            await child.send(f.Ping(child.seq))
    return await child.sees(kind)

"""A flood on a worker behind a proxy: children elsewhere get in, a school gets in, talks go on, and whoever is no child is shut out."""

import asyncio
import re
import time
from collections.abc import Awaitable

import pytest
import redis as sync_redis

from server.flood.rules import BURST, GREEDY, PER_MINUTE
from server.ids import new_id
from server.wire import frames as f
from tests.faults.percentile import percentile
from tests.paths.conftest import CAP, LINE, MOST_STARTS, Service
from tests.paths.staff import asked, session, signed_in
from tests.paths.street import Street, crowd, hurl, many
from tests.people import Child, Counsellor, gone_after, solve
from tests.promises import size

PUPILS = 30
FLOOD = size.of(300, 10_000)
"""Visits that one place begins, within a minute; five children come elsewhere meanwhile."""
ECHOES = size.of(5, 50)
BOTS, BOTS_CAP = size.of((CAP + 8, CAP), (2_000, 200))
BOTS_AT_ONCE = 10
MB = 2**20


async def seconds_of(deed: Awaitable[object]) -> float:
    """Do something; return how long it took."""
    begun = time.monotonic()
    await deed
    return time.monotonic() - begun


async def comes(child: Child) -> int:
    """Come as a browser does, again when it was not answered in time beside all the others; return the place in the line."""
    while True:
        try:
            return await child.waits()
        except AssertionError:
            assert child.close_code == 4013


def waiting(service: Service) -> int:
    """Return how many are in the line."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        return int(admin.zcard("{q}:line"))


@pytest.mark.parametrize("street", [(2 * PUPILS, 200)], indirect=True)
async def test_F3_thirty_pupils_behind_one_school_address_all_get_in(street: Street) -> None:
    """All at once, from one bucket: each has a place in the line, and nobody calls it an attack."""
    school = await street.tag("198.51.100.7")
    pupils = [street.child(school) for _ in range(PUPILS)]
    async with gone_after(*pupils):
        places = await asyncio.gather(*(comes(pupil) for pupil in pupils))

        assert sorted(places) == list(range(1, PUPILS + 1))
        worked = [pupil for pupil in pupils if any(isinstance(frame, f.Work) for frame in pupil.seen)]
        assert 0 < len(worked) < len(pupils)
    assert "under_attack" not in street.log.read_text("utf-8")


async def test_F1_a_flood_from_one_place_does_not_keep_children_out(street: Street, service: Service) -> None:
    """Hundreds from one bucket, some of whom do the work: five children elsewhere get a place, and a talk goes on as before."""
    flooder, homes = "f" * 17, [f"home{n}" for n in range(5)]
    kari, talks = Counsellor(service.place(0)), street.child("talks")
    greedy = [street.child(flooder) for _ in range(CAP)]
    real = [street.child(home) for home in homes]
    async with gone_after(kari, talks, *greedy, *real):
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await talks.waits()
        conversation = await kari.takes(talks.conversation)
        await talks.opens_for(await talks.sees(f.Paired))
        await kari.has_key(conversation)

        begun = time.monotonic()
        first = await many(street, [flooder] * (BURST + GREEDY + 1))
        filled = (time.monotonic() - begun) * PER_MINUTE / 60  # on a slow machine some of the burst has come again meanwhile
        assert BURST <= sum('"welcome"' in one for one in first) <= BURST + filled
        let_in = [await one.waits_or_is_refused() for one in greedy]
        assert let_in == sorted(let_in, reverse=True)
        assert 0 < let_in.count(True) <= LINE
        assert waiting(service) <= LINE
        flood = asyncio.create_task(crowd(street, flooder, FLOOD, seconds=size.of(1, 55)))
        await asyncio.sleep(1)
        places = await asyncio.gather(*(seconds_of(comes(child)) for child in real))
        echoes = []
        for n in range(ECHOES):
            echoes.append(await seconds_of(talks.says(f"{n}")))
            await asyncio.sleep(size.of(0, 1))
        await kari.sees(f.StaffMessage, seq=ECHOES)
        assert await flood == {"work": FLOOD}
        found = f"the five in the line after {max(places):.1f} s at the most, work included; a talk's words acknowledged after"
        size.told("visits begun by one place in a minute", FLOOD, f"{found} {percentile(echoes, 0.99) * 1000:.0f} ms at p99")
        async with asyncio.timeout(30):
            while not any(isinstance(frame, f.Line) and frame.attack for frame in kari.seen):
                await asyncio.sleep(0.05)
    assert "under_attack" in street.log.read_text("utf-8")


@pytest.mark.parametrize("street", [(LINE, BOTS_CAP)], indirect=True)
async def test_F2_the_line_never_grows_above_its_cap(street: Street, service: Service) -> None:
    """Each from a bucket of its own and each does its work: at the cap the next one is told so, and the store stays small."""
    bots, gate = [street.child(f"bot{n}") for n in range(BOTS)], asyncio.Semaphore(BOTS_AT_ONCE)

    async def tries(one: Child) -> bool:
        async with gate:
            while True:
                try:
                    return await one.waits_or_is_refused()
                except AssertionError:
                    assert one.close_code == 4013  # not answered in time beside all the others: a browser comes again

    async with gone_after(*bots):
        got = await asyncio.gather(*(tries(one) for one in bots))

        assert got.count(True) == BOTS_CAP
        assert waiting(service) == BOTS_CAP
        with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
            used = admin.info("memory")["used_memory"]
    assert used < 32 * MB
    found = f"{BOTS_CAP} in the line, all others told that it is full; the store holds {used / MB:.0f} MB"
    size.told("places that come at once, each of which does its work", BOTS, found)


async def test_F5_a_solution_does_not_open_twice(street: Street) -> None:
    """Said on twenty connections at once, what was solved once opens one visit."""
    await many(street, [f"x{n}" for n in range(MOST_STARTS + 5)])
    async with asyncio.timeout(30):
        while '"work"' not in await hurl(street, new_id()):
            await asyncio.sleep(0.05)
    child = street.child("home")
    await child.connect()
    await child.send(f.ChildHello())
    worked = solve((await child.sees(f.Work)).puzzle)

    async def replay(bucket: str) -> bool:
        again = Thief(street.place)
        again.bucket = bucket
        await again.connect()
        await again.send(f.ChildHello())
        await again.sees(f.Work)
        await again.send(worked)
        try:
            await again.sees(f.Welcome)
        except AssertionError:
            assert again.close_code == 4529
            return False
        finally:
            await again.drop()
        return True

    await child.drop()
    opened = await asyncio.gather(*(replay(f"t{n}") for n in range(20)))
    assert sum(opened) <= 1


class Thief(Child):
    """Somebody who does not work."""

    async def keeps(self, frame: f.Frame) -> None:
        """Solve nothing."""


async def test_who_is_no_child_is_shut_out_and_nobody_is_named(street: Street, service: Service) -> None:
    """A counsellor's word ends the talk; the same address is not let in any more, its neighbour is, and only the deed is written down."""
    address, neighbour = "203.0.113.99", "203.0.113.98"
    tag = await street.tag(address)
    abuser, kari = street.child(tag), Counsellor(service.place(1))
    async with gone_after(abuser, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await abuser.waits()
        conversation = await kari.takes(abuser.conversation)
        await kari.send(f.NoChild(conversation))

        assert await abuser.is_closed_with() == 4504
        async with asyncio.timeout(30):
            while await street.tag(address) != "blocked":
                await asyncio.sleep(0.05)
        assert re.fullmatch(r"[a-x][\w-]{16}", await street.tag(neighbour))
        again = street.child(await street.tag(address))
        await again.connect()
        await again.send(f.ChildHello())
        assert await again.is_closed_with() == 4529
    audit = (service.data / "audit.log").read_text("utf-8")
    assert '"what":"shut_out"' in audit
    for where in (audit, street.log.read_text("utf-8"), service.logs()):
        assert address not in where
        assert tag not in where


async def test_nobody_is_shut_out_of_a_talk_that_is_not_hers(street: Street, service: Service) -> None:
    """A counsellor who does not hold the talk is refused, and the child notices nothing."""
    child, kari, ola = street.child(await street.tag("203.0.113.5")), Counsellor(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari, ola):
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await ola.signs_on(await signed_in(service, "Ola", worker=1))
        await child.waits()
        conversation = await kari.takes(child.conversation)
        await ola.send(f.NoChild(conversation))

        assert (await ola.sees(f.Refused)).why == "not_yours"
        await child.opens_for(await child.sees(f.Paired))
        await child.says("Jeg er her")
    assert await street.tag("203.0.113.5") != "blocked"


async def test_F6_the_edge_keeps_no_file_and_writes_no_address(street: Street) -> None:
    """After a hundred addresses: nothing of them in its log, and no open file but its sockets."""
    tags = await street.tags(*(f"203.0.113.{n}" for n in range(100)), *(f"2001:db8:0:{n}::1" for n in range(100)))

    assert len(set(tags)) == 200
    log = street.log.read_text("utf-8")
    assert [one for one in ("203.0.113", "2001:db8", *tags) if one in log] == []
    assert await street.tag("not an address") == ""


async def test_who_has_gone_before_the_word_is_shut_out_too(street: Street, service: Service) -> None:
    """Somebody writes, goes, and the counsellor says only then that this is no child: the address is shut out, until a lead lifts it."""
    address = "203.0.113.77"
    abuser, kari = street.child(await street.tag(address)), Counsellor(service.place(1))
    async with gone_after(abuser, kari):
        cookie, ticket = await session(service, "Kari", worker=1)
        await kari.signs_on(ticket)
        await abuser.waits()
        conversation = await kari.takes(abuser.conversation)
        await abuser.drop()
        await asyncio.sleep(1)
        await kari.send(f.NoChild(conversation))
        async with asyncio.timeout(30):
            while await street.tag(address) != "blocked":
                await asyncio.sleep(0.05)

        (block,) = (await asyncio.to_thread(asked, service, 1, "/staff/blocks.json", cookie))["blocks"]
        assert (block["by"], block["why"], block["may_lift"]) == ("Kari", "no_child", True)
        done = await asyncio.to_thread(asked, service, 1, "/staff/blocks", cookie, {"block": block["block"], "what": "lift"})
        assert done == {"answer": "lifted"}
        async with asyncio.timeout(60):  # the edge keeps a fresh block for 10 s, and is told the list each 10 s
            while await street.tag(address) == "blocked":
                await asyncio.sleep(0.2)
    assert '"what":"block_lifted"' in (service.data / "audit.log").read_text("utf-8")

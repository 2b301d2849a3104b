"""A flood on a worker behind a proxy: children elsewhere get in, a school gets in, talks go on, and whoever is no child is shut out."""

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis as sync_redis
from websockets.asyncio.client import unix_connect
from websockets.typing import Origin, Subprotocol

from server import keyfiles
from server.flood.rules import BURST, GREEDY
from server.wire import frames as f
from tests.environ import worker_environ
from tests.paths.conftest import ROOT, START_SECONDS, Service, configured
from tests.paths.staff import signed_in
from tests.people import Child, Counsellor, Place, gone_after, solve

LINE, CAP = 12, 20
PUPILS = 30
MOST_STARTS = 50


@dataclass
class Street:
    """A worker on a Unix socket, as behind a proxy, and the edge beside it."""

    worker: Path
    edge: Path
    place: Place
    log: Path

    def child(self, bucket: str) -> Child:
        """Return a child of whom the edge says this."""
        child = Child(self.place)
        child.bucket = bucket
        return child

    async def tag(self, address: str) -> str:
        """Ask the edge as the proxy does."""
        return (await self.tags(address))[0]

    async def tags(self, *addresses: str) -> list[str]:
        """Ask for several."""
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(self.edge)), base_url="http://edge") as proxy:
            answers = [await proxy.get("/bucket", headers={"x-real-ip": one}) for one in addresses]
        assert {answer.status_code for answer in answers} == {204}
        return [str(answer.headers.get("alarm-bucket", "")) for answer in answers]


@pytest.fixture
def street(request: pytest.FixtureRequest, service: Service, tmp_path: Path) -> Iterator[Street]:
    """The same house as the service's, with limits that a test can reach."""
    data = service.data
    line, cap = getattr(request, "param", (LINE, CAP))
    config = configured(tmp_path, {"attack_starts": str(MOST_STARTS), "attack_line": str(line), "line_cap": str(cap)})
    short = Path(f"/tmp/alarm-street-{tmp_path.name[-20:]}-{service.ports[0]}")  # noqa: S108 - a socket's path must be short
    short.mkdir(mode=0o700)
    worker, edge, log = short / "worker", short / "edge", tmp_path / "log"
    environ = worker_environ(
        service.redis.url, data, origin=service.origin, ALARM_OPEN="always", ALARM_CONFIG=str(config), ALARM_EDGE=f"unix:{edge}"
    )
    with log.open("wb") as out, contextlib.ExitStack() as stack:
        for words in (["edge", "--uds", str(edge)], ["serve", "--uds", str(worker)]):
            process = subprocess.Popen([sys.executable, "-m", "server", *words], cwd=ROOT, env=environ, stderr=out, stdout=out)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        deadline = time.monotonic() + START_SECONDS
        while not (answers(worker) and answers(edge)):
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
        yield Street(worker, edge, Place("ws://chat", service.origin, keyfiles.read_p256_public(data / "registrar.pub"), str(worker)), log)
    for left in short.iterdir():
        left.unlink()
    short.rmdir()


def answers(path: Path) -> bool:
    """Tell whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


async def hurl(street: Street, bucket: str) -> str:
    """Begin a visit as a flooder does who solves nothing; return what came."""
    async with unix_connect(
        str(street.worker),
        "ws://chat/ws",
        origin=Origin(street.place.origin),
        subprotocols=[Subprotocol(f.PROTOCOL)],
        compression=None,
        proxy=None,
        additional_headers={"alarm-bucket": bucket},
    ) as ws:
        await ws.send('{"t":"hello"}')
        return str(await ws.recv())


async def many(street: Street, buckets: list[str]) -> list[str]:
    """Hurl once from each bucket, forty at a time."""
    gate = asyncio.Semaphore(40)

    async def one(bucket: str) -> str:
        async with gate:
            return await hurl(street, bucket)

    return await asyncio.gather(*(one(bucket) for bucket in buckets))


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
        places = await asyncio.gather(*(pupil.waits() for pupil in pupils))

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

        first = await many(street, [flooder] * (BURST + GREEDY + 1))
        assert sum('"welcome"' in one for one in first) == BURST
        let_in = [await one.waits_or_is_refused() for one in greedy]
        assert let_in == sorted(let_in, reverse=True)
        assert 0 < let_in.count(True) <= LINE
        tries = await many(street, [flooder] * 300)
        assert all('"work"' in one for one in tries)
        assert waiting(service) <= LINE

        await asyncio.gather(*(child.waits() for child in real))
        for n in range(5):
            await talks.says(f"{n}")
        await kari.sees(f.StaffMessage, seq=5)
        async with asyncio.timeout(10):
            while not any(isinstance(frame, f.Line) and frame.attack for frame in kari.seen):
                await asyncio.sleep(0.05)
    assert "under_attack" in street.log.read_text("utf-8")


async def test_F2_the_line_never_grows_above_its_cap(street: Street, service: Service) -> None:
    """Each from a bucket of its own and each does its work: at the cap the next one is told so, and the store stays small."""
    crowd = [street.child(f"bot{n}") for n in range(CAP + 8)]
    async with gone_after(*crowd):
        got = await asyncio.gather(*(one.waits_or_is_refused() for one in crowd))

        assert got.count(True) == CAP
        assert waiting(service) == CAP
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        assert admin.info("memory")["used_memory"] < 32 * 2**20


async def test_F5_a_solution_does_not_open_twice(street: Street) -> None:
    """Said on twenty connections at once, what was solved once opens one visit."""
    await many(street, [f"x{n}" for n in range(MOST_STARTS + 5)])
    await asyncio.sleep(1.5)
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
        async with asyncio.timeout(10):
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

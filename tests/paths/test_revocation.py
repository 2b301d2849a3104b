"""T3 and T4 on two real workers: who may not be here any more is out within two seconds, and no child is dropped with her."""

import asyncio
import hashlib
import re
import time
import urllib.request
from collections.abc import Callable

import pytest
import redis as sync_redis

from server import keys
from server.door.staff_gate import COOKIE
from server.staff import people
from server.staff.audit import contents
from server.staff.chain import read
from server.staff.rules import ABSOLUTE, IDLE, MINUTE, TOLD_BEFORE
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import _post, session, sign_out
from tests.people import Child, Counsellor, gone_after
from tests.stopwatch import Stopwatch

SOON = 2.0
"""Seconds: the promise of T3."""


async def talking(service: Service, worker: int) -> tuple[Child, Counsellor, str, str]:
    """Return a child at the other worker and Kari at this one, in a talk; the talk, and her cookie."""
    child, kari = Child(service.place(1 - worker)), Counsellor(service.place(worker))
    cookie, ticket = await session(service, "Kari", worker=worker)
    await kari.signs_on(ticket)
    await child.arrives()
    await child.joins()
    await child.sees(f.Position)
    conversation = await kari.takes()
    await child.opens_for(await child.sees(f.Paired))
    await kari.has_key(conversation)
    await child.says("er du der")
    return child, kari, conversation, cookie


def disabled(service: Service, *_: str) -> None:
    """An administrator disables the account."""
    people.disable(service.data / "staff.json", "Kari")


def without_role(service: Service, *_: str) -> None:
    """An administrator takes the role away."""
    people.give_roles(service.data / "staff.json", "Kari", ("auditor",))


def removed(service: Service, *_: str) -> None:
    """An administrator removes the account."""
    people.remove(service.data / "staff.json", "Kari")


def ended_elsewhere(service: Service, cookie: str, other: str) -> None:
    """She ends this session from another browser of hers, at the other worker."""
    name = hashlib.sha256(cookie.removeprefix(f"{COOKIE}=").encode()).hexdigest()
    _post(service, 1, "/staff/sessions/end", f"session={name}".encode(), other).close()


def _cookie_of(service: Service) -> str:
    body = urllib.parse.urlencode({"name": "Kari", "password": service.passwords["Kari"]}).encode()
    with _post(service, 1, "/staff/sign-in", body) as answer:
        return str(answer.headers["Set-Cookie"]).split(";")[0]


@pytest.fixture(autouse=True)
def everybody_back(service: Service) -> None:
    """Each play begins with Kari and Ola at work."""
    for name in ("Kari", "Ola"):
        service.passwords[name] = people.add(service.data / "staff.json", name)


@pytest.mark.parametrize("worker", [0, 1])
@pytest.mark.parametrize("how", [disabled, without_role, removed, ended_elsewhere])
async def test_T3_who_may_not_be_here_is_out_within_two_seconds(service: Service, how: Callable[..., None], worker: int) -> None:
    """On whichever worker she is: 4501; her child is told, first in the line, and a colleague reads it all."""
    child, kari, conversation, cookie = await talking(service, worker)
    ola, other = Counsellor(service.place(0)), await asyncio.to_thread(_cookie_of, service)
    async with gone_after(child, kari, ola):
        with Stopwatch() as watch:
            await asyncio.to_thread(how, service, cookie, other)
            assert await kari.is_closed_with() == 4501
            assert watch.seconds() < SOON
        assert (await child.sees(f.CounsellorLost)).waiting

        await ola.signs_on((await session(service, "Ola", worker=0))[1])
        assert await ola.takes() == conversation
        await child.opens_for(await child.sees(f.Paired))
        await ola.has_key(conversation)
        assert [(1, "child", "er du der")] == ola.screen(conversation)


async def test_T3_signing_out_at_the_other_worker_is_as_fast(service: Service) -> None:
    """The session is the same everywhere."""
    child, kari, _, cookie = await talking(service, 0)
    async with gone_after(child, kari):
        with Stopwatch() as watch:
            await sign_out(service, cookie, worker=1)
            assert await kari.is_closed_with() == 4501
            assert watch.seconds() < SOON
        assert (await child.sees(f.CounsellorLost)).waiting


async def test_T3_a_frame_after_the_role_is_gone_has_no_effect(service: Service) -> None:
    """Whether it is the frame or the second hand that finds out first: she is out, and nothing was written."""
    child, kari, conversation, _ = await talking(service, 0)
    async with gone_after(child, kari):
        without_role(service)
        await kari.send(f.StaffEnd(conversation))
        assert await kari.is_closed_with() in {4501, 4503}
        assert (await child.sees(f.CounsellorLost)).waiting


@pytest.mark.parametrize("role", ["auditor", "administrator"])
async def test_T1_without_a_desk_there_is_no_ticket(service: Service, role: str) -> None:
    """Who looks after people or reads the audit log does not even come to the socket."""
    cookie, _ = await session(service, "Kari", worker=0)
    people.give_roles(service.data / "staff.json", "Kari", (role,))  # type: ignore[arg-type]
    with await asyncio.to_thread(_post, service, 0, "/staff/ticket", b"", cookie) as answer:
        assert answer.status == 403


def aged(service: Service, cookie: str, **ago: int) -> None:
    """Let a session be older than it is: `since` or `seen` so many milliseconds ago."""
    name = hashlib.sha256(cookie.removeprefix(f"{COOKIE}=").encode()).hexdigest()
    now = time.time_ns() // 1_000_000
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        admin.hset(keys.session(name), mapping={field: now - before for field, before in ago.items()})


async def test_T4_who_does_nothing_is_told_and_may_stay(service: Service) -> None:
    """Ten minutes before half an hour without a deed: told when it ends; `here` and it does not."""
    child, kari, _, cookie = await talking(service, 0)
    async with gone_after(child, kari):
        aged(service, cookie, seen=IDLE - TOLD_BEFORE + MINUTE)
        told = await kari.sees(f.SessionEnds)
        assert (told.at is not None, told.last) == (True, False)
        await kari.send(f.Here())
        assert (await kari.sees(f.SessionEnds)).at is None


async def test_T4_an_idle_end_gives_the_child_back_first(service: Service) -> None:
    """Half an hour without a deed: the child is at the front of the line, then she is signed out; the auditor sees why."""
    child, kari, conversation, cookie = await talking(service, 1)
    ola = Counsellor(service.place(0))
    async with gone_after(child, kari, ola):
        aged(service, cookie, seen=IDLE)
        assert await kari.is_closed_with() == 4501
        assert (await child.sees(f.CounsellorLost)).waiting
        await ola.signs_on((await session(service, "Ola", worker=0))[1])
        assert await ola.takes() == conversation
    last = [entry.deed for line in contents(service.data / "audit.log")[0] if (entry := read(line))]
    assert ("session_ended", "time") in {(deed.what, deed.why) for deed in last}


async def test_T4_a_ping_is_no_deed(service: Service) -> None:
    """An open page with nobody before it does not stay signed in."""
    cookie, ticket = await session(service, "Kari", worker=0)
    kari = Counsellor(service.place(0))
    async with gone_after(kari):
        await kari.signs_on(ticket)
        aged(service, cookie, seen=IDLE - TOLD_BEFORE + MINUTE)
        first = await kari.sees(f.SessionEnds)
        for _ in range(5):
            await kari.send(f.Ping())
            await kari.sees(f.Pong)
        await asyncio.sleep(1.5)
        assert [frame for frame in kari.seen if isinstance(frame, f.SessionEnds)] == [first]


async def test_T4_before_the_end_of_a_shift_no_new_child_comes(service: Service) -> None:
    """Told ten minutes before twelve hours; not free any more; `here` changes nothing; at the end the child is given back, then 4501."""
    child, kari, _, cookie = await talking(service, 0)
    async with gone_after(child, kari):
        await kari.send(f.Free(3))
        while not (await kari.sees(f.Desk)).free:
            pass
        aged(service, cookie, since=ABSOLUTE - TOLD_BEFORE + MINUTE)
        assert (await kari.sees(f.SessionEnds)).last
        while (await kari.sees(f.Desk)).free:
            pass
        await kari.send(f.Here())
        aged(service, cookie, since=ABSOLUTE)
        assert await kari.is_closed_with() == 4501
        assert (await child.sees(f.CounsellorLost)).waiting


async def test_T3_she_sees_her_sessions_and_ends_all_others(service: Service) -> None:
    """Listed on her page, this one marked; somebody else's session is not there and cannot be ended from it."""
    own, others = _cookie_of(service), [_cookie_of(service) for _ in range(2)]
    ola, _ = await session(service, "Ola", worker=0)

    def page(cookie: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{service.ports[0]}/staff/me", headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())

    assert (page(own).count("<li>"), len(re.findall(r'name="session" value="[0-9a-f]{64}"', page(own)))) == (3, 2)
    name_of_ola = hashlib.sha256(ola.removeprefix(f"{COOKIE}=").encode()).hexdigest()
    _post(service, 0, "/staff/sessions/end", f"session={name_of_ola}".encode(), own).close()
    assert "<li>" in page(ola)
    _post(service, 0, "/staff/sessions/end", b"session=others", own).close()
    assert page(own).count("<li>") == 1
    for cookie in others:
        assert "<li>" not in page(cookie)

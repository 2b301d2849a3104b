"""T6, T7 and T8 on two real workers: what opens a socket, whose talks one reads, and who gets a child that two want."""

import asyncio
import urllib.request

import msgspec
import pytest
import redis as sync_redis
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from server import keys
from server.ids import new_id
from server.staff import people
from server.staff.audit import contents
from server.staff.chain import Deeds, read
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import _post, session, sign_out, signed_in
from tests.people import Child, Counsellor, gone_after

ROUNDS, CLICKS = 10, 50
"""Ten children, for each of whom two counsellors press fifty times: a thousand clicks."""


async def knocks(service: Service, ticket: str, *, cookie: str = "", worker: int = 0) -> int | None:
    """Open the staff's socket with this ticket; return with which code it closes, None: it lets in."""
    place, kari = service.place(worker), Counsellor(service.place(worker))
    options = {"origin": Origin(place.origin), "subprotocols": [Subprotocol(f.PROTOCOL)], "compression": None, "proxy": None}
    async with connect(place.url + "/staff/ws", additional_headers={"Cookie": cookie}, **options) as socket:  # type: ignore[arg-type]
        await socket.send(f.dump(f.StaffHello(ticket, kari.public)).decode())
        try:
            await socket.recv()
        except ConnectionClosed:
            return socket.close_code
    return None


async def test_T6_the_cookie_is_this_hosts_alone_and_opens_no_socket(service: Service) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Strict, for the browser's own life; a socket wants a ticket, and no cookie stands in for it."""
    form = f"name=Kari&password={service.passwords['Kari']}".encode()
    with await asyncio.to_thread(_post, service, 0, "/staff/sign-in", form) as answer:
        name, *flags = [part.strip() for part in str(answer.headers["Set-Cookie"]).split(";")]
    assert name.startswith("__Host-staff=")
    assert {flag.lower() for flag in flags} == {"path=/", "secure", "httponly", "samesite=strict"}
    for made_up in ("", "x" * 43, name.partition("=")[2]):
        assert await knocks(service, made_up, cookie=name) in {4501, 4500}


async def test_T6_a_ticket_lets_one_socket_in_for_half_a_minute(service: Service) -> None:
    """Once, at whichever worker; not after its time, and not after she has signed out."""
    ticket = await signed_in(service, "Kari", worker=0)
    assert [await knocks(service, ticket, worker=1), await knocks(service, ticket), await knocks(service, ticket, worker=1)] == [
        None,
        4501,
        4501,
    ]

    cookie, late = await session(service, "Kari", worker=0)
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        unused = [key for key in admin.scan_iter("[{]t:*") if admin.get(key).startswith(b":")]
        assert all(0 < admin.ttl(key) <= 30 for key in unused)
        admin.delete(*unused)
    assert await knocks(service, late) == 4501

    other, left = await session(service, "Kari", worker=0)
    await sign_out(service, other, worker=1)
    assert await knocks(service, left) == 4501
    with pytest.raises((KeyError, msgspec.DecodeError)):
        await asyncio.to_thread(lambda: msgspec.json.decode(_post(service, 0, "/staff/ticket", b"", other).read())["ticket"])
    assert cookie != other


async def test_T1_no_socket_and_no_page_over_http_without_a_session(service: Service) -> None:
    """On real workers: the page leads to signing in, what scripts fetch is 401, the socket closes with 4501."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object, **__: object) -> None:
            """Follow nothing."""

    def status(path: str) -> int:
        try:
            with urllib.request.build_opener(Stay).open(f"http://127.0.0.1:{service.ports[0]}{path}", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return int(refused.code)

    paths = ["/staff", "/staff/me", "/staff/people", "/staff/audit", "/staff/municipalities.json", "/staff/static/x.js"]
    assert [await asyncio.to_thread(status, path) for path in paths] == [303, 303, 303, 303, 401, 401]
    assert await knocks(service, "") in {4501, 4500}


def deeds(service: Service, since: int = 0) -> list[Deeds]:
    """Return what the auditor was told from a line on."""
    return [entry.deed for line in contents(service.data / "audit.log")[0][since:] if (entry := read(line))]


async def test_T7_she_reads_and_touches_no_talk_but_her_own(service: Service) -> None:
    """Whatever a colleague sends about Kari's talk is refused or passed over: she sees nothing, nothing changes, no `read` is noted."""
    since = len(contents(service.data / "audit.log")[0])
    child, kari, ola = Child(service.place(0)), Counsellor(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari, ola):
        await child.waits()
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        conversation = await kari.takes()
        await child.opens_for(await child.sees(f.Paired))
        await kari.has_key(conversation)
        await child.says("bare til deg")
        await kari.sees(f.StaffMessage, seq=1)

        await ola.signs_on(await signed_in(service, "Ola", worker=1))
        box = bytes(284)
        for frame in (
            f.Open(conversation),
            f.StaffRange(conversation, 0),
            f.StaffSay(conversation, new_id(), 0, box),
            f.Plan(conversation, 5),
            f.StaffEnd(conversation),
            f.Take(conversation),
        ):
            await ola.send(frame)
            refused = await ola.sees(f.Refused)
            assert refused.conversation == conversation, frame
            assert refused.why in {"not_yours", "taken", "not_talking"}, (frame, refused.why)
        for silent in (f.StaffTyping(conversation, on=True), f.StaffSeen(conversation, 9, 9), f.Decline(conversation)):
            await ola.send(silent)
        await ola.send(f.Ping())
        await ola.sees(f.Pong)
        about = [frame for frame in ola.seen if not isinstance(frame, (f.Refused, f.Line)) and conversation in f.dump(frame).decode()]
        assert about == []
        assert [(role, text) for _, role, text in kari.screen(conversation)] == [("child", "bare til deg")]
        await kari.says(conversation, "bare til deg også")
        assert [frame for frame in child.seen if isinstance(frame, (f.Typing, f.Planned, f.Ended, f.CounsellorLost))] == []
        desk = people.named(service.data / "staff.json", "Ola").id
        assert {deed.what for deed in deeds(service, since) if deed.who == desk} == {"signed_in"}


async def test_T8_two_want_the_same_child_and_one_gets_it(service: Service) -> None:
    """A thousand clicks by two counsellors on two workers, a hundred at once for each child: one wins, no child in two places or none."""
    for _ in range(ROUNDS):
        child, pair = Child(service.place(0)), [Counsellor(service.place(worker)) for worker in (0, 1)]
        async with gone_after(child, *pair):
            await child.waits()
            for who, name, worker in zip(pair, ("Kari", "Ola"), (0, 1), strict=True):
                await who.signs_on(await signed_in(service, name, worker=worker))
            await asyncio.gather(*(who.send(f.Take(child.conversation)) for _ in range(CLICKS) for who in pair))
            for who in pair:
                await who.send(f.Ping())
                await who.sees(f.Pong)
            refused = [sum(isinstance(frame, f.Refused) for frame in who.seen) for who in pair]
            assert sorted(refused) == [0, CLICKS]
            winner = pair[refused.index(0)]
            paired = await child.sees(f.Paired)
            assert paired.key_id == winner.key_id
            names = [people.named(service.data / "staff.json", name).id for name in ("Kari", "Ola")]
            with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
                assert admin.hgetall(keys.WHERE) == {child.conversation.encode(): f"held:{names[refused.index(0)]}".encode()}
                assert (admin.zcard(keys.LINE), admin.zcard(keys.CLAIMS), admin.zcard(keys.OFFERS)) == (0, 0, 0)
            await child.opens_for(paired)
            await winner.send(f.Open(child.conversation))
            await winner.has_key(child.conversation)
            await winner.send(f.StaffEnd(child.conversation))
            await child.sees(f.Ended)
            await winner.registers(child.conversation)
            assert [frame for frame in child.seen if isinstance(frame, f.Paired)] == [paired]

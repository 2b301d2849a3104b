"""Bad input over real sockets: each gets its close code or its named refusal, and nobody else notices."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from itsdangerous import URLSafeTimedSerializer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from server import keyfiles
from server.ids import new_id
from server.session.rules import TOKEN_AGE
from server.session.tokens import PURPOSE, Tokens
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_the_path import pair
from tests.people import Child, Counsellor, gone_after

WRONG_ORIGINS = [
    "http://127.0.0.1:8117",
    "http://127.0.0.1",
    "https://127.0.0.1:8116",
    "http://127.0.0.1:81160",
    "http://127.0.0.1:8116.evil.example",
    "http://evil.example/http://127.0.0.1:8116",
    "http://127.0.0.1:8116/",
    "HTTP://127.0.0.1:8116",
    "http://localhost:8116",
    "http://127.0.0.1.:8116",
    "null",
    "*",
    "",
]


async def code_after(service: Service, *texts: str | bytes, path: str = "/ws") -> int:
    """Connect, send these, and return the close code."""
    place = service.place(0)
    async with connect(place.url + path, origin=Origin(place.origin), subprotocols=[Subprotocol(f.PROTOCOL)], proxy=None) as socket:
        try:
            for text in texts:
                await socket.send(text)
            async with asyncio.timeout(20):
                while True:
                    await socket.recv()
        except ConnectionClosed:
            return socket.close_code or 1006


@pytest.mark.parametrize("path", ["/ws", "/staff/ws"])
@pytest.mark.parametrize("origin", [*WRONG_ORIGINS, None])
async def test_a_wrong_origin_does_not_get_in(service: Service, path: str, origin: str | None) -> None:
    """403 before the handshake, for every origin but our own, and for none at all."""
    with pytest.raises(InvalidStatus) as refused:
        await connect(service.place().url + path, origin=None if origin is None else Origin(origin), proxy=None)

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/ws", "/staff/ws"])
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("no json", 4500),
        ("[]", 4500),
        ('"hello"', 4500),
        ('{"t":"unknown"}', 4500),
        ('{"t":"ping"}', 4500),
        ('{"t":"hello","more":1}', 4500),
        ('{"t":"hello","seq":-1}', 4500),
        ('{"t":"hello","seq":1e9999}', 4500),
        ("[" * 2000, 4500),
        (b'{"t":"hello"}', 1003),
        ('{"t":"hello","token":"' + "a" * 3000 + '"}', 1009),
        ("x" * 20_000, 1009),
    ],
)
async def test_P3_a_wrong_first_frame_closes(service: Service, path: str, what: str | bytes, code: int) -> None:
    """Not a hello, not JSON, too large, binary."""
    assert await code_after(service, what, path=path) == code


async def test_bad_utf8_closes(service: Service) -> None:
    """RFC 6455: a text that is no UTF-8 is 1007."""
    place = service.place(0)
    async with connect(place.url + "/ws", origin=Origin(place.origin), subprotocols=[Subprotocol(f.PROTOCOL)], proxy=None) as socket:
        await socket.send(b"\xff\xfe{}", text=True)
        with pytest.raises(ConnectionClosed):
            await socket.recv()

        assert socket.close_code == 1007


async def test_P3_silence_instead_of_hello_closes(service: Service) -> None:
    """Five seconds for the first frame."""
    assert await code_after(service) == 4508


async def test_another_protocol_is_too_old(service: Service) -> None:
    """Without our subprotocol the version is not ours."""
    place = service.place(0)
    async with connect(place.url + "/ws", origin=Origin(place.origin), proxy=None) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()

        assert socket.close_code == 4526


async def test_a_later_frame_that_is_too_large_closes_and_the_talk_stays(service: Service) -> None:
    """Over 16 KiB is 1009; the visit can be taken up again."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.waits()
        assert child.socket is not None
        await child.socket.send('{"t":"say","box":"' + "a" * 17_000 + '"}')
        assert await child.is_closed_with() == 1009

        assert (await child.arrives()).state == "waiting"
        await child.sees(f.Position, place=1)


@pytest.mark.parametrize("frame", ['{"t":"welcome"}', '{"t":"take"}', '{"t":"hello"}', "{"])
async def test_a_frame_that_is_not_a_childs_closes_and_the_visit_stays(service: Service, frame: str) -> None:
    """What only the server or staff may send, a second hello, half a frame: 4500, and nothing is lost."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.waits()
        assert child.socket is not None
        await child.socket.send(frame)
        assert await child.is_closed_with() == 4500

        assert (await child.arrives()).state == "waiting"


async def test_P7_tokens_that_are_not_good(service: Service) -> None:
    """Forged, too old, or of a visit that is gone."""
    ours = Tokens(keyfiles.read_secret(service.data / "token.secret").hex())
    gone = ours.issue(new_id())
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=TOKEN_AGE + 60)):
        expired = ours.issue(new_id())
    forged = str(URLSafeTimedSerializer("another secret", salt=PURPOSE).dumps([new_id(), secrets.token_urlsafe(32)]))

    assert await code_after(service, f.dump(f.ChildHello(token=forged)).decode()) == 4503
    assert await code_after(service, f.dump(f.ChildHello(token=expired)).decode()) == 4503
    assert await code_after(service, f.dump(f.ChildHello(token="a" * 60)).decode()) == 4503
    assert await code_after(service, f.dump(f.ChildHello(token=gone)).decode()) == 4010


async def test_a_stolen_ticket_is_good_once(service: Service) -> None:
    """The second one who shows it is signed out; so is one who shows none of ours."""
    ticket = await signed_in(service, "Kari", worker=0)
    kari, thief = Counsellor(service.place(0)), Counsellor(service.place(1))
    async with gone_after(kari, thief):
        await kari.signs_on(ticket)
        await thief.connect()
        await thief.send(f.StaffHello(ticket, thief.public))
        assert await thief.is_closed_with() == 4501

    assert await code_after(service, f.dump(f.StaffHello("a" * 43, kari.public)).decode(), path="/staff/ws") == 4501


async def test_a_key_that_is_no_point_closes(service: Service) -> None:
    """65 bytes that are not on the curve could open nothing."""
    ticket = await signed_in(service, "Kari", worker=0)

    assert await code_after(service, f.dump(f.StaffHello(ticket, b"\x04" + b"\x01" * 64)).decode(), path="/staff/ws") == 4500


async def test_the_second_tab_replaces_the_first(service: Service) -> None:
    """Never two writers: the older one is told, and its words are refused no one else."""
    old, new = Child(service.place(0)), Child(service.place(1))
    async with gone_after(old, new):
        await old.waits()
        new.token, new.epoch, new.key = old.token, old.epoch, old.key
        await new.arrives()
        assert await old.is_closed_with() == 4509

        assert (await new.says("from the newer tab")).seq == 1


async def test_a_message_after_the_end_is_refused(service: Service) -> None:
    """Ended by the counsellor: what the child sends then is not stored, and it is told why it is over."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await kari.send(f.StaffEnd(conversation))
        await child.sees(f.Ended)
        assert await child.is_closed_with() == 4504
        await child.connect()
        await child.send(f.ChildHello(child.token, child.epoch, child.seq))
        assert (await child.sees(f.Ended)).by == "counsellor"
        assert await child.is_closed_with() == 4504
        await kari.registers(conversation)


async def test_a_message_out_of_order_is_refused_and_the_talk_goes_on(service: Service) -> None:
    """A counter that is not the next: refused by name, nothing stored, and the right one is."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.waits()
        child.n = 5
        await child.send(child.seals("too far"))
        assert (await child.sees(f.Refused)).why == "out_of_order"
        child.n = 0

        assert (await child.says("the first")).seq == 1


async def test_a_flood_of_frames_is_slowed_and_nobody_else(service: Service) -> None:
    """Too many frames are read in turn, later; whoever else is here is served at once."""
    flood, child = Child(service.place(0)), Child(service.place(0))
    async with gone_after(flood, child):
        await flood.arrives()
        await child.arrives()
        for _ in range(300):
            await flood.send(f.Ping())
        await child.joins()
        await child.sees(f.Position)
        async with asyncio.timeout(60):
            while sum(isinstance(frame, f.Pong) for frame in flood.seen) < 300:
                await asyncio.sleep(0.1)
        assert flood.close_code is None

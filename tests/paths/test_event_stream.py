"""A child behind a proxy that lets no WebSocket through: the whole path over an event stream, with POSTs that reach another worker."""

import asyncio
import itertools

import httpx
import pytest

from server.ids import new_id
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.people import PATIENCE, Counsellor, gone_after
from tests.streams import StreamChild


def child_of(service: Service, stream: int = 0, posts: int = 1) -> StreamChild:
    """Return a child whose stream is at one worker and whose POSTs reach another."""
    return StreamChild(service.place(stream), service.place(posts))


async def counsellor_of(service: Service) -> Counsellor:
    """Return Kari at her desk."""
    kari = Counsellor(service.place(1))
    await kari.signs_on(await signed_in(service, "Kari", worker=1))
    return kari


async def test_a_whole_talk_over_a_stream(service: Service) -> None:
    """Waits, is paired, writes both ways in order, ends: a counsellor sees no difference."""
    child, kari = child_of(service), await counsellor_of(service)
    async with gone_after(child, kari):
        assert await child.waits() == 1
        talk = await kari.takes()
        await child.opens_for(await child.sees(f.Paired))
        await kari.has_key(talk)
        for n in range(15):
            await child.says(f"fra barnet {n}")
            await kari.sees(f.StaffMessage, seq=2 * n + 1)
            await kari.says(talk, f"til barnet {n}")
            await child.sees(f.Message)
        expected = list(itertools.chain.from_iterable((("child", f"fra barnet {n}"), ("counsellor", f"til barnet {n}")) for n in range(15)))

        assert [child.screen[seq] for seq in sorted(child.screen)] == [one for one in expected if one[0] == "counsellor"]
        assert [words[1:] for words in kari.screen(talk)] == expected
        await child.send(f.ChildEnd())
        await child.sees(f.Ended)
        assert await child.is_closed_with() == 4504


async def test_many_frames_in_one_post_are_taken_in_order(service: Service) -> None:
    """Sixty messages in POSTs of a few, each said twice: sixty entries, in order."""
    child = child_of(service)
    async with gone_after(child):
        await child.waits()
        messages = [f.dump(child.seals(f"nummer {n}")) for n in range(60)]
        first = child.taken + 1
        for at in range(0, 60, 10):
            for _ in range(2):
                assert await child.post(*messages[at : at + 10], first=first + at) == 204
            await child.is_taken(first + at + 9, 10)
        while len(child.said) < 60:
            await child.sees(f.Said)

        assert sorted(child.said.values()) == list(range(1, 61))
        assert child.taken == first + 59


async def test_a_stream_that_breaks_is_taken_up_again_at_another_worker(service: Service) -> None:
    """The same hello, the same resume: the whole gap comes, and what was said twice is one entry."""
    child, kari = child_of(service), await counsellor_of(service)
    again = child_of(service, stream=1, posts=0)
    async with gone_after(child, again, kari):
        await child.waits()
        talk = await kari.takes()
        await child.opens_for(await child.sees(f.Paired))
        await kari.has_key(talk)
        await child.says("før bruddet")
        await kari.sees(f.StaffMessage, seq=1)
        lost = child.seals("uten svar")
        await child.send(lost)
        await child.sees(f.Said)
        await kari.sees(f.StaffMessage, seq=2)
        await child.drop()
        await kari.says(talk, "mens den var borte")
        again.key, again.token, again.epoch, again.seq = child.key, child.token, child.epoch, 1
        welcome = await again.arrives()
        await again.send(lost)
        await again.sees(f.Said)
        await kari.says(talk, "etterpå")
        await again.sees(f.Message)

        assert welcome.recovered
        assert [words for _, _, words in kari.screen(talk)] == ["før bruddet", "uten svar", "mens den var borte", "etterpå"]
        assert [again.screen[seq][1] for seq in sorted(again.screen)] == ["uten svar", "mens den var borte", "etterpå"]


async def test_a_newer_tab_replaces_the_stream(service: Service) -> None:
    """The older one is told so, by the same code as a socket."""
    child, newer = child_of(service), child_of(service, stream=1)
    async with gone_after(child, newer):
        await child.waits()
        newer.key, newer.token, newer.epoch = child.key, child.token, child.epoch
        await newer.arrives()

        assert await child.is_closed_with() == 4509


async def test_the_last_word_is_heard_though_the_stream_is_gone_first(service: Service) -> None:
    """A page that is left takes its stream with it; the POST that says `end` travels by itself and still counts."""
    child, kari = child_of(service), await counsellor_of(service)
    async with gone_after(kari), httpx.AsyncClient(headers={"origin": service.origin}, timeout=PATIENCE) as client:
        await child.waits()
        talk = await kari.takes()
        address = service.place(1).url.replace("ws", "http", 1)
        body = f'{{"stream":"{child.name}","first":{child.taken + 1},"frames":[{f.dump(f.ChildEnd(fast=True)).decode()}]}}'
        leaving = asyncio.create_task(child.drop())
        await asyncio.sleep(0.2)
        assert (await client.post(f"{address}/frames", content=body)).status_code == 204
        while not any(held.conversation == talk and held.ended_by == "left" for held in (await kari.sees(f.Desk)).talks):
            pass
        await leaving


@pytest.mark.parametrize(("frame", "code"), [('{"t":"hello","x":1}', 4500), ('{"t":"ping"}', 4500), ('"hello"', 4500), ("[]", 4500)])
async def test_what_is_no_hello_is_closed_as_on_a_socket(service: Service, frame: str, code: int) -> None:
    """4500, told on the stream."""
    child = child_of(service)
    async with gone_after(child):
        await child.connect()
        await child.post(frame.encode())
        assert await child.is_closed_with() == code


async def test_the_first_frame_is_small_and_soon(service: Service) -> None:
    """More than 2 KiB: 1009. Nothing in five seconds: 4508."""
    large, silent = child_of(service), child_of(service)
    async with gone_after(large, silent):
        await silent.connect()
        await large.connect()
        await large.post(b'{"t":"hello","token":"%s"}' % (b"x" * 2048))
        assert await large.is_closed_with() == 1009
        assert await silent.is_closed_with() == 4508


async def test_more_than_a_frame_is_not_taken(service: Service) -> None:
    """A body of more than 16 KiB is 413 and has no effect; the stream lives on."""
    child = child_of(service)
    async with gone_after(child):
        await child.waits()
        assert await child.post(b'"%s"' % (b"x" * 17_000)) == 413
        assert (await child.says("etterpå")).seq == 1


async def test_only_the_chats_own_page_comes_in(service: Service) -> None:
    """Another origin, none, two, `null`: 403 at both doors."""
    child = child_of(service)
    async with gone_after(child), httpx.AsyncClient() as client:
        await child.waits()
        for headers in ([("origin", "https://example.org")], [], [("origin", service.origin)] * 2, [("origin", "null")]):
            for path, body in (
                ("/events", f'{{"protocol":"{f.PROTOCOL}"}}'),
                ("/frames", f'{{"stream":"{child.name}","first":9,"frames":[]}}'),
            ):
                answer = await client.post(f"http://127.0.0.1:{service.ports[0]}{path}", content=body, headers=headers)
                assert answer.status_code == 403


async def test_nobody_posts_for_a_stream_that_was_not_told_to_them(service: Service) -> None:
    """A name that we have not signed is 400, a stream that is over 410, a wrong body 400; no inbox is made."""
    child = child_of(service, posts=0)
    before = service.stored()
    async with gone_after(child):
        await child.connect()
        real = child.name
        other = real[:-2] + ("A" if real[-2] != "A" else "B") + real[-1]  # the last sign of a signature has bits that say nothing
        for name in ("", f"{new_id()}.{new_id()}~x", other, f"{new_id()}{real[22:]}"):
            child.name = name
            assert await child.post() == 400
        child.name = real
        assert await child.post(b"{") == 400
        assert [key for key in service.stored() if "inbox" in key and key not in before] == []
        assert await child.is_closed_with() == 4508
        assert await child.post() == 410


async def test_a_page_of_another_version_is_told_so(service: Service) -> None:
    """4526, as for a handshake without our subprotocol; what is no opening at all is 400."""
    child = child_of(service)
    async with gone_after(child), httpx.AsyncClient(headers={"origin": service.origin}) as client:
        await child.connect(protocol="alarmtelefonen.v0")
        assert await child.is_closed_with() == 4526
        assert (await client.post(f"http://127.0.0.1:{service.ports[0]}/events", content="{}")).status_code == 400


async def test_what_comes_too_fast_waits_and_nothing_is_lost(service: Service) -> None:
    """Hundreds of POSTs, faster than may be: one at a time is held back, the rest is told so; what was taken counts once."""
    child, statuses = child_of(service), set[int]()
    async with gone_after(child):
        await child.waits()
        async with asyncio.timeout(PATIENCE):
            while 429 not in statuses:  # on a slow machine the first hundred take so long that they are not too fast
                statuses |= set(await asyncio.gather(*(child.post() for _ in range(100))))
        assert statuses == {204, 429}
        assert (await child.says("etterpå")).seq == 1


async def test_answers_carry_the_guards_headers(service: Service) -> None:
    """Never kept, never framed, never held back by our own proxy; the address and the headers bear no token."""
    async with httpx.AsyncClient(headers={"origin": service.origin}) as client:
        body = f'{{"protocol":"{f.PROTOCOL}"}}'
        async with client.stream("POST", f"http://127.0.0.1:{service.ports[0]}/events", content=body) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            assert "no-store" in answer.headers["cache-control"]
            assert answer.headers["x-accel-buffering"] == "no"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in answer.headers

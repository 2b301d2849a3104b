"""T3 with a real provider, two real workers and real sockets: who is put out there is out here, and her child is not dropped."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from server.staff import people
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import _ticket
from tests.people import Child, Counsellor, gone_after
from tests.staff.openid import new_op, running, write_file
from tests.stopwatch import Stopwatch

OP = new_op("op")
SOON = 2.0


def ENVIRON(data: Path) -> dict[str, str]:
    """Tell the workers of the provider."""
    return {"ALARM_SIGN_IN": str(write_file(data, OP))}


@pytest.fixture(scope="module", autouse=True)
def provider(service: Service) -> Iterator[None]:
    """The provider runs, and says who is out to the second worker."""
    file = service.data / "sign_in.toml"
    with running(OP, file, service.origin, back_channel=f"http://127.0.0.1:{service.ports[1]}"):
        yield


def signs_in(service: Service, worker: int) -> tuple[str, str, dict[str, str]]:
    """Sign in with the provider at this worker; return the session's cookie, the provider's word, and the provider's own cookies."""
    here = f"http://127.0.0.1:{service.ports[worker]}"
    code = people.invite(service.data / "staff.json", "Kari", time.time_ns() // 1_000_000)
    form = {"code": code, "provider": "op"}
    page = httpx.post(f"{here}/staff/invitation/elsewhere", data=form, headers={"origin": service.origin})
    found = re.search(r'content="0;url=([^"]+)"', page.text)
    assert found is not None, page.text
    answer = httpx.get(found[1].replace("&amp;", "&"))
    query = urlsplit(answer.headers["location"]).query
    sent = page.headers["set-cookie"].split(";")[0]
    back = httpx.get(f"{here}/staff/elsewhere/op/back?{query}", headers={"cookie": sent})
    assert back.status_code == 200, back.text
    cookies = dict(one.split(";")[0].split("=", 1) for one in back.headers.get_list("set-cookie"))
    return f"__Host-staff={cookies['__Host-staff']}", cookies["__Host-hint"].strip('"').removeprefix("op:"), dict(answer.cookies.items())


@pytest.mark.parametrize("worker", [0, 1])
async def test_T3_who_is_put_out_by_the_provider_is_out_within_two_seconds(service: Service, worker: int) -> None:
    """She signs out there; the provider says it to one worker; her socket at either closes with 4501, her child is first in the line."""
    child, kari = Child(service.place(1 - worker)), Counsellor(service.place(worker))
    cookie, word, there = await asyncio.to_thread(signs_in, service, worker)
    async with gone_after(child, kari):
        await kari.signs_on(await asyncio.to_thread(_ticket, service, cookie, worker))
        await child.arrives()
        await child.joins()
        await child.sees(f.Position)
        conversation = await kari.takes()
        await child.opens_for(await child.sees(f.Paired))
        await kari.has_key(conversation)

        out = {"id_token_hint": word, "post_logout_redirect_uri": f"{service.origin}/staff/sign-in"}
        asked = await asyncio.to_thread(httpx.get, f"{OP.issuer}/session", params=out, cookies=there)
        with Stopwatch() as watch:
            gone = await asyncio.to_thread(httpx.get, asked.headers["location"], timeout=30)
            assert gone.headers["location"] == f"{service.origin}/staff/sign-in"
            assert await kari.is_closed_with() == 4501
            assert watch.seconds() < SOON + 1  # the provider signs its word first, and waits for our answer
        assert (await child.sees(f.CounsellorLost)).waiting


def test_T2_what_is_asked_at_the_provider_is_what_is_registered(service: Service) -> None:
    """The way there from either worker: the same address to come back to, and another state each time."""
    asked = []
    for port in service.ports:
        answer = httpx.get(f"http://127.0.0.1:{port}/staff/elsewhere/op")
        asked.append(parse_qs(urlsplit(answer.headers["location"]).query))
    assert {one["redirect_uri"][0] for one in asked} == {f"{service.origin}/staff/elsewhere/op/back"}
    assert len({one["state"][0] for one in asked}) == len(service.ports)

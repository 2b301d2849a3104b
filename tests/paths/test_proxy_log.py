"""P2 and A8 behind the proxy: the site for nginx that we hand out carries a whole talk, and its logs are searched."""

import base64
import dataclasses
from pathlib import Path

import httpx

from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.nginx import CHAT, STAFF, Proxy, nginx
from tests.paths.street import Street
from tests.people import Child, Counsellor, canary, gone_after

AGENT = "Mozilla/5.0 (a telephone)"


def signed_in_through(proxy: Proxy, service: Service) -> tuple[str, str]:
    """Open a child's page, sign Kari in at the staff's host; return the session's cookie and a ticket."""
    head = {"Host": STAFF, "Origin": service.origin, "User-Agent": AGENT}
    with httpx.Client(base_url=f"https://127.0.0.1:{proxy.port}", verify=False, headers=head) as browser:  # noqa: S501 - a name that is not this machine's
        made = browser.post("/staff/sign-in", data={"name": "Kari", "password": service.passwords["Kari"]})
        cookie = made.headers["set-cookie"].split(";")[0]
        assert browser.get("/w", headers={"Host": CHAT}).status_code == 200
        ticket = browser.post("/staff/ticket", headers={"Cookie": cookie}).json()["ticket"]
    return cookie.partition("=")[2], str(ticket)


async def a_talk(street: Street, service: Service, proxy: Proxy) -> dict[str, str]:
    """A talk, a lost connection that resumes, an end; return all that nobody may find afterwards, by name."""
    cookie, ticket = signed_in_through(proxy, service)
    place = dataclasses.replace(street.place, uds="", proxy=(proxy.port, proxy.trust))
    child, kari = (kind(dataclasses.replace(place, url=f"wss://{host}")) for kind, host in ((Child, CHAT), (Counsellor, STAFF)))
    assert isinstance(child, Child)
    assert isinstance(kari, Counsellor)
    word = canary("ord")
    async with gone_after(child, kari):
        await kari.signs_on(ticket)
        await child.waits()
        conversation = await kari.takes(child.conversation)
        await child.opens_for(await child.sees(f.Paired))
        await kari.has_key(conversation)
        said = child.seals(word)
        await child.send(said)
        await child.sees(f.Said, id=said.id)
        await child.drop()
        assert (await child.arrives()).state == "talking"
        await kari.says(conversation, word)
        await kari.send(f.StaffEnd(conversation))
        assert await child.is_closed_with() == 4504
    assert child.token
    return {
        "token": child.token,
        "conversation": conversation,
        "epoch": str(child.epoch),
        "key": base64.b64encode(child.key).decode(),
        "ticket": ticket,
        "cookie": cookie,
        "password": service.passwords["Kari"],
        "message": said.id,
        "box": base64.b64encode(said.box).decode()[:40],
        "word": word,
    }


async def test_P2_as_it_is_handed_out_the_proxy_writes_nothing_down(street: Street, service: Service, tmp_path: Path) -> None:
    """On a machine that logs whatever it can, the site's own lines keep a whole talk out of every log, the address too."""
    with nginx(street, tmp_path / "nginx", logs=False) as proxy:
        hidden = await a_talk(street, service, proxy)

    more = {"agent": AGENT, "address": "127.0.0.1", "page": "/w"}
    log = proxy.log()
    assert [name for name, text in (hidden | more).items() if text in log] == []
    assert [path for path in proxy.folder.rglob("*") if path.is_file() and path.parent != proxy.folder] == []


async def test_P2_a_proxy_that_logs_all_finds_no_token(street: Street, service: Service, tmp_path: Path) -> None:
    """Whoever crosses those lines out learns that somebody came, and no token, key or name of a talk."""
    with nginx(street, tmp_path / "nginx", logs=True) as proxy:
        hidden = await a_talk(street, service, proxy)

    log = proxy.log()
    assert log.count('"GET /ws HTTP/1.1" 101') == 2
    assert '"GET /staff/ws HTTP/1.1" 101' in log
    assert "127.0.0.1" in log
    assert AGENT in log
    assert [name for name, text in hidden.items() if text in log] == ["cookie"]  # the staff's: a header, where somebody logs headers

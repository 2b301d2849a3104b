"""T5 over the pages: a passkey is made behind an invitation, signs in, is added and removed, and is nobody else's."""

import asyncio
import contextlib
import copy
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis as sync_redis

from server import app, keyfiles, keys
from server.door.staff_gate import COOKIE
from server.door.staff_keys import CHALLENGE
from server.embedded import Embedded
from server.house import House
from server.link import Link
from server.settings import read_settings
from server.staff import people
from server.staff.audit import contents
from server.staff.chain import Deeds, read
from server.staff.directory import Account
from server.staff.rules import FRESH, PASSKEYS
from server.staff.store import session_of
from tests.environ import worker_environ
from tests.staff.authenticator import Authenticator, b64, unb64

ORIGIN = "http://localhost:8116"
"""A browser makes no passkey for a number."""


@dataclass
class Door:
    """One web worker, asked as a browser asks."""

    browser: httpx.AsyncClient
    house: House
    store: Embedded

    def account(self, name: str = "Kari") -> Account:
        """Return an account as it is now."""
        return people.named(self.house.settings.staff_file, name)

    def told(self) -> list[Deeds]:
        """Return what the auditor was told."""
        return [entry.deed for line in contents(self.house.settings.audit_file)[0] if (entry := read(line))]

    def invite(self, name: str = "Kari") -> str:
        """Return the code of a fresh invitation."""
        return people.invite(self.house.settings.staff_file, name, self.house.clock())

    async def post(self, path: str, body: object, **cookies: str) -> httpx.Response:
        """Send JSON from our own page."""
        cookie = "; ".join(f"__Host-{name}={value}" for name, value in cookies.items())
        return await self.browser.post(path, json=body, headers={"origin": ORIGIN, **({"cookie": cookie} if cookie else {})})

    async def asked(self, path: str, body: object = None, **cookies: str) -> tuple[dict[str, Any], str]:
        """Ask; return the options and the cookie of this browser."""
        answer = await self.post(path, body or {}, **cookies)
        assert answer.status_code == 200, answer.text
        return answer.json(), kept(answer, CHALLENGE)

    async def accept(self, device: Authenticator, code: str) -> httpx.Response:
        """Make a passkey on this device for the one who was invited."""
        options, challenge = await self.asked("/staff/invitation/passkey/ask", {"code": code})
        made = {"code": code, "credential": device.make(options)}
        return await self.post("/staff/invitation/passkey", made, challenge=challenge)

    async def sign_in(self, device: Authenticator) -> httpx.Response:
        """Show the passkey of this device."""
        options, challenge = await self.asked("/staff/passkey/ask")
        return await self.post("/staff/passkey", {"credential": device.show(options)}, challenge=challenge)

    async def add(self, device: Authenticator, cookie: str, name: str = "") -> httpx.Response:
        """Add a passkey on this device to the account that is signed in."""
        options, challenge = await self.asked("/staff/me/passkey/ask", staff=cookie)
        return await self.post("/staff/me/passkey", {"name": name, "credential": device.make(options)}, staff=cookie, challenge=challenge)

    async def remove(self, device: Authenticator, cookie: str) -> httpx.Response:
        """Remove the passkey of this device."""
        headers = {"origin": ORIGIN, "cookie": f"{COOKIE}={cookie}"}
        return await self.browser.post("/staff/me/passkey/remove", data={"passkey": b64(device.id)}, headers=headers)

    async def me(self, cookie: str) -> str:
        """Return one's own page."""
        return (await self.browser.get("/staff/me", params={"lang": "en"}, headers={"cookie": f"{COOKIE}={cookie}"})).text


def kept(answer: httpx.Response, name: str) -> str:
    """Return a cookie that an answer sets."""
    found = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]
    return found[0].split(";")[0].partition("=")[2].strip('"')


@pytest.fixture
async def door(redis: Link, embedded_redis: Embedded, tmp_path: Path) -> AsyncIterator[Door]:
    """One web worker on an empty store, at a host that has a name."""
    assert await redis.ping()
    keyfiles.ensure(tmp_path)
    worker = app.create(read_settings(worker_environ(embedded_redis.url, tmp_path, origin=ORIGIN)))
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(worker.router.lifespan_context(worker))
        browser = await stack.enter_async_context(httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url=ORIGIN))
        yield Door(browser, worker.state.ops.house, embedded_redis)


@pytest.fixture
async def device(door: Door) -> Authenticator:
    """Kari's, with the passkey that she made behind her invitation."""
    one = Authenticator(ORIGIN)
    assert (await door.accept(one, door.invite())).status_code == 200
    return one


async def test_T5_from_an_invitation_to_a_session_with_a_passkey(door: Door) -> None:
    """Made once behind the invitation; it signs in with nothing typed; the invitation opens nothing any more; the auditor knows."""
    device, code = Authenticator(ORIGIN), door.invite()
    done = await door.accept(device, code)
    assert (done.status_code, done.json()) == (200, {"to": "/staff/sign-in"})
    again = await door.post("/staff/invitation/passkey/ask", {"code": code})
    assert (again.status_code, list(again.json())) == (403, ["words"])

    answer = await door.sign_in(device)
    assert (answer.status_code, answer.json()) == (200, {"to": "/staff"})
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE)).lower()
    assert all(part in cookie for part in ("; httponly", "; secure", "; samesite=strict", "; path=/"))
    assert "Kari" in await door.me(kept(answer, COOKIE))
    desk = door.account().id
    assert door.told() == [Deeds("invitation_used", who=desk, why="passkey"), Deeds("signed_in", who=desk)]


def without_verification(device: Authenticator) -> None:
    """The device asked for no finger and no code."""
    device.verifies = False


def on_another_page(device: Authenticator) -> None:
    """The page that asks is somebody else's: a phisher's."""
    device.origin = "https://localhost.evil.example"


def on_another_port(device: Authenticator) -> None:
    """Another program on the same host asks."""
    device.origin = "http://localhost:8117"


def for_another_host(device: Authenticator) -> None:
    """The device believes to be asked by another host."""
    device.rp = "evil.example"


WRONG = [without_verification, on_another_page, on_another_port, for_another_host]


@pytest.mark.parametrize("wrong", WRONG)
async def test_T5_a_passkey_that_is_made_wrong_is_not_taken(door: Door, wrong: Callable[[Authenticator], None]) -> None:
    """Without user verification, from another origin, for another host: refused, and the invitation stays good."""
    device, code = Authenticator(ORIGIN), door.invite()
    wrong(device)
    assert (await door.accept(device, code)).status_code == 403
    assert door.account().passkeys == ()
    assert (await door.accept(Authenticator(ORIGIN), code)).status_code == 200


@pytest.mark.parametrize("wrong", WRONG)
async def test_T5_a_passkey_that_is_shown_wrong_opens_nothing(
    door: Door, device: Authenticator, wrong: Callable[[Authenticator], None]
) -> None:
    """The same at sign-in: no session, and the auditor sees whose account it was."""
    wrong(device)
    answer = await door.sign_in(device)
    assert (answer.status_code, COOKIE in answer.headers.get("set-cookie", "")) == (403, False)
    assert door.told()[-1] == Deeds("sign_in_refused", whom=door.account().id, why="passkey")


async def test_T5_only_the_key_itself_signs_in(door: Door, device: Authenticator) -> None:
    """Another key under the same id, somebody else's name in it, and a passkey that nobody has here: refused alike."""
    forged, other = Authenticator(ORIGIN, id=device.id, user=device.user), copy.copy(device)
    other.user = b"D" * 22
    for wrong in (forged, other, Authenticator(ORIGIN, user=device.user)):
        answer = await door.sign_in(wrong)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, True)
        assert COOKIE not in str(answer.headers.get_list("set-cookie"))
    assert (await door.sign_in(device)).status_code == 200


async def test_T5_a_count_that_goes_back_is_flagged(door: Door) -> None:
    """Of two keys that say the same number one is a copy: refused, told to the auditor and to her; the right one goes on."""
    device = Authenticator(ORIGIN, counts=True)
    await door.accept(device, door.invite())
    copied = copy.copy(device)
    for _ in range(3):
        assert (await door.sign_in(device)).status_code == 200
    answer = await door.sign_in(copied)
    assert answer.status_code == 403
    assert "kopi" in answer.json()["words"]
    assert door.told()[-1] == Deeds("factor_suspect", whom=door.account().id, why="passkey")
    assert (await door.sign_in(device)).status_code == 200
    assert door.account().passkeys[0].count == device.count == 4


async def test_T5_a_challenge_is_answered_once_by_the_browser_that_was_asked(door: Door, device: Authenticator) -> None:
    """Twenty answers at once: one session. Without the cookie, with another browser's, after ten minutes, for another purpose: none."""
    options, challenge = await door.asked("/staff/passkey/ask")
    right = {"credential": device.show(options)}
    answers = await asyncio.gather(*(door.post("/staff/passkey", right, challenge=challenge) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 19

    options, challenge = await door.asked("/staff/passkey/ask")
    _, others = await door.asked("/staff/passkey/ask")
    right = {"credential": device.show(options)}
    assert [(await door.post("/staff/passkey", right, **one)).status_code for one in ({}, {"challenge": others})] == [403, 403]
    with sync_redis.Redis.from_url(door.store.admin_url) as admin:
        [key] = [one for one in admin.scan_iter(keys.begun("*").replace("{", "[{]")) if admin.get(one).startswith(b":")]
        assert 0 < admin.ttl(key) <= 600
        assert challenge.encode() not in key
        admin.delete(key)
    assert (await door.post("/staff/passkey", right, challenge=challenge)).status_code == 403

    cookie = kept(await door.sign_in(device), COOKIE)
    options, challenge = await door.asked("/staff/me/passkey/ask", staff=cookie)
    shown = device.show({**options, "rpId": options["rp"]["id"]})
    assert (await door.post("/staff/passkey", {"credential": shown}, challenge=challenge)).status_code == 403


async def test_T5_several_passkeys_and_each_can_be_removed(door: Door, device: Authenticator) -> None:
    """Added with a name, listed, removed; a removed one opens nothing; the last way in stays."""
    cookie = kept(await door.sign_in(device), COOKIE)
    phone = Authenticator(ORIGIN)
    assert (await door.add(phone, cookie, "Telefon <b>")).status_code == 200
    assert (await door.add(Authenticator(ORIGIN), cookie, "Jobb")).status_code == 200
    assert [one.name for one in door.account().passkeys] == ["Passnøkkel 1", "Passnøkkel 2", "Jobb"]
    assert "Jobb" in await door.me(cookie)
    assert (await door.sign_in(phone)).status_code == 200

    assert (await door.remove(device, cookie)).status_code == 303
    assert (await door.sign_in(device)).status_code == 403
    assert [deed.what for deed in door.told()].count("passkey_removed") == 1
    assert (await door.remove(phone, cookie)).status_code == 303
    [last] = door.account().passkeys
    refused = await door.remove(Authenticator(ORIGIN, id=unb64(last.id)), cookie)
    assert (refused.status_code, len(door.account().passkeys)) == (403, 1)


async def test_T5_a_passkey_of_somebody_else_cannot_be_removed_nor_taken(door: Door, device: Authenticator) -> None:
    """Each page is about its own account; what was asked of one account is no answer for another."""
    ola = Authenticator(ORIGIN)
    await door.accept(ola, door.invite("Ola"))
    cookies = [kept(await door.sign_in(one), COOKIE) for one in (device, ola)]
    await door.remove(device, cookies[1])
    assert (await door.sign_in(device)).status_code == 200
    options, challenge = await door.asked("/staff/me/passkey/ask", staff=cookies[0])
    made = {"credential": Authenticator(ORIGIN).make(options)}
    assert (await door.post("/staff/me/passkey", made, staff=cookies[1], challenge=challenge)).status_code == 403
    assert [len(door.account(name).passkeys) for name in ("Kari", "Ola")] == [1, 1]


async def test_T5_who_changes_passkeys_has_signed_in_lately(door: Door, device: Authenticator) -> None:
    """A session that somebody finds open adds no key and removes none."""
    cookie = kept(await door.sign_in(device), COOKIE)
    await door.add(Authenticator(ORIGIN), cookie)
    options, challenge = await door.asked("/staff/me/passkey/ask", staff=cookie)
    with sync_redis.Redis.from_url(door.store.admin_url) as admin:
        admin.hset(keys.session(session_of(cookie)), "since", door.house.clock() - FRESH - 1)
    assert (await door.post("/staff/me/passkey/ask", {}, staff=cookie)).status_code == 403
    made = {"credential": Authenticator(ORIGIN).make(options)}
    assert (await door.post("/staff/me/passkey", made, staff=cookie, challenge=challenge)).status_code == 403
    assert (await door.remove(device, cookie)).status_code == 403
    assert len(door.account().passkeys) == 2
    assert "within the last 15 minutes" in await door.me(cookie)


async def test_T5_there_are_at_most_ten(door: Door, device: Authenticator) -> None:
    """Nobody fills the file."""
    cookie = kept(await door.sign_in(device), COOKIE)
    added = [(await door.add(Authenticator(ORIGIN), cookie)).status_code for _ in range(PASSKEYS)]
    assert added == [200] * (PASSKEYS - 1) + [403]


async def test_T5_a_new_invitation_and_a_disabled_account_void_every_passkey(door: Door, device: Authenticator) -> None:
    """Who has lost a device is invited anew, and the lost one opens nothing."""
    people.disable(door.house.settings.staff_file, "Kari")
    assert (await door.sign_in(device)).status_code == 403
    people.disable(door.house.settings.staff_file, "Kari", disabled=False)
    assert (await door.sign_in(device)).status_code == 200
    door.invite()
    assert (await door.sign_in(device)).status_code == 403


async def test_T5_whatever_is_sent_instead_of_a_passkey_is_refused(
    door: Door, device: Authenticator, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing, no JSON, parts left out, cut or of another kind, 300 of them by chance: 403, no failure of ours, no session."""
    chance = random.Random(5)  # noqa: S311 - the same three hundred each time
    for _ in range(300):
        options, challenge = await door.asked("/staff/passkey/ask")
        body: dict[str, Any] = {"credential": device.show(options)}
        parts = [body, body["credential"], body["credential"]["response"]]
        spoilt = chance.choice(parts)
        name = chance.choice(sorted(spoilt))
        wrong: list[object] = [
            None,
            7,
            "",
            "é",
            [],
            {},
            "=" * 9,
            b64(chance.randbytes(40)),
            (text := str(spoilt[name]))[: chance.randrange(len(text))],
        ]
        spoilt[name] = chance.choice(wrong)
        answer = await door.post("/staff/passkey", body, challenge=challenge)
        assert answer.status_code == 403, spoilt
    for raw in (b"", b"[]", b"\xff", b'{"credential": "x"}', b'{"credential": {}}'):
        answer = await door.browser.post("/staff/passkey", content=raw, headers={"origin": ORIGIN})
        assert answer.status_code == 403
    assert '"failure"' not in capfd.readouterr().err


async def test_T5_where_no_browser_makes_a_passkey_none_is_offered(door: Door) -> None:
    """For a number instead of a host's name the page has the other way only; with a name the passkey comes first."""
    page = (await door.browser.get("/staff/sign-in")).text
    assert page.index('id="passkey"') < page.index('name="password"')
    door.house.keyring.party = type(door.house.keyring.party)("http://127.0.0.1:8116", "x")
    assert 'id="passkey"' not in (await door.browser.get("/staff/sign-in")).text

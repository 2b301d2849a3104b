"""The staff's pages over a real store: who gets in, from where, and what is left when she goes."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from server import app, keyfiles
from server.door.staff_desk import read_municipalities
from server.door.staff_gate import COOKIE
from server.embedded import Embedded
from server.link import Link
from server.settings import read_settings
from server.staff import people
from tests.environ import ORIGIN, worker_environ

HEADERS = {"origin": ORIGIN}


@dataclass
class Door:
    """The application, as a browser without a memory reaches it."""

    browser: httpx.AsyncClient
    password: str
    staff_file: Path

    async def sign_in(self, name: str = "Kari", password: str | None = None, **headers: str) -> httpx.Response:
        """Send the form from our own page, unless other headers are given."""
        form = {"name": name, "password": password or self.password}
        return await self.browser.post("/staff/sign-in", data=form, headers=headers or HEADERS)

    async def signed_in(self) -> dict[str, str]:
        """Sign in and return the headers of a browser that holds the cookie (which httpx does not send over http)."""
        answer = await self.sign_in()
        found = re.match(rf"{COOKIE}=([^;]+);", answer.headers["set-cookie"])
        assert found is not None
        return {**HEADERS, "cookie": f"{COOKIE}={found[1]}"}


@pytest.fixture
async def door(redis: Link, embedded_redis: Embedded, tmp_path: Path) -> AsyncIterator[Door]:
    """One web worker on an empty store, with one account."""
    assert await redis.ping()
    keyfiles.ensure(tmp_path)
    password = people.add(tmp_path / "staff.json", "Kari")
    worker = app.create(read_settings(worker_environ(embedded_redis.url, tmp_path)))
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(worker.router.lifespan_context(worker))
        transport = httpx.ASGITransport(worker)
        browser = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=ORIGIN))
        yield Door(browser, password, tmp_path / "staff.json")


async def test_without_a_session_there_is_only_the_way_to_sign_in(door: Door) -> None:
    """The dashboard redirects; what it fetches is 401; a made-up cookie is nobody's."""
    for headers in ({}, {"cookie": f"{COOKIE}=made-up"}):
        page = await door.browser.get("/staff", headers=headers)
        assert (page.status_code, page.headers["location"]) == (303, "/staff/sign-in")
        assert (await door.browser.get("/staff/municipalities.json", headers=headers)).status_code == 401
        assert (await door.browser.post("/staff/ticket", headers={**HEADERS, **headers})).status_code == 401


async def test_a_form_that_is_none_of_ours_is_a_wrong_password(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    """Too many fields, no text, nothing: no failure of ours, whatever is sent."""
    for body in (b"&".join(b"a%d=1" % number for number in range(20)), b"\xff\xfe", b"name=%ED%A0%80&password=%00", b""):
        answer = await door.browser.post("/staff/sign-in", content=body, headers=HEADERS)
        assert answer.status_code in (403, 429)

    assert '"failure"' not in capfd.readouterr().err


async def test_the_right_password_opens_the_dashboard(door: Door) -> None:
    """A cookie that only this site may use over a safe link, and a page that names her desk and no secret."""
    answer = await door.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("; httponly", "; secure", "; samesite=strict", "; path=/"):
        assert part in cookie
    for part in ("domain=", "max-age", "expires"):
        assert part not in cookie
    page = await door.browser.get("/staff", headers=await door.signed_in())
    assert page.status_code == 200
    assert "<staff-dashboard>" in page.text
    assert "argon2" not in page.text


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(door: Door) -> None:
    """Nobody learns who works here."""
    wrong = [await door.sign_in("Kari", "wrong"), await door.sign_in("Nobody", "wrong")]
    assert [answer.status_code for answer in wrong] == [403, 403]
    texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in wrong]
    assert texts[0] == texts[1]
    assert "hører ikke sammen" in texts[0]
    assert all("set-cookie" not in answer.headers for answer in wrong)


async def test_the_sixth_try_in_a_minute_is_not_looked_at(door: Door) -> None:
    """Not even the right password gets in, and the words say to wait."""
    for _ in range(5):
        assert (await door.sign_in("Kari", "wrong")).status_code == 403
    sixth = await door.sign_in()
    assert (sixth.status_code, "set-cookie" in sixth.headers) == (429, False)
    assert "Vent et minutt" in sixth.text


async def test_a_form_from_another_page_has_no_effect(door: Door) -> None:
    """The origin is compared whole; a session does not help."""
    cookie = await door.signed_in()
    form = {"name": "Kari", "password": door.password}
    for origin in ("null", "http://127.0.0.1:8117", f"{ORIGIN}/", "https://127.0.0.1:8116", "http://localhost:8116"):
        for path in ("/staff/sign-in", "/staff/sign-out", "/staff/ticket"):
            answer = await door.browser.post(path, headers={**cookie, "origin": origin}, data=form)
            assert (answer.status_code, "set-cookie" in answer.headers) == (403, False), (path, origin)
    assert (await door.browser.get("/staff", headers=cookie)).status_code == 200


async def test_a_form_without_an_origin_has_no_effect(door: Door) -> None:
    """A browser always sends it with a form."""
    answer = await door.browser.post("/staff/sign-in", data={"name": "Kari", "password": door.password})
    assert answer.status_code == 403


async def test_a_ticket_is_another_one_each_time(door: Door) -> None:
    """One for each socket."""
    cookie = await door.signed_in()
    tickets = [(await door.browser.post("/staff/ticket", headers=cookie)).json()["ticket"] for _ in range(3)]
    assert len(set(tickets)) == 3


async def test_signing_out_ends_the_session_and_clears_the_browser(door: Door) -> None:
    """The cookie is worth nothing afterwards, and the browser is told to keep nothing."""
    cookie = await door.signed_in()
    answer = await door.browser.post("/staff/sign-out", headers=cookie)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert f'{COOKIE}="";' in answer.headers["set-cookie"]
    assert (await door.browser.get("/staff", headers=cookie)).status_code == 303
    assert (await door.browser.post("/staff/ticket", headers=cookie)).status_code == 401


async def test_an_account_that_is_removed_is_out_at_once(door: Door) -> None:
    """A session does not outlive its account."""
    cookie = await door.signed_in()
    people.remove(door.staff_file, "Kari")
    assert (await door.browser.get("/staff", headers=cookie)).status_code == 303
    assert (await door.browser.post("/staff/ticket", headers=cookie)).status_code == 401


async def test_the_municipalities_are_the_real_357(door: Door) -> None:
    """Each with its number, its names and its county, which tells the two Herøy and the two Våler apart."""
    given = (await door.browser.get("/staff/municipalities.json", headers=await door.signed_in())).json()
    assert len({one["number"] for one in given}) == 357
    twice = {(one["name"], one["county"]) for one in given if one["name"] in ("Herøy", "Våler")}
    assert twice == {("Herøy", "Møre og Romsdal"), ("Herøy", "Nordland"), ("Våler", "Innlandet"), ("Våler", "Østfold")}
    assert {"number": "5612", "name": "Kautokeino", "official": "Guovdageaidnu - Kautokeino", "county": "Finnmark"} in given
    assert [one.number for one in read_municipalities()] == [one["number"] for one in given]


@pytest.mark.parametrize(("lang", "word"), [("nb", "Passord"), ("nn", "Vel språk"), ("en", "Password")])
async def test_the_pages_speak_three_languages(door: Door, lang: str, word: str) -> None:
    """By the link, and by what the browser prefers; the way on keeps the choice."""
    by_link = await door.browser.get("/staff/sign-in", params={"lang": lang})
    by_wish = await door.browser.get("/staff/sign-in", headers={"accept-language": lang})
    for page in (by_link, by_wish):
        assert f'<html lang="{lang}">' in page.text
        assert word in page.text
    onward = await door.browser.get("/staff", params={"lang": lang})
    assert onward.headers["location"] == f"/staff/sign-in?lang={lang}"


@pytest.mark.parametrize("lang", ["se", "xx", '"><script>'])
async def test_a_language_without_staff_words_is_the_default(door: Door, lang: str) -> None:
    """North Sami is the children's; whatever else is not echoed."""
    page = await door.browser.get("/staff/sign-in", params={"lang": lang})
    assert '<html lang="nb">' in page.text
    assert "<script>" not in page.text


async def test_what_is_typed_comes_back_as_text(door: Door) -> None:
    """A name with markup in it is a name."""
    page = await door.sign_in('"><img src=x>', "wrong")
    assert "<img" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "trusted-types lit-html" in page.headers["content-security-policy"]


async def test_the_page_cannot_be_left_by_its_own_words(door: Door) -> None:
    """The facts for the script stand in the page as data: nothing in them can end the element."""
    page = await door.browser.get("/staff", headers=await door.signed_in())
    data = page.text.partition('id="page">')[2].partition("</script>")[0]
    assert "<" not in data
    assert ">" not in data

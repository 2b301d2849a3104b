"""T3 with a real OpenID provider: out here means out there too, and who is put out there is out here."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from server.door.staff_elsewhere import HINT, ONWARD
from server.staff import people
from server.staff.chain import Deeds
from server.staff.claims import LOGOUT
from tests.door.test_staff_elsewhere import Browser, browser, ops
from tests.environ import ORIGIN

__all__ = ["browser", "ops"]


async def test_T3_signing_out_here_goes_on_to_the_provider(browser: Browser) -> None:
    """After the session here the one there: by a page of ours, with her own browser's word, which we have not kept."""
    await browser.signs_in()
    assert browser.cookies[HINT].startswith("op:ey")
    answer = await browser.ask("POST", "/staff/sign-out")
    assert (answer.status_code, browser.is_in, HINT in browser.cookies) == (303, False, False)
    page = await browser.ask("GET", "/staff/sign-in")
    assert 'content="0;url=/staff/elsewhere/op/out"' in page.text
    out = await browser.ask("GET", "/staff/elsewhere/op/out")
    asked = parse_qs(urlsplit(out.headers["location"]).query)
    assert out.headers["location"].startswith(f"{browser.op.issuer}/session?")
    assert (asked["client_id"], asked["post_logout_redirect_uri"]) == (["chat"], [f"{ORIGIN}/staff/sign-in"])
    assert ONWARD not in browser.cookies
    assert "url=/staff/elsewhere" not in (await browser.ask("GET", "/staff/sign-in")).text


def says_out(browser: Browser, **other: Any) -> dict[str, Any]:  # noqa: ANN401 - a claim
    """Return what a provider says when somebody is out."""
    now = int(time.time())
    claims = {"iss": browser.op.issuer, "aud": "chat", "iat": now, "exp": now + 120, "jti": "j", "events": {LOGOUT: {}}, **other}
    return {name: value for name, value in claims.items() if value is not None}


async def sid_of(browser: Browser) -> tuple[str, str]:
    """Return what the provider calls this browser's session, and its owner."""
    middle = browser.cookies[HINT].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims["sid"], claims["sub"]


async def tells(browser: Browser, token: str) -> int:
    """Tell our site as the provider's server does: without an origin and without a cookie."""
    return (await browser.ours.post("/staff/elsewhere/op/says-out", data={"logout_token": token})).status_code


@pytest.mark.parametrize("by", ["sid", "sub"])
async def test_T3_the_provider_says_that_somebody_is_out(browser: Browser, by: str) -> None:
    """By the session or by the person: the session here is over, the auditor knows who said so; said twice it is the same."""
    await browser.signs_in()
    sid, sub = await sid_of(browser)
    token = browser.op.sign(says_out(browser, **({"sid": sid} if by == "sid" else {"sub": sub})))
    assert [await tells(browser, token), await tells(browser, token)] == [200, 200]
    assert (await browser.ask("GET", "/staff")).status_code == 303
    desk = people.named(browser.house.settings.staff_file, "Kari").id
    assert browser.told()[-1] == Deeds("session_ended", who=desk, why="op")


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "another client": {"aud": "another"},
    "an id_token": {"nonce": "n"},
    "no event": {"events": None},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "nobody": {"sub": None},
    "too old": {"iat": 1},
    "over": {"exp": 1},
    "to come": {"iat": 2**33},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_T3_a_word_that_is_none_puts_nobody_out(browser: Browser, wrong: str) -> None:
    """Signed by the right key, but not said to us, not now, or not this: 400, and the session stands."""
    await browser.signs_in()
    _, sub = await sid_of(browser)
    assert await tells(browser, browser.op.sign(says_out(browser, **({"sub": sub} | WRONG[wrong])))) == 400
    assert (await browser.ask("GET", "/staff")).status_code == 200


async def test_T3_a_word_that_the_provider_has_not_signed_puts_nobody_out(browser: Browser) -> None:
    """Unsigned, with the public key as a secret, with another key, no word at all, or another provider's."""
    await browser.signs_in()
    _, sub = await sid_of(browser)
    right = says_out(browser, sub=sub)
    tokens = [*(browser.op.sign(right, how) for how in ("none", "HS256", "other")), browser.evil.sign(right), "", "x.y.z"]
    assert [await tells(browser, token) for token in tokens] == [400] * 6
    assert (await browser.ask("GET", "/staff")).status_code == 200

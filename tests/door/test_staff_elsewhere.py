"""T2 against a real OpenID provider: who comes back is let in once, with the right word for this browser, and for nobody else."""

import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from server import app, keyfiles
from server.door.staff_elsewhere import SENT
from server.door.staff_gate import COOKIE
from server.embedded import Embedded
from server.house import House
from server.link import Link
from server.settings import read_settings
from server.staff import people
from server.staff.audit import contents
from server.staff.chain import Deeds, read
from tests.environ import ORIGIN, worker_environ
from tests.staff.openid import Op, new_op, running, write_file

BACK = "/staff/elsewhere/op/back"


@dataclass
class Browser:
    """A counsellor's browser: our site with its cookies, and the provider's."""

    ours: httpx.AsyncClient
    house: House
    op: Op
    evil: Op
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Ask our site; keep and forget cookies as it says."""
        headers = {"origin": ORIGIN, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = await self.ours.request(method, path, headers=headers, **more)
        for one in answer.headers.get_list("set-cookie"):
            name, _, rest = one.partition("=")
            value = rest.split(";")[0].strip('"')
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    async def sets_out(self, name: str = "op") -> str:
        """Press the button; return the address of the provider."""
        answer = await self.ask("GET", f"/staff/elsewhere/{name}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def is_sent_back(self, address: str) -> dict[str, str]:
        """Sign in there; return what comes back in the address."""
        async with httpx.AsyncClient() as there:
            answer = await there.get(address)
        assert answer.status_code == 303, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def comes_back(self, answer: dict[str, str], path: str = BACK) -> httpx.Response:
        """Come back to our site."""
        return await self.ask("GET", path, params=answer)

    async def signs_in(self) -> httpx.Response:
        """Go the whole way."""
        return await self.comes_back(await self.is_sent_back(await self.sets_out()))

    @property
    def is_in(self) -> bool:
        """There is a session."""
        return COOKIE in self.cookies

    def told(self) -> list[Deeds]:
        """Return what the auditor was told."""
        return [entry.deed for line in contents(self.house.settings.audit_file)[0] if (entry := read(line))]


@pytest.fixture(scope="module")
def ops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Op, Op, Path]]:
    """Two providers in processes of their own, one of which nobody should trust, and the file that tells of both."""
    folder = tmp_path_factory.mktemp("ops")
    op, evil = new_op("op"), new_op("evil")
    file = write_file(folder, op, evil)
    with running(op, file, ORIGIN), running(evil, file, ORIGIN):
        yield op, evil, file


@pytest.fixture
async def browser(redis: Link, embedded_redis: Embedded, tmp_path: Path, ops: tuple[Op, Op, Path]) -> AsyncIterator[Browser]:
    """A browser, and a worker on an empty store that knows Kari by the provider's name for her."""
    assert await redis.ping()
    keyfiles.ensure(tmp_path)
    op, evil, file = ops
    op.control()
    evil.control()
    worker = app.create(read_settings(worker_environ(embedded_redis.url, tmp_path, ALARM_SIGN_IN=str(file))))
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(worker.router.lifespan_context(worker))
        ours = await stack.enter_async_context(httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url=ORIGIN))
        one = Browser(ours, worker.state.ops.house, op, evil)
        await invites(one, "Kari")
        op.control()
        one.cookies.clear()
        yield one


async def invites(browser: Browser, name: str, user: str = "kari") -> httpx.Response:
    """Invite somebody who chooses to sign in elsewhere."""
    browser.op.control(user=user)
    code = people.invite(browser.house.settings.staff_file, name, browser.house.clock())
    page = await browser.ask("POST", "/staff/invitation/elsewhere", data={"code": code, "provider": "op"})
    assert page.status_code == 200, page.text
    found = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
    return await browser.comes_back(await browser.is_sent_back(found))


async def test_T2_the_whole_way(browser: Browser) -> None:
    """Invited, known from then on, let in by a page of ours that leads on; everything that was sent is as it must be."""
    answer = await browser.signs_in()
    assert answer.status_code == 200, answer.text
    assert 'content="0;url=/staff"' in answer.text
    assert (await browser.ask("GET", "/staff")).status_code == 200

    [sent] = browser.op.seen("authorization")
    assert (sent["response_type"], sent["code_challenge_method"], sent["acr_values"]) == ("code", "S256", "idporten-loa-high")
    assert min(len(sent[name]) for name in ("state", "nonce", "code_challenge")) == 43
    [token] = browser.op.seen("token")
    assert token["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert not {"client_secret", "password"} & token.keys()
    desk = people.named(browser.house.settings.staff_file, "Kari").id
    assert browser.told() == [
        Deeds("invitation_used", who=desk, why="elsewhere"),
        Deeds("signed_in", who=desk, why="op"),
        Deeds("signed_in", who=desk, why="op"),
    ]


# --- the ten attacks -------------------------------------------------------------------------------


async def wrong_state(browser: Browser) -> httpx.Response:
    """Somebody else's answer, with a state that this browser was not sent with."""
    return await browser.comes_back({**await browser.is_sent_back(await browser.sets_out()), "state": "x" * 43})


async def spoilt(browser: Browser, **how: Any) -> httpx.Response:  # noqa: ANN401 - as the provider's process understands it
    """The provider's word says something else than it should, signed with its own key unless told otherwise."""
    browser.op.control(**how)
    return await browser.signs_in()


async def wrong_nonce(browser: Browser) -> httpx.Response:
    """A word that was given for another time."""
    return await spoilt(browser, claims={"nonce": "x" * 43})


async def wrong_iss(browser: Browser) -> httpx.Response:
    """A word in another provider's name."""
    return await spoilt(browser, claims={"iss": browser.evil.issuer})


async def wrong_aud(browser: Browser) -> httpx.Response:
    """A word for another client."""
    return await spoilt(browser, claims={"aud": ["another"]})


async def wrong_azp(browser: Browser) -> httpx.Response:
    """A word that was given to another client."""
    return await spoilt(browser, claims={"azp": "another"})


async def expired(browser: Browser) -> httpx.Response:
    """A word whose time is over."""
    now = int(time.time())
    return await spoilt(browser, claims={"iat": now - 500, "exp": now - 60})


async def alg_none(browser: Browser) -> httpx.Response:
    """A word that nobody has signed."""
    return await spoilt(browser, sign="none")


async def key_confusion(browser: Browser) -> httpx.Response:
    """A word signed with the public key, as if it were a shared secret."""
    return await spoilt(browser, sign="HS256")


async def code_replay(browser: Browser) -> httpx.Response:
    """A code that was used, in another browser's hands: it has set out itself, and puts the stolen code into its own answer."""
    stolen = await browser.is_sent_back(await browser.sets_out())
    assert (await browser.comes_back(stolen)).status_code == 200
    browser.cookies.clear()
    own = await browser.is_sent_back(await browser.sets_out())
    return await browser.comes_back({**own, "code": stolen["code"]})


async def mix_up(browser: Browser) -> httpx.Response:
    """The bad provider sends the browser on to the good one, to be handed the good one's code."""
    bad = parse_qs(urlsplit(await browser.sets_out("evil")).query)
    good = f"{browser.op.issuer}/authorization?" + str(
        httpx.QueryParams({name: values[0] for name, values in bad.items()} | {"redirect_uri": f"{ORIGIN}{BACK}"})
    )
    answer = await browser.is_sent_back(good)
    kept = dict(browser.cookies)
    first = await browser.comes_back(answer, "/staff/elsewhere/evil/back")  # it was registered there, or was redirected
    assert first.status_code == 403
    browser.cookies = kept
    second = await browser.comes_back(answer)
    assert browser.evil.seen("token") == []  # the code of the good one never got to the bad one
    return second


ATTACKS = [wrong_state, wrong_nonce, wrong_iss, wrong_aud, wrong_azp, expired, alg_none, key_confusion, code_replay, mix_up]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_T2_ten_attacks_of_ten_are_refused(browser: Browser, attack: Any) -> None:  # noqa: ANN401 - one of those above
    """No session, and words that say what to do; right after it the right way in still works."""
    answer = await attack(browser)
    assert (answer.status_code, browser.is_in) == (403, False)
    assert "Begynn på nytt her" in answer.text
    browser.op.control()
    assert ((await browser.signs_in()).status_code, browser.is_in) == (200, True)


@pytest.mark.parametrize("without", ["nonce", "iss", "aud", "exp", "iat", "sub", "acr"])
async def test_T2_a_word_that_leaves_something_out_is_refused(browser: Browser, without: str) -> None:
    """What must be there, must be there."""
    answer = await spoilt(browser, without=[without])
    assert (answer.status_code, browser.is_in) == (403, False)


@pytest.mark.parametrize(
    "claims", [{"aud": ["chat", "another"]}, {"acr": "idporten-loa-low"}, {"acr": ["idporten-loa-high"]}, {"iat": 1}, {"exp": "soon"}]
)
async def test_T2_a_word_that_says_too_little_or_too_much_is_refused(browser: Browser, claims: dict[str, Any]) -> None:
    """For others too, on a lower level, from long ago, without a number: no session."""
    answer = await spoilt(browser, claims=claims)
    assert (answer.status_code, browser.is_in) == (403, False)
    assert ("ikke trygg nok" in answer.text) == ("acr" in claims)


async def test_T2_a_word_signed_by_another_key_is_refused(browser: Browser) -> None:
    """Also under the name of the right one."""
    assert (await spoilt(browser, sign="other")).status_code == 403


async def test_T2_an_answer_belongs_to_the_browser_that_was_sent_and_to_one_time(browser: Browser) -> None:
    """Without its cookie, with another's, a second time: refused, and the provider is not even asked."""
    answer = await browser.is_sent_back(await browser.sets_out())
    own = browser.cookies.pop(SENT)
    assert (await browser.comes_back(answer)).status_code == 403
    await browser.sets_out()
    assert (await browser.comes_back(answer)).status_code == 403
    assert browser.op.seen("token") == []
    browser.cookies = {SENT: own}
    assert (await browser.comes_back(answer)).status_code == 200
    browser.cookies = {SENT: own}
    assert (await browser.comes_back(answer)).status_code == 403


async def test_T2_an_answer_that_names_no_code_is_a_way_that_was_broken_off(browser: Browser) -> None:
    """Somebody who presses cancel there is told so, and begins again."""
    answer = await browser.is_sent_back(await browser.sets_out())
    answer = {"state": answer["state"], "iss": answer["iss"], "error": "access_denied"}
    told = await browser.comes_back(answer)
    assert told.status_code == 403
    assert "Du ble ikke logget inn der" in told.text


async def test_T2_nobody_makes_an_account_of_her_own(browser: Browser) -> None:
    """Whoever the provider knows and the directory does not is refused in clear words; a disabled one too."""
    accounts = len(browser.house.directory.accounts())
    browser.op.control(user="nobody")
    answer = await browser.signs_in()
    assert (answer.status_code, browser.is_in, len(browser.house.directory.accounts())) == (403, False, accounts)
    assert "ingen konto for deg her" in answer.text
    people.disable(browser.house.settings.staff_file, "Kari")
    browser.op.control()
    assert ((await browser.signs_in()).status_code, browser.is_in) == (403, False)


async def test_T2_an_invitation_is_used_once_and_by_the_one_who_holds_it(browser: Browser) -> None:
    """It links the account to who signs in there; a made-up code leads nowhere."""
    assert (await invites(browser, "Ola", "ola")).status_code == 200
    names = {account.name: account.subject for account in browser.house.directory.accounts()}
    assert names["Ola"] != names["Kari"]
    assert {one.issuer for one in names.values() if one} == {browser.op.issuer}
    void = await browser.ask("POST", "/staff/invitation/elsewhere", data={"code": "made-up", "provider": "op"})
    assert (void.status_code, SENT in browser.cookies) == (403, False)


async def test_T2_an_unknown_provider_is_not_there(browser: Browser) -> None:
    """And one that does not answer is said to be away."""
    for path in ("", "/back", "/out"):
        assert (await browser.ask("GET", f"/staff/elsewhere/nowhere{path}")).status_code == 404
    assert (await browser.ask("GET", "/staff/elsewhere/op/out")).headers["location"] == "/staff/sign-in"
    openid = browser.house.elsewhere.known["op"]
    openid.provider = type(openid.provider)(id="op", name="Op", issuer="http://127.0.0.1:1", client_id="chat", key=openid.provider.key)
    openid._published = None
    answer = await browser.ask("GET", "/staff/elsewhere/op")
    assert answer.status_code == 403
    assert "ikke noe svar derfra" in answer.text


async def test_T2_roles_may_come_from_a_claim(browser: Browser) -> None:
    """Those that the file knows become hers at each sign-in, and the auditor sees it; with none of them she stays outside."""
    openid = browser.house.elsewhere.known["op"]
    openid.provider = msgspec.structs.replace(openid.provider, role_claim="roles", roles={"Lead": "shift_lead", "Audit": "auditor"})
    browser.op.control(claims={"roles": ["Lead", "Audit", "Everything"]})
    await browser.signs_in()
    account = people.named(browser.house.settings.staff_file, "Kari")
    assert account.roles == ("auditor", "shift_lead")
    assert Deeds("roles_given", who="op", whom=account.id, why="auditor shift_lead") in browser.told()
    for roles in ([], ["Everything"], "Nothing", {"Lead": 1}):
        browser.cookies.clear()
        browser.op.control(claims={"roles": roles})
        answer = await browser.signs_in()
        assert (answer.status_code, browser.is_in) == (403, False)
        assert "har ingen rolle her" in answer.text


async def test_T2_ways_of_signing_in_may_be_demanded(browser: Browser) -> None:
    """With `amr` in the file a word must name one of those; told as a list or as a single word."""
    openid = browser.house.elsewhere.known["op"]
    openid.provider = msgspec.structs.replace(openid.provider, amr=("fido",))
    for amr, status in (("fido", 200), (["pwd", "fido"], 200), (["pwd"], 403), ("pwd", 403), ({}, 403)):
        browser.op.control(claims={"amr": amr})
        assert (await browser.signs_in()).status_code == status, amr
    browser.op.control()
    assert (await browser.signs_in()).status_code == 403

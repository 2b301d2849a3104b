"""Sessions in a real Redis: what a cookie and a ticket are good for, and that neither is ever stored."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
import redis as sync_redis

from server import keys
from server.embedded import Embedded
from server.link import Link
from server.scripts import Script, load
from server.staff import codes
from server.staff.audit import Audit
from server.staff.directory import Directory
from server.staff.entrance import Entrance, Given, SignInRefused
from server.staff.people import accept, add, invite
from server.staff.rules import ABSOLUTE, IDLE
from server.staff.store import Sessions, session_of

NOW = 1_800_000_000_000
DESK = "D" * 22
GOOD = "a long enough one"
APP = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")


@pytest.fixture
def sessions(redis: Link) -> Sessions:
    """The sessions on an empty store."""
    return Sessions(redis)


async def test_a_cookie_is_known(sessions: Sessions) -> None:
    """Signed in: the cookie stands for the desk; another cookie for nobody."""
    cookie = await sessions.sign_in(DESK, NOW)

    assert await sessions.who(cookie, NOW + 1) == DESK
    assert await sessions.who(cookie + "x", NOW + 1) is None
    assert await sessions.who("", NOW + 1) is None
    assert len(cookie) == 43


async def test_use_keeps_it_and_idleness_ends_it(sessions: Sessions) -> None:
    """Each use gives 30 minutes more; without use it is over and stays over."""
    cookie = await sessions.sign_in(DESK, NOW)
    later = NOW + IDLE - 1

    assert await sessions.who(cookie, later) == DESK
    assert await sessions.who(cookie, later + IDLE - 1) == DESK
    assert await sessions.who(cookie, later + 2 * IDLE) is None
    assert await sessions.who(cookie, later) is None


async def test_a_shift_ends_it(sessions: Sessions) -> None:
    """12 hours after signing in it is over, however busy."""
    cookie = await sessions.sign_in(DESK, NOW)
    for now in range(NOW, NOW + ABSOLUTE, IDLE - 1):
        assert await sessions.who(cookie, now) == DESK

    assert await sessions.who(cookie, NOW + ABSOLUTE) is None


async def test_to_look_is_not_to_use(sessions: Sessions) -> None:
    """An open socket may look whether its session stands without prolonging it."""
    entered = await sessions.enter(await taken(sessions, await sessions.sign_in(DESK, NOW)))
    assert entered is not None

    assert await sessions.look(entered.session, NOW + IDLE - 1) == DESK
    assert await sessions.look(entered.session, NOW + IDLE) is None


async def test_work_on_a_socket_keeps_it(sessions: Sessions) -> None:
    """A counsellor who only talks is at work too."""
    entered = await sessions.enter(await taken(sessions, await sessions.sign_in(DESK, NOW)))
    assert entered is not None

    assert await sessions.keep(entered.session, NOW + IDLE - 1) == DESK
    assert await sessions.look(entered.session, NOW + IDLE + 1) == DESK


async def test_signed_out_is_signed_out(sessions: Sessions) -> None:
    """The cookie, the session and an unused ticket end together; a use at the same moment cannot bring it back."""
    cookie = await sessions.sign_in(DESK, NOW)
    entered = await sessions.enter(await taken(sessions, cookie))
    unused = await taken(sessions, cookie)
    assert entered is not None

    await asyncio.gather(sessions.sign_out(cookie), *(sessions.who(cookie, NOW) for _ in range(20)))

    assert await sessions.who(cookie, NOW) is None
    assert await sessions.look(entered.session, NOW) is None
    assert await sessions.redeem(unused) is None
    assert await sessions.ticket(cookie) is None


async def test_a_ticket_lets_one_in(sessions: Sessions) -> None:
    """Fifty at once with the same ticket: exactly one is let in."""
    ticket = await taken(sessions, await sessions.sign_in(DESK, NOW))

    let_in = await asyncio.gather(*(sessions.redeem(ticket) for _ in range(50)))
    assert sorted(filter(None, let_in)) == [DESK]


async def test_a_repeat_of_one_attempt_is_the_same_attempt(sessions: Sessions, redis: Link) -> None:
    """When the answer to a redeem is lost, the repeat of that very attempt succeeds; another attempt does not."""
    script = _redeem()
    ticket = await taken(sessions, await sessions.sign_in(DESK, NOW))
    key = keys.ticket(_hash(ticket))

    first, repeat, other = [await script(redis, [key], [attempt]) for attempt in ("one", "one", "two")]
    assert first == repeat != b""
    assert other == b""


async def test_a_ticket_lives_half_a_minute(sessions: Sessions, redis: Link) -> None:
    """30 s, also after its use; an unknown one lets nobody in."""
    ticket = await taken(sessions, await sessions.sign_in(DESK, NOW))
    key = keys.ticket(_hash(ticket))

    assert 0 < await redis.ttl(key) <= 30
    await sessions.redeem(ticket)
    assert 0 < await redis.ttl(key) <= 30
    assert await sessions.redeem("x" * 43) is None


async def test_only_hashes_are_stored(sessions: Sessions, embedded_redis: Embedded) -> None:
    """Neither a cookie nor a ticket is in any key or value."""
    cookie = await sessions.sign_in(DESK, NOW)
    ticket = await taken(sessions, cookie)
    await sessions.redeem(ticket)

    stored = b"".join(_everything(embedded_redis))
    assert DESK.encode() in stored
    assert cookie.encode() not in stored
    assert ticket.encode() not in stored


async def test_five_tries_a_minute(sessions: Sessions, redis: Link) -> None:
    """The sixth try of a minute is refused, for whatever name, however typed; a right password forgives."""
    tried = [await sessions.may_try(name) for name in ("Kari", "kari", " KARI", "kari", "kari", "kari")]
    assert tried == [True] * 5 + [False]
    assert await sessions.may_try("Ola")
    assert 0 < await redis.ttl(keys.tries(_hash("kari"))) <= 60

    await sessions.forgive("KARI")
    assert await sessions.may_try("Kari")


@pytest.fixture
def log(tmp_path: Path) -> Audit:
    """An audit log of its own."""
    return Audit(tmp_path / "audit.log", b"secret", lambda: NOW)


async def test_signing_in(sessions: Sessions, tmp_path: Path, log: Audit) -> None:
    """Right name and password: a session. Wrong: refused and counted, and after five even the right one waits."""
    password = add(tmp_path / "staff.json", "Kari")
    door = Entrance(Directory(tmp_path / "staff.json"), sessions, log, trying_out=True)
    account, cookie = await door.sign_in(Given("kari", password), NOW)
    assert await sessions.who(cookie, NOW) == account.id

    for _ in range(5):
        assert await refusal(door, Given("Kari", "wrong")) == "password"
    assert await refusal(door, Given("Kari", password)) == "too_many"
    told = [(entry.deed.what, entry.deed.who or entry.deed.whom) for entry in (await log.latest(9))[0]]
    assert told == [("sign_in_refused", account.id)] * 5 + [("signed_in", account.id)]


@pytest.fixture
def door(sessions: Sessions, tmp_path: Path, log: Audit) -> Entrance:
    """The entrance of a real service, with Kari, who has an app."""
    code = invite(tmp_path / "staff.json", "Kari", NOW)
    accept(tmp_path / "staff.json", code, NOW, GOOD, APP.secret)
    return Entrance(Directory(tmp_path / "staff.json"), sessions, log, trying_out=False)


async def test_T5_a_code_is_good_once(door: Entrance) -> None:
    """Fifty at the same moment with the right password and the right code: one is let in."""
    given = Given("Kari", GOOD, shown(0))
    door.sessions.may_try = always  # type: ignore[method-assign]
    let_in = await asyncio.gather(*(door.sign_in(given, NOW) for _ in range(20)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in let_in) == ["SignInRefused"] * 19 + ["tuple"]
    await door.sign_in(Given("Kari", GOOD, shown(1)), NOW)


@pytest.mark.parametrize(("off", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_T5_a_code_of_another_time_is_not_taken(door: Entrance, off: int, *, good: bool) -> None:
    """Half a minute early or late is a clock; more is a code that somebody kept."""
    if good:
        await door.sign_in(Given("Kari", GOOD, shown(off)), NOW)
    else:
        assert await refusal(door, Given("Kari", GOOD, shown(off))) == "password"


async def test_T5_neither_alone_is_enough_and_nobody_learns_which_was_wrong(door: Entrance) -> None:
    """A wrong password, a wrong code, none, and a name that does not exist get the same answer, and cost the same checks."""
    for given in (Given("Kari", "wrong", shown(0)), Given("Kari", GOOD, "000000"), Given("Kari", GOOD), Given("Nobody", GOOD, shown(0))):
        assert await refusal(door, given) == "password"
    await door.sign_in(Given("Kari", GOOD, shown(0)), NOW)  # a wrong password has not used it up


async def test_T5_five_wrong_codes_a_minute_lock(door: Entrance) -> None:
    """Then not even the right one gets in, for a minute."""
    for _ in range(5):
        assert await refusal(door, Given("Kari", GOOD, "000000")) == "password"
    assert await refusal(door, Given("Kari", GOOD, shown(0))) == "too_many"


async def test_T5_a_password_alone_is_for_trying_out(door: Entrance, tmp_path: Path) -> None:
    """With a real origin an account without a second step does not get in, however right its password."""
    password = add(tmp_path / "staff.json", "Ola")
    assert await refusal(door, Given("Ola", password)) == "second"


def test_T5_a_wrong_code_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each code is compared with all that are taken, also where the first fits and where there is no secret."""
    compared: list[bytes] = []
    real = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    counts = []
    for secret, code in ((APP.secret, shown(-1)), (APP.secret, shown(1)), (APP.secret, "000000"), ("", "000000")):
        compared.clear()
        codes.step_of(secret, code, NOW)
        counts.append(len(compared))
    assert counts == [3, 3, 3, 3]
    assert codes.step_of("", pyotp.TOTP(codes.NOBODYS).generate_otp(NOW // 30_000), NOW) is None


def shown(off: int) -> str:
    """Return the code that Kari's app shows so many half minutes from now."""
    return APP.generate_otp(NOW // 30_000 + off)


async def always(account: str) -> bool:
    """Return that one more try is allowed: a race needs more than five."""
    return bool(account)


async def refusal(door: Entrance, given: Given) -> str:
    """Return why somebody is not let in."""
    with pytest.raises(SignInRefused) as caught:
        await door.sign_in(given, NOW)
    return caught.value.why


async def taken(sessions: Sessions, cookie: str) -> str:
    """Return a fresh ticket of this session."""
    ticket = await sessions.ticket(cookie)
    assert ticket is not None
    return ticket


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _redeem() -> Script:
    return load("staff", "spend")


def _everything(server: Embedded) -> Iterator[bytes]:
    with sync_redis.Redis.from_url(server.admin_url) as admin:
        for key in admin.scan_iter():
            yield key
            if key.endswith(b":session"):
                yield from admin.hgetall(key).values()
            elif key.endswith(b":sessions"):
                yield from admin.zrange(key, 0, -1)
            else:
                yield admin.get(key) or b""


async def test_T3_a_desk_lists_its_own_sessions(sessions: Sessions, redis: Link) -> None:
    """Those that stand, and nobody else's; one that has ended is not there; the list expires."""
    first, second = await sessions.sign_in(DESK, NOW), await sessions.sign_in(DESK, NOW + 1)
    await sessions.sign_in("E" * 22, NOW)

    assert list(await sessions.of_desk(DESK, NOW + 2)) == [session_of(first), session_of(second)]
    await sessions.end(session_of(first))
    assert list(await sessions.of_desk(DESK, NOW + 2)) == [session_of(second)]
    assert await sessions.of_desk(DESK, NOW + IDLE + 1) == {}
    assert await sessions.who(second, NOW + 2) is None
    assert 0 < await redis.ttl(keys.sessions(DESK)) <= keys.DAY

"""Signing in with a password and a code: the one order in which it is counted, checked and let in."""

from dataclasses import dataclass

from server import log
from server.staff.audit import Audit
from server.staff.chain import Deeds
from server.staff.codes import step_of
from server.staff.directory import Account, Directory
from server.staff.store import Sessions


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed."""

    name: str
    password: str
    code: str = ""


class SignInRefused(Exception):
    """Not let in. `why`: too_many tries this minute, what was typed does not belong together, or a second step is missing."""

    def __init__(self, why: str) -> None:
        """Keep the reason: `too_many`, `password` or `second`."""
        super().__init__(why)
        self.why = why


class Entrance:
    """The door for passwords. `trying_out`: on this machine alone a password without a second step is enough."""

    def __init__(self, directory: Directory, sessions: Sessions, audit: Audit, *, trying_out: bool) -> None:
        """Let people in from this directory."""
        self.directory, self.sessions, self.audit, self.trying_out = directory, sessions, audit, trying_out

    async def sign_in(self, given: Given, now: int) -> tuple[Account, str]:
        """Return the account and the cookie of its new session. Raises SignInRefused, AuditError."""
        if not await self.sessions.may_try(given.name):
            raise _refused("too_many")
        account = await self.directory.check(given.name, given.password)
        step = step_of(account.totp if account else "", given.code, now)
        if account is None or not await self.has_second(account, step):
            if (known := self.directory.named(given.name)) is not None:
                await self.audit.note(Deeds("sign_in_refused", whom=known.id, why="password"))
            raise _refused("password")
        if not account.totp and not self.trying_out:
            raise _refused("second")
        await self.sessions.forgive(given.name)
        return account, await self.let_in(account, now)

    async def has_second(self, account: Account, step: int | None) -> bool:
        """Tell whether the second step was taken too: a code that fits, which nobody has used."""
        if not account.totp:
            return True
        return step is not None and await self.sessions.use_code(account.id, step)

    async def let_in(self, account: Account, now: int, *, provider: str = "") -> str:
        """Tell the auditor, begin a session and return its cookie. `provider`: where she has signed in. Raises AuditError."""
        await self.audit.note(Deeds("signed_in", who=account.id, why=provider))
        log.event("signed_in")
        return await self.sessions.sign_in(account.id, now)


def _refused(why: str) -> SignInRefused:
    log.event("sign_in_refused", why=why)
    return SignInRefused(why)

"""Signing in with a passkey, and getting one: a challenge for one browser, answered once, counted, told to the auditor."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec
from itsdangerous import encoding

from server import log
from server.later import later
from server.staff import people
from server.staff.audit import Audit
from server.staff.begun import Begun
from server.staff.chain import Deeds
from server.staff.directory import Account, Directory, Passkey
from server.staff.entrance import Entrance, SignInRefused
from server.staff.party import Json, Party, PasskeyRefused

if TYPE_CHECKING:
    from server.staff import passkeys
else:
    passkeys = later("server.staff.passkeys")

CHALLENGE_BYTES = 32


class Challenge(msgspec.Struct, frozen=True):
    """What one browser has to answer: to show a passkey, or to make one for a desk."""

    what: Literal["show", "make"]
    challenge: str
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is told, and the cookie that its answer comes with."""

    options: Json
    cookie: str


class Keyring:
    """Passkeys over one directory."""

    def __init__(self, party: Party, begun: Begun, entrance: Entrance) -> None:
        """Let people in by this entrance."""
        self.party, self.begun, self.entrance = party, begun, entrance

    @property
    def directory(self) -> Directory:
        """Who there is."""
        return self.entrance.directory

    @property
    def audit(self) -> Audit:
        """Who is told."""
        return self.entrance.audit

    async def ask_to_show(self) -> Asked:
        """Ask a browser for a passkey of somebody who works here."""
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        cookie = await self._keep(Challenge("show", encoding.base64_encode(challenge).decode()))
        return Asked(passkeys.to_show(self.party, challenge), cookie)

    async def ask_to_make(self, account: Account) -> Asked:
        """Ask a browser to make a passkey for this account."""
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        cookie = await self._keep(Challenge("make", encoding.base64_encode(challenge).decode(), account.id))
        return Asked(passkeys.to_make(self.party, account, challenge), cookie)

    async def sign_in(self, cookie: str, credential: Json, now: int) -> tuple[Account, str]:
        """Return the account and the cookie of its new session. Raises SignInRefused (`passkey`, `copied`), StaffError, AuditError."""
        asked = await self._answered(cookie, "show")
        found = self.directory.holding(str(credential.get("id")))
        if asked is None or found is None:
            raise _refused("passkey")
        account, passkey = found
        try:
            count = passkeys.shown(self.party, encoding.base64_decode(asked.challenge), credential, account, passkey)
        except PasskeyRefused:
            await self.audit.note(Deeds("sign_in_refused", whom=account.id, why="passkey"))
            raise _refused("passkey") from None
        if not await asyncio.to_thread(people.use_passkey, self.directory.path, account.name, passkey.id, count):
            await self.audit.note(Deeds("factor_suspect", whom=account.id, why="passkey"))
            raise _refused("copied")
        return account, await self.entrance.let_in(account, now)

    async def take(self, cookie: str, account: Account, credential: Json, name: str, now: int) -> Passkey:
        """Return the passkey that a browser has made for this account. Raises PasskeyRefused."""
        asked = await self._answered(cookie, "make")
        if asked is None or asked.desk != account.id:
            raise PasskeyRefused
        return passkeys.made(self.party, encoding.base64_decode(asked.challenge), credential, name, now)

    async def _keep(self, challenge: Challenge) -> str:
        return await self.begun.keep(msgspec.json.encode(challenge).decode())

    async def _answered(self, cookie: str, what: Literal["show", "make"]) -> Challenge | None:
        """Return what this browser was asked; from now on it has not been asked."""
        kept = await self.begun.spend(cookie)
        asked = msgspec.json.decode(kept, type=Challenge) if kept else None
        return asked if asked is not None and asked.what == what else None


def _refused(why: str) -> SignInRefused:
    log.event("sign_in_refused", why=why)
    return SignInRefused(why)

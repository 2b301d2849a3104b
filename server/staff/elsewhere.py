"""Signing in elsewhere: sent to a provider, back with its word, known here or invited here, and out when the provider says so.

Rules of this file:

1. What comes back belongs to the browser that was sent (a cookie), to the provider that it was sent to, and to that time (state, nonce).
2. Nobody makes an account of her own: who comes back is known to the directory by this provider's name for her, or holds an invitation.
3. The provider's word is forgotten here once it was read; her own browser keeps it, for the way out.
"""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from server import log
from server.later import later
from server.staff import people
from server.staff.begun import Begun
from server.staff.chain import Deeds
from server.staff.claims import ClaimRefused, Claims, check_id_token, check_logout_token, roles_of, subject_of
from server.staff.directory import Account, StaffError, Subject
from server.staff.entrance import Entrance
from server.staff.providers import Provider
from server.staff.roles import Role
from server.staff.way import ProviderAwayError, Way, WordRefused

if TYPE_CHECKING:
    from server.staff import openid as op
else:
    op = later("server.staff.openid")

WEAK = {"acr", "amr"}


class ElsewhereRefused(Exception):
    """Not let in. `why`: again, unknown, weak, away, no_role, cancelled."""

    def __init__(self, why: str) -> None:
        """Keep the reason and tell it to the log."""
        super().__init__(why)
        self.why = why
        log.event("sign_in_refused", why="elsewhere")


class Came(msgspec.Struct, frozen=True):
    """Who came back: the account, the cookie of her session, and the provider's word for her own browser to keep."""

    account: Account
    cookie: str
    word: str


class Elsewhere:
    """The providers of one helpline."""

    def __init__(self, providers: Sequence[Provider], origin: str, begun: Begun, entrance: Entrance) -> None:
        """Let people in by this entrance. Raises SettingsError."""
        self.begun, self.entrance = begun, entrance
        self.known: Mapping[str, op.OpenId] = {one.id: op.OpenId(one, origin) for one in providers}

    @property
    def path(self) -> Path:
        """Where the accounts are."""
        return self.entrance.directory.path

    async def send(self, name: str, language: str, invitation: str = "") -> tuple[str, str]:
        """Return where a browser is sent, and its cookie. Raises ElsewhereRefused (`away`), KeyError for an unknown provider."""
        try:
            address, way = await self.known[name].way(language, people.hash_of(invitation.strip()) if invitation else "")
        except ProviderAwayError:
            raise ElsewhereRefused("away") from None
        return address, await self.begun.keep(msgspec.json.encode(way).decode())

    async def back(self, name: str, answer: Mapping[str, str], cookie: str, now: int) -> Came:
        """Let in who comes back with this answer and this browser's cookie. Raises ElsewhereRefused, StaffError, AuditError, KeyError."""
        openid = self.known[name]
        kept = await self.begun.spend(cookie)
        try:
            way = msgspec.json.decode(kept or "", type=Way)
        except msgspec.MsgspecError:
            raise ElsewhereRefused("again") from None
        await self._check_way(openid, way, answer)
        try:
            token, claims = await openid.word(answer["code"], way)
            check_id_token(claims, openid.provider, way.nonce, now // 1000)
        except ProviderAwayError:
            raise ElsewhereRefused("away") from None
        except WordRefused:
            raise ElsewhereRefused("again") from None
        except ClaimRefused as refusal:
            raise ElsewhereRefused("weak" if refusal.claim in WEAK else "again") from None
        account = await self._account(openid.provider, claims, way, now)
        session = await self.entrance.let_in(account, now, provider=name)
        await self.entrance.sessions.remember(session, account.id, name, {key: str(claims[key]) for key in ("sid", "sub") if key in claims})
        return Came(account, session, token)

    async def _check_way(self, openid: "op.OpenId", way: Way, answer: Mapping[str, str]) -> None:
        """Compare what comes back with what was sent: this provider, this state, this issuer. Raises ElsewhereRefused."""
        if way.provider != openid.provider.id or not hmac.compare_digest(way.state.encode(), answer.get("state", "").encode()):
            raise ElsewhereRefused("again")
        try:
            published, _ = await openid.published()
        except ProviderAwayError:
            raise ElsewhereRefused("away") from None
        named = answer.get("iss", "" if published.authorization_response_iss_parameter_supported else published.issuer)
        if named != published.issuer:
            raise ElsewhereRefused("again")
        if not answer.get("code"):
            raise ElsewhereRefused("cancelled")

    async def _account(self, provider: Provider, claims: Claims, way: Way, now: int) -> Account:
        """Return whom the directory knows under this name, or has invited; with the roles that the provider gives, if it gives any."""
        subject = Subject(provider.issuer, subject_of(claims, provider))
        roles = roles_of(claims, provider)
        account = self.entrance.directory.subject(subject)
        if account is None and way.invitation:
            account = await self._invited(subject, way.invitation, now)
        if account is None:
            raise ElsewhereRefused("unknown")
        if roles is not None and not roles:
            await self.entrance.audit.note(Deeds("sign_in_refused", whom=account.id, why=provider.id))
            raise ElsewhereRefused("no_role")
        return account if roles is None or set(roles) == set(account.roles) else await self._with(account, roles, provider)

    async def _invited(self, subject: Subject, invitation: str, now: int) -> Account | None:
        try:
            account = await asyncio.to_thread(people.accept_subject, self.path, invitation, now, subject)
        except StaffError:
            return None
        log.event("invitation_used")
        await self.entrance.audit.note(Deeds("invitation_used", who=account.id, why="elsewhere"))
        return account

    async def _with(self, account: Account, roles: tuple[Role, ...], provider: Provider) -> Account:
        fresh = await asyncio.to_thread(people.give_roles, self.path, account.name, roles)
        await self.entrance.audit.note(Deeds("roles_given", who=provider.id, whom=account.id, why=" ".join(roles)))
        return fresh

    async def out(self, name: str, token: str, now: int) -> list[str]:
        """End the sessions that a provider says are over; return their desks. Raises ElsewhereRefused (`again`, `away`), KeyError."""
        openid, sessions = self.known[name], self.entrance.sessions
        try:
            claims = await openid.says_out(token)
            check_logout_token(claims, openid.provider, now // 1000)
        except ProviderAwayError:
            raise ElsewhereRefused("away") from None
        except (WordRefused, ClaimRefused):
            raise ElsewhereRefused("again") from None
        if isinstance(claims.get("sid"), str):
            found = await sessions.of_sid(name, claims["sid"])
        else:
            found = await sessions.of_sub(name, claims["sub"], now)
        for session, desk in found.items():
            await sessions.end(session)
            await self.entrance.audit.note(Deeds("session_ended", who=desk, why=name))
        return list(found.values())

"""The accounts of staff, in `staff.json` in the data folder: read here, changed by `server/staff/people.py`."""

import asyncio
import os
import secrets
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION

from server import ids
from server.staff.roles import Role
from server.staff.rules import same_name

Alias = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]

AT_ONCE = 2
"""Passwords that one worker checks at the same time: each takes 64 MiB."""


class StaffError(Exception):
    """The list of accounts cannot be read, or a change to it makes no sense."""


class Invitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way in that is good once: the SHA-256 of its code, and until when (ms since 1970)."""

    code_hash: str
    until: int


class Passkey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that her device or security key holds: its id (base64url), its public half (COSE), and how often it said that it was used.

    `name` is what she calls it, `since` when it was added (ms since 1970).
    """

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=1400)]
    key: bytes
    count: int
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    since: int


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What another directory calls somebody: its issuer, and its own name for her."""

    issuer: str
    name: str


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of the staff. `id` is the desk: all that the store knows of a person. `alias` is what a child sees."""

    id: Annotated[str, msgspec.Meta(pattern=ids.ID_PATTERN)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    alias: Alias
    roles: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1)]
    password_hash: str = ""
    """Argon2id; empty: no password opens this account."""
    totp: str = ""
    """The secret of her app, base32; empty: she has none."""
    passkeys: tuple[Passkey, ...] = ()
    subject: Subject | None = None
    """Who she is elsewhere; None: she does not sign in elsewhere."""
    disabled: bool = False
    invitation: Invitation | None = None

    def __repr__(self) -> str:
        """Return who it is, without the hash."""
        return f"Account({self.id})"


class Accounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `staff.json` holds."""

    accounts: tuple[Account, ...] = ()


class Directory:
    """Reads `staff.json`, again whenever it has changed: an account that is removed is gone at once."""

    def __init__(self, path: Path) -> None:
        """Look at the file when it is first needed; no file is no accounts."""
        self.path, self._name = path, str(path)
        self._stamp: tuple[int, int, int] | None = None
        self._accounts: tuple[Account, ...] = ()
        self._by_id: dict[str, Account] = {}
        self._hasher = PasswordHasher()
        self._nobody = hash_of_nobody(self._hasher)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._soon: Callable[[Callable[[], object]], object] | None = None
        self._is_fresh = False
        """It was looked at in this turn of the loop."""

    def accounts(self) -> tuple[Account, ...]:
        """Return every account. Raises StaffError."""
        try:
            stat = os.stat(self._name)  # noqa: PTH116 - asked at each frame of a counsellor
        except FileNotFoundError:
            self._stamp, self._accounts, self._by_id = None, (), {}
            return self._accounts
        stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if stamp != self._stamp:
            self._accounts = read(self.path).accounts
            self._by_id = {account.id: account for account in reversed(self._accounts)}
            self._stamp = stamp
        return self._accounts

    def in_turns(self, soon: Callable[[Callable[[], object]], object]) -> None:
        """Look at the file once in a turn of the loop, however many ask for an account. `soon` calls in the next turn."""
        self._soon = soon

    def _stale(self) -> None:
        self._is_fresh = False

    def get(self, desk: str) -> Account | None:
        """Return the account with this id, if there is one and it is not disabled."""
        if not self._is_fresh:
            self.accounts()
            if self._soon is not None:
                self._is_fresh = True
                self._soon(self._stale)
        account = self._by_id.get(desk)
        return None if account is None or account.disabled else account

    def named(self, name: str) -> Account | None:
        """Return the account with this name, however it is typed, if there is one and it is not disabled."""
        return next((account for account in self.accounts() if same_name(account.name, name) and not account.disabled), None)

    def subject(self, subject: Subject) -> Account | None:
        """Return who is called this elsewhere, if there is one and she is not disabled."""
        return next((account for account in self.accounts() if account.subject == subject and not account.disabled), None)

    def holding(self, passkey: str) -> tuple[Account, Passkey] | None:
        """Return whose passkey has this id, and the passkey; None: nobody's, or somebody's who is disabled."""
        return next(((one, key) for one in self.accounts() if not one.disabled for key in one.passkeys if key.id == passkey), None)

    async def check(self, name: str, password: str) -> Account | None:
        """Return the account when the password is its own. Takes as long for a name that does not exist."""
        account = self.named(name)
        known = (account.password_hash if account else "") or self._nobody
        async with self._turn:
            right = await asyncio.to_thread(self._verify, known, password)
        return account if right else None

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (Argon2Error, InvalidHashError):
            return False


def hash_of_nobody(hasher: PasswordHasher) -> str:
    """Return a hash that no password has, without the time that hashing takes: to check against it takes as long as against anybody's."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


def read(path: Path) -> Accounts:
    """Return what the file holds. Raises StaffError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Accounts)
    except FileNotFoundError:
        return Accounts()
    except OSError as error:
        raise StaffError(f"{path}: expected a file that can be read, got {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise StaffError(f"{path}: expected accounts as `python -m server staff` writes them, got something else") from error

"""Changes to the accounts of staff: added, invited, disabled, given other roles, removed. Each is one whole write of `staff.json`.

Rules of this file:

1. Nobody makes an account of their own: each is added or invited by somebody who may.
2. What lets a person in is shown once and kept only as a hash.
3. One process at a time changes the file; a running worker sees the change at its next look.
"""

import hashlib
import hmac
import secrets
import string
from collections.abc import Callable
from pathlib import Path

import msgspec
from argon2 import PasswordHasher

from server import ids, keyfiles
from server.staff.directory import Account, Accounts, Invitation, Passkey, StaffError, Subject, read
from server.staff.roles import Role
from server.staff.rules import INVITED_FOR, PASSKEYS, fold, is_copied, is_name, is_password, same_name

_ALPHABET = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("01ilo")))
_GROUPS, _GROUP = 4, 5
_NAME_SHAPE = "expected 1 to 40 letters, digits, spaces, dots, hyphens or @"


def add(path: Path, name: str, alias: str | None = None, roles: tuple[Role, ...] = ("counsellor",)) -> str:
    """Add an account, or give an existing one a new password. Return the fresh password: it is kept nowhere else."""
    password = fresh_secret()
    _put(path, name, alias, roles, password_hash=PasswordHasher().hash(password))
    return password


def invite(
    path: Path,
    name: str,
    now: int,
    alias: str | None = None,
    roles: tuple[Role, ...] = ("counsellor",),
    unless: Callable[[Account | None], bool] = lambda _: False,
) -> str:
    """Invite somebody, or somebody again who cannot get in. What they had before opens nothing any more. Return the code, good once.

    `unless`: asked of the account as it is then (None: there is none yet); where it says so, nothing is done. Raises StaffError.
    """
    code = fresh_secret()
    _put(path, name, alias, roles, invitation=Invitation(hash_of(code), now + INVITED_FOR), unless=unless)
    return code


def invited(accounts: tuple[Account, ...], code: str, now: int) -> Account | None:
    """Return whose invitation this is, while it is good."""
    return _invited(accounts, hash_of(code.strip()), now)


def _invited(accounts: tuple[Account, ...], code_hash: str, now: int) -> Account | None:
    for account in accounts:
        invitation = account.invitation
        if invitation and not account.disabled and hmac.compare_digest(invitation.code_hash, code_hash) and now < invitation.until:
            return account
    return None


def accept(path: Path, code: str, now: int, password: str, totp: str) -> Account:
    """Use an invitation: from now on this password and this app's codes open the account, and the invitation nothing. Raises StaffError."""
    if not is_password(password):
        raise StaffError("password: expected 12 to 200 characters, got another length")
    hashed = PasswordHasher().hash(password)
    return _accept(path, hash_of(code.strip()), now, lambda one: msgspec.structs.replace(one, password_hash=hashed, totp=totp))


def accept_passkey(path: Path, code: str, now: int, passkey: Passkey) -> Account:
    """Use an invitation: from now on this passkey opens the account, and the invitation nothing. Raises StaffError."""
    return _accept(path, hash_of(code.strip()), now, lambda account: _with(account, passkey))


def accept_subject(path: Path, code_hash: str, now: int, subject: Subject) -> Account:
    """Use an invitation, by the hash of its code: who is called this elsewhere is the one who was invited. Raises StaffError."""
    return _accept(path, code_hash, now, lambda account: msgspec.structs.replace(account, subject=subject))


def link(path: Path, name: str, subject: Subject) -> Account:
    """Let the account of this name be the one who is called this elsewhere. Raises StaffError when another account is."""
    if any(one.subject == subject and not same_name(one.name, name) for one in read(path).accounts):
        raise StaffError("subject: expected one that nobody has, got another account's")
    return change(path, name, lambda account: msgspec.structs.replace(account, subject=subject, invitation=None))


def _accept(path: Path, code_hash: str, now: int, how: Callable[[Account], Account]) -> Account:
    with keyfiles.locked(path.parent):
        accounts = read(path).accounts
        account = _invited(accounts, code_hash, now)
        if account is None:
            raise StaffError("invitation: expected one that is good, got another")
        fresh = msgspec.structs.replace(how(account), invitation=None)
        _write(path, tuple(fresh if one is account else one for one in accounts))
    return fresh


def add_passkey(path: Path, name: str, passkey: Passkey) -> Account:
    """Let one more passkey open the account of this name. Raises StaffError."""
    return change(path, name, lambda account: _with(account, passkey))


def remove_passkey(path: Path, name: str, passkey: str, *, alone: bool) -> Account:
    """Let a passkey open nothing any more. `alone`: a password without a second step is a way in. Raises StaffError for the last way in."""

    def without(account: Account) -> Account:
        left = tuple(one for one in account.passkeys if one.id != passkey)
        if not left and account.subject is None and not (account.password_hash and (account.totp or alone)):
            raise StaffError("passkey: expected another way in besides, got the last one")
        return msgspec.structs.replace(account, passkeys=left)

    return change(path, name, without)


def use_passkey(path: Path, name: str, passkey: str, count: int) -> bool:
    """Note how often a passkey says that it was used; False when it has said so before, and nothing is noted. Raises StaffError."""
    with keyfiles.locked(path.parent):
        accounts = read(path).accounts
        account = _find(accounts, name)
        held = next((one for one in account.passkeys if one.id == passkey), None)
        if held is None or is_copied(held.count, count):
            return False
        if count != held.count:
            keys = tuple(msgspec.structs.replace(one, count=count) if one is held else one for one in account.passkeys)
            fresh = msgspec.structs.replace(account, passkeys=keys)
            _write(path, tuple(fresh if one is account else one for one in accounts))
    return True


def _with(account: Account, passkey: Passkey) -> Account:
    if len(account.passkeys) >= PASSKEYS:
        raise StaffError(f"passkey: expected at most {PASSKEYS}, got one more")
    return msgspec.structs.replace(account, passkeys=(*account.passkeys, passkey))


def disable(path: Path, name: str, *, disabled: bool = True, unless: Callable[[Account], bool] = lambda _: False) -> Account:
    """Let nobody in with this account, from now on, or let somebody in again. `unless`: as for `invite`. Raises StaffError."""

    def changed(account: Account) -> Account:
        if unless(account):
            raise StaffError("name: expected an account that may be changed, got another")
        return msgspec.structs.replace(account, disabled=disabled)

    return change(path, name, changed)


def give_roles(path: Path, name: str, roles: tuple[Role, ...]) -> Account:
    """Give an account these roles and no others. Raises StaffError."""
    if not roles:
        raise StaffError("roles: expected one or more, got none (disable lets nobody in)")
    return change(path, name, lambda account: msgspec.structs.replace(account, roles=roles))


def remove(path: Path, name: str) -> Account:
    """Remove an account. Raises StaffError when there is none of this name."""
    with keyfiles.locked(path.parent):
        accounts = read(path).accounts
        gone = _find(accounts, name)
        _write(path, tuple(one for one in accounts if one is not gone))
    return gone


def named(path: Path, name: str) -> Account:
    """Return the account of this name, disabled or not. Raises StaffError."""
    return _find(read(path).accounts, name)


def change(path: Path, name: str, how: Callable[[Account], Account]) -> Account:
    """Put another account in the place of the one of this name, and return it. Raises StaffError."""
    with keyfiles.locked(path.parent):
        accounts = read(path).accounts
        old = _find(accounts, name)
        fresh = how(old)
        _write(path, tuple(fresh if one is old else one for one in accounts))
    return fresh


def _put(
    path: Path,
    name: str,
    alias: str | None,
    roles: tuple[Role, ...],
    *,
    password_hash: str = "",
    invitation: Invitation | None = None,
    unless: Callable[[Account | None], bool] = lambda _: False,
) -> None:
    """Write an account whole; of one of the same name only the desk and what a child sees stay."""
    if not is_name(name.strip()):
        raise StaffError(f"name: {_NAME_SHAPE}")
    if alias is not None and not is_name(alias):
        raise StaffError(f"alias: {_NAME_SHAPE}")
    if not roles:
        raise StaffError("roles: expected one or more, got none")
    with keyfiles.locked(path.parent):
        kept = read(path).accounts
        old = next((account for account in kept if same_name(account.name, name)), None)
        if unless(old):
            raise StaffError("name: expected an account that may be invited, got another")
        account = Account(
            id=old.id if old else ids.new_id(),
            name=name.strip(),
            alias=alias or (old.alias if old else name.strip().split()[0]),
            roles=roles,
            password_hash=password_hash,
            invitation=invitation,
        )
        _write(path, (*(one for one in kept if one is not old), account))


def _find(accounts: tuple[Account, ...], name: str) -> Account:
    for account in accounts:
        if same_name(account.name, name):
            return account
    raise StaffError(f"name: expected one of {len(accounts)} accounts, got another name")


def _write(path: Path, accounts: tuple[Account, ...]) -> None:
    ordered = tuple(sorted(accounts, key=lambda account: fold(account.name)))
    keyfiles.write_private(path, msgspec.json.format(msgspec.json.encode(Accounts(ordered)), indent=2) + b"\n")


def fresh_secret() -> str:
    """Return 20 characters that nobody confuses, in groups (98 bits): a password or the code of an invitation."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hash_of(code: str) -> str:
    """Return the form in which a random code is kept."""
    return hashlib.sha256(code.encode()).hexdigest()

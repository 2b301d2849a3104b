"""`python -m server staff ...`: the accounts of staff, from the command line of somebody who administers the service."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from server import clock, keyfiles
from server.settings import data_folder
from server.staff import directory, people
from server.staff.audit import FILE, append
from server.staff.chain import Deed, Deeds
from server.staff.directory import Account, StaffError, Subject
from server.staff.providers import read_providers
from server.staff.roles import ROLES, Role

Command = Callable[[Path, argparse.Namespace, Mapping[str, str]], None]


def staff(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command. Raises StaffError, AuditError, KeyFileError."""
    options = _parser().parse_args(argv)
    path = data_folder(environ) / "staff.json"
    COMMANDS[options.what](path, options, environ)
    return 0


def _add(path: Path, options: argparse.Namespace, _: Mapping[str, str]) -> None:
    keyfiles.ensure(path.parent)
    password = people.add(path, options.name, options.alias, _roles(options))
    _note(path, "password_given", people.named(path, options.name))
    print(f"{options.name}: {password}\nThe password is shown once and kept nowhere.")


def _invite(path: Path, options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    keyfiles.ensure(path.parent)
    code = people.invite(path, options.name, clock.now(), options.alias, _roles(options))
    _note(path, "invited", people.named(path, options.name))
    origin = environ.get("ALARM_STAFF_ORIGIN", "")
    print(f"{options.name}: {origin}/staff/invitation#{code}\nGood once, for a day. Give it to that person alone; it is kept nowhere.")


def _disable(path: Path, options: argparse.Namespace, _: Mapping[str, str]) -> None:
    _note(path, "disabled", people.disable(path, options.name))
    print(f"{options.name}: disabled")


def _enable(path: Path, options: argparse.Namespace, _: Mapping[str, str]) -> None:
    _note(path, "enabled", people.disable(path, options.name, disabled=False))
    print(f"{options.name}: enabled")


def _give_roles(path: Path, options: argparse.Namespace, _: Mapping[str, str]) -> None:
    account = people.give_roles(path, options.name, tuple(options.roles))
    _note(path, "roles_given", account)
    print(f"{options.name}: {' '.join(account.roles)}")


def _link(path: Path, options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    named = environ.get("ALARM_SIGN_IN")
    providers = {one.id: one for one in read_providers(Path(named) if named else None)}
    if options.provider not in providers:
        raise StaffError(f"provider: expected one of those in ALARM_SIGN_IN ({' '.join(providers) or 'none'}), got another")
    _note(path, "linked", people.link(path, options.name, Subject(providers[options.provider].issuer, options.subject)))
    print(f"{options.name}: signs in with {providers[options.provider].name}")


def _remove(path: Path, options: argparse.Namespace, _: Mapping[str, str]) -> None:
    _note(path, "removed", people.remove(path, options.name))
    print(f"{options.name}: removed")


def _list(path: Path, _options: argparse.Namespace, _: Mapping[str, str]) -> None:
    for account in directory.read(path).accounts:
        standing = "disabled" if account.disabled else "invited" if account.invitation else "active"
        print(f"{account.name}\t{account.alias}\t{' '.join(account.roles)}\t{standing}")


def _note(path: Path, what: Deed, account: Account) -> None:
    """Tell the auditor; `why` is the roles that the account has now."""
    keyfiles.ensure(path.parent)
    secret = keyfiles.read_secret(path.parent / keyfiles.AUDIT_SECRET)
    append(path.parent / FILE, secret, clock.now(), [Deeds(what, who="command", whom=account.id, why=" ".join(account.roles))])


COMMANDS: Mapping[str, Command] = {
    "add": _add,
    "invite": _invite,
    "disable": _disable,
    "enable": _enable,
    "roles": _give_roles,
    "link": _link,
    "remove": _remove,
    "list": _list,
}


def _roles(options: argparse.Namespace) -> tuple[Role, ...]:
    if options.roles:
        return tuple(options.roles)
    return ("counsellor", "shift_lead") if options.lead else ("counsellor",)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server staff", description="The accounts of staff")
    what = parser.add_subparsers(dest="what", required=True)
    for name, told in {
        "invite": "invite somebody, or somebody again who cannot get in; prints a link that is good once",
        "add": "to try things out: add an account, or give one a new password; prints it once",
    }.items():
        made = what.add_parser(name, help=told)
        made.add_argument("name")
        made.add_argument("--alias", help="what a child sees (unless set: the first word of the name)")
        made.add_argument(
            "--role", dest="roles", action="append", choices=ROLES, help="may be given several times (unless set: counsellor)"
        )
        made.add_argument("--lead", action="store_true", help="the roles counsellor and shift_lead")
    for name, told in {
        "disable": "let nobody in with this account; whoever is in is out at once",
        "enable": "let somebody in again",
        "remove": "remove an account",
    }.items():
        what.add_parser(name, help=told).add_argument("name")
    roles = what.add_parser("roles", help="give an account these roles and no others")
    roles.add_argument("name")
    roles.add_argument("roles", nargs="+", choices=ROLES)
    link = what.add_parser(
        "link", help="let an account be the one whom a provider calls so; an invitation that stands opens nothing any more"
    )
    link.add_argument("name")
    link.add_argument("provider", help="an id in the file that ALARM_SIGN_IN names")
    link.add_argument("subject", help="what the provider calls her, in the claim that the file names")
    what.add_parser("list", help="name, alias, roles and standing of every account")
    return parser

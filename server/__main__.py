"""The commands: `python -m server COMMAND`."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import cast

if sys.argv[1:2] == ["serve"]:
    gc.disable()  # until it serves: what is loaded now stays
    cast("dict[str, object]", sys.modules)["rich"] = None  # no log of a worker is coloured: structlog loads it where tests have brought it

from server import keyfiles
from server.embedded import EmbeddedError
from server.settings import SettingsError, data_folder
from server.staff.audit import AuditError
from server.staff.directory import StaffError

Command = Callable[[Sequence[str], Mapping[str, str]], int]

USAGE = """usage: python -m server COMMAND

  run         everything on this machine, to try the chat out (make run)
  serve       one web worker: --fd N, --uds PATH or --port N
  edge        tags instead of addresses, for the proxy: --uds PATH
  registrar   opens what is sealed, writes the journal, gives receipts
  journal     list | show ID: read the journal with its key
  figures     publish | show --month YYYY-MM [--csv]: the evening and the month in numbers, from the journal's codes
  staff       invite NAME | list | disable, enable, remove NAME | roles NAME ROLE: the accounts of staff
  audit       verify [--anchor N:HEX] | list: the audit log of the staff's side
  keys        make the data folder and the key files that are missing
  check       read every setting and say what is wrong

Settings: config/README.md"""


def _serve(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.serve import serve

    return serve(argv, environ)


def _edge(argv: Sequence[str], _environ: Mapping[str, str]) -> int:
    from server.edge.main import edge

    return edge(argv)


def _registrar(_argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.registrar.main import registrar

    registrar(environ)
    return 0


def _journal(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.registrar.reader import journal

    return journal(argv, environ)


def _figures(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.registrar.figures import figures

    return figures(argv, environ)


def _staff(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.staff.command import staff

    return staff(argv, environ)


def _audit(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.staff.audit_command import audit

    return audit(argv, environ)


def _run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.run import RunError, run

    try:
        return run(argv, environ)
    except RunError as error:
        return _stopped(error)


def _check(_argv: Sequence[str], environ: Mapping[str, str]) -> int:
    from server.check import check

    return check(environ)


def _keys(_argv: Sequence[str], environ: Mapping[str, str]) -> int:
    folder = data_folder(environ)
    for name in keyfiles.ensure(folder):
        print(f"{folder / name}: made")
    return 0


COMMANDS: Mapping[str, Command] = {
    "serve": _serve,
    "edge": _edge,
    "registrar": _registrar,
    "journal": _journal,
    "figures": _figures,
    "staff": _staff,
    "audit": _audit,
    "run": _run,
    "check": _check,
    "keys": _keys,
}
"""Each command loads only what it needs: the registrar's code is never in a web worker."""


ENOUGH = 128 + signal.SIGPIPE
"""The status of a command whose reader has gone, as a shell tells it."""


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command that `argv` names. A fault that somebody can mend is one line on standard error."""
    command = COMMANDS.get(argv[0]) if argv else None
    if command is None:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        status = command(argv[1:], environ)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads it has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ENOUGH
    except (SettingsError, keyfiles.KeyFileError, StaffError, AuditError, EmbeddedError) as error:
        return _stopped(error)
    return status


def _stopped(error: Exception) -> int:
    print(f"stopped: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))

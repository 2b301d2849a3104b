"""`python -m server audit verify | list`: is the audit log what was written, and what does it say."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path

from server import clock, keyfiles
from server.settings import data_folder
from server.staff import directory
from server.staff.audit import FILE, TOLD, append, contents, verify
from server.staff.chain import Anchor, Deeds, Entry, read

FAULTS: Mapping[str, str] = {
    "unreadable": "cannot be read",
    "changed": "is not what was written",
    "moved": "does not follow the line before it: something was taken out, put in or moved",
    "unfinished": "is unfinished: a power cut, or an entry that is being written now",
    "cut": "is an anchor's, and not there: the end was cut off",
    "replaced": "is not the one that the anchor tells of",
}


def audit(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command. Return 1 when the log is not whole. Raises AuditError, StaffError, KeyFileError."""
    options = _parser().parse_args(argv)
    folder = data_folder(environ)
    secret = keyfiles.read_secret(folder / keyfiles.AUDIT_SECRET)
    if options.what == "verify":
        return _verify(folder / FILE, secret, [anchor for anchor in options.anchor if anchor])
    append(folder / FILE, secret, clock.now(), [Deeds("audit_read", who="command")])
    _list(folder)
    return 0


def _verify(path: Path, secret: bytes, anchors: list[Anchor]) -> int:
    count, faults, end = verify(path, secret, anchors)
    for fault in faults:
        print(f"line {fault.line} {FAULTS[fault.fault]}")
    if not faults:
        print(f"{count} entries, whole.")
    if end is not None:
        print(f"Keep this elsewhere, and ask with --anchor another time: {end.n}:{end.mac[:TOLD]}")
    return 1 if faults else 0


def _list(folder: Path) -> None:
    names = {account.id: account.name for account in directory.read(folder / "staff.json").accounts}
    for line in contents(folder / FILE)[0]:
        entry = read(line)
        print(_told(entry, names) if entry else "a line that cannot be read")


def _told(entry: Entry, names: Mapping[str, str]) -> str:
    when = clock.instant(entry.at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    deed = entry.deed
    people = [names.get(desk, desk) or "-" for desk in (deed.who, deed.whom)]
    return "\t".join([str(entry.n), when, deed.what, *people, deed.contact[:TOLD] or "-", deed.why or "-"])


def _anchor(text: str) -> Anchor:
    anchor = Anchor.read(text)
    if anchor is None:
        raise argparse.ArgumentTypeError("expected NUMBER:HEX as `audit verify` prints it")
    return anchor


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server audit", description="The audit log of the staff's side")
    what = parser.add_subparsers(dest="what", required=True)
    verifying = what.add_parser("verify", help="see whether the log is what was written; tells its end, an anchor to keep elsewhere")
    verifying.add_argument("--anchor", action="append", type=_anchor, default=[], help="NUMBER:HEX that was noted before")
    what.add_parser("list", help="every entry: number, time, deed, who, whom, contact, why")
    return parser

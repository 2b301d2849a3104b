"""C5: `make mutants`. Lets mutmut break the rules in every small way, reads what became of each, and writes docs/mutation.md.

`MUTANTS` in the environment chooses (server.pairing*); what was done is kept in mutants/ and not done again. A survivor is killed by a
better test, or named in EQUIVALENT with the reason why no test can tell. Ends with 1 when less than LEAST of all are killed in a file.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "mutation.md"
LEAST = 80
SURVIVED, UNTESTED = 0, 33
EQUIVALENT = {
    "server.flood.rules.xǁBucketsǁdraw__mutmut_29": "`popitem(last=None)` takes the first, as `last=False` does",
    "server.flood.rules.xǁStartsǁnote__mutmut_7": "each start keeps an entry of its own: more memory, the same sums",
    "server.flood.rules.xǁStartsǁlately__mutmut_5": "a whole second is not after a fraction when it is not after its whole part",
    "server.flood.rules.x_level__mutmut_12": "`int(-left / STEP)` is `-left // STEP` for what is overdrawn",
    "server.pairing.rules.x_desk_in__mutmut_3": "no place and a place of no known kind are the same: no desk",
    "server.sealing.x_new_key__mutmut_1": "32 random bytes are what `token_bytes` gives unasked",
    "server.sealing.x_key_id__mutmut_5": "ASCII by its other name",
    "server.sealing.x_open_message__mutmut_7": "a box of an odd length is then refused by AES-GCM, with the same error",
    "server.sealing.x_sign_receipt__mutmut_6": "the signature is not in what is signed, and is put in afterwards",
    "server.sealing.x_sign_receipt__mutmut_13": "the same",
    "server.session.tokens.xǁTokensǁissue__mutmut_3": "32 random bytes are what `token_urlsafe` gives unasked",
    "server.session.tokens.xǁStreamNamesǁissue__mutmut_4": "ASCII by its other name",
    "server.session.tokens.xǁStreamNamesǁread__mutmut_3": "ids have no dot, so the first one is the last one",
    "server.session.tokens.xǁStreamNamesǁread__mutmut_7": "ASCII by its other name",
    "server.waiting.rules.x_run_until__mutmut_10": "the same instant in another zone",
    "server.waiting.rules.x_ahead__mutmut_18": "the same",
    "server.waiting.rules.x_expected__mutmut_37": "`int(a / b)` is `a // b` for what is not negative",
}
"""Changes that change nothing, and why."""


@dataclass
class Room:
    """What became of the changes in one file."""

    name: str
    killed: int = 0
    survived: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)
    open: int = 0

    @property
    def score(self) -> float:
        """Return how many of those that change something were noticed (%)."""
        tried = self.killed + len(self.survived)
        return 100 * self.killed / tried if tried else 0.0


def rooms() -> Iterator[Room]:
    """Read what mutmut has kept."""
    for path in sorted((ROOT / "mutants" / "server").rglob("*.meta")):
        room = Room(path.relative_to(ROOT / "mutants").as_posix().removesuffix(".meta"))
        for name, code in json.loads(path.read_text("utf-8"))["exit_code_by_key"].items():
            if name in EQUIVALENT and code == SURVIVED:
                room.equivalent.append(name)
            elif code in {SURVIVED, UNTESTED}:
                room.survived.append(name)
            elif code is None:
                room.open += 1
            else:
                room.killed += 1
        if room.killed or room.survived or room.open:
            yield room


def changed(name: str) -> str:
    """Return the line that a change makes of another, for a table."""
    done = subprocess.run([ROOT / ".venv" / "bin" / "mutmut", "show", name], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("+") and not line.startswith("+++")]
    return lines[0][1:].strip().replace("|", "\\|") if lines else ""


def row(room: Room) -> str:
    """Return one line of the table; the score is rounded down."""
    cells = (f"`{room.name}`", room.killed + len(room.survived), room.killed, len(room.equivalent), room.open, f"{int(room.score)} %")
    return f"| {' | '.join(map(str, cells))} |"


def page(found: list[Room]) -> str:
    """Return docs/mutation.md."""
    rows = [row(room) for room in found]
    left = [f"| `{name}` | `` {changed(name)} `` |" for room in found for name in room.survived]
    same = [f"| `{name}` | {EQUIVALENT[name]} |" for room in found for name in room.equivalent]
    return "\n".join(
        [
            "# Would a test notice?",
            "",
            "Made by `make mutants` (mutmut, [0028](decisions/0028-looked-at-now-and-then.md)): each rule is broken in every",
            "small way, one at a time, and the tests beside it run. Promised (C5): four of five are noticed, in each file.",
            "What an error says is not changed; that it is raised is.",
            "",
            "| file | tried | noticed | change nothing | not tried yet | score of those tried |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "## Not noticed",
            "",
            "| change | what the line became |",
            "| --- | --- |",
            *left,
            "",
            "## Changes that change nothing",
            "",
            "| change | why |",
            "| --- | --- |",
            *same,
            "",
        ]
    )


def main() -> int:
    """Run, write, and say what is below the promise."""
    chosen = os.environ.get("MUTANTS", "")
    subprocess.run([ROOT / ".venv" / "bin" / "mutmut", "run", *([chosen] if chosen else [])], cwd=ROOT, check=False)
    found = list(rooms())
    undone = sum(room.open for room in found)
    for room in found:
        sys.stdout.write(f"{room.name}: {room.killed} noticed, {len(room.survived)} not, {room.open} not tried: {room.score:.0f} %\n")
    if undone:
        sys.stdout.write(f"{undone} were not tried: run it again, it goes on where it was\n")
    PAGE.write_text(page(found), "utf-8")
    return 1 if undone or any(room.score < LEAST for room in found) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Draws docs/architecture.md's diagrams from the code's own tables: the life of a conversation, and every Redis key.

`python tools/draw_life.py` rewrites what stands between the markers; with `--check` it fails when that is stale.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from server.conversation.rules import LIFE, State
from server.keys import KINDS
from tools.drawn import table, write_or_check

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"


def life() -> str:
    """Return the life of a conversation as a Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.ARRIVED}"]
    lines += [f"    {state} --> {to}: {event}" for (state, event), to in LIFE.items() if to is not State.GONE]
    lines += [f"    {state} --> [*]: {event}" for (state, event), to in LIFE.items() if to is State.GONE]
    return "\n".join([*lines, "```"])


def keys() -> str:
    """Return every kind of Redis key as a table."""
    rows = []
    for kind in KINDS.values():
        pattern = kind.pattern.replace("{{", "{").replace("}}", "}").replace("{c}", "<id>").replace("{{x}}", "{<tag>}")
        for name in ("w", "s", "t", "l"):
            pattern = pattern.replace(f":{{{name}}}", ":<id>")
        rows.append((f"`{pattern}`", kind.type, str(kind.ttl), kind.writer, kind.holds.replace("|", "/")))
    return table("key", "type", "lives (s)", "written by", "holds", rows=rows)


def main() -> int:
    """Draw, or check that what is drawn is not stale."""
    return write_or_check(PAGE, {"life": life(), "keys": keys()}, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

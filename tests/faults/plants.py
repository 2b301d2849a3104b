"""Copies of the server with a bug planted in them: a checker that does not see these sees nothing."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.paths.conftest import ROOT


class PlantError(Exception):
    """The place where a bug is planted does not look as it did: plant it anew."""


@dataclass(frozen=True, slots=True)
class Plant:
    """One bug: in which files, what stands in each, what is put in its place."""

    name: str
    files: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]


NONE = Plant("none", (), ())
EARLY = Plant(
    "acknowledge before the write",
    ("server/conversation/pen.py",),
    (
        (
            "        return self._says.ask(say)\n",
            """        return self._early(say)

    async def _early(self, say: Say) -> Stored:
        answer = self._says.ask(say)
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        return Stored(await self._conversations.seq(say.conversation) + 1, self._clock())
""",
        ),
    ),
)
TWICE = Plant(
    "no check for what was said before",
    ("server/conversation/append.lua",),
    (
        ("  if known then\n    return", "  if false then\n    return"),
        ('  elseif count ~= n then\n    return "out_of_order"\n', ""),
    ),
)
ASIDE = Plant(
    "resume from the wrong place",
    ("server/conversation/range.lua", "server/conversation/come.lua"),
    (('"(" .. after .. "-0"', '"(" .. (after + (after == "0" and 0 or 1)) .. "-0"'),),
)


def planted(plant: Plant, folder: Path) -> Path:
    """Return a copy of the server with this bug, in a fresh folder below `folder`. Raises PlantError."""
    copy = folder / plant.name.replace(" ", "-")
    shutil.copytree(ROOT / "server", copy / "server", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config", "built", "widget", "counsellor_ui"):
        (copy / name).symlink_to(ROOT / name)
    for name in plant.files:
        text = (copy / name).read_text("utf-8")
        for before, after in plant.changes:
            if text.count(before) != 1:
                raise PlantError(f"{name}: expected once, found {text.count(before)} times: {before.strip()}")
            text = text.replace(before, after)
        (copy / name).write_text(text, "utf-8")
    return copy

"""Loads a room's Lua steps and checks every call against the header of its file.

Every step is idempotent: said twice, it has happened once. That is why a step whose reply was lost can be said again.

A script begins with what it is for and with what it takes:

    -- join: put a conversation in the line, once
    -- KEYS line waits where tickets
    -- ARGV conversation band now info cap
    -- RETURNS the place (1 is next), or 0 when the line is full
    -- USES lasting            (optional: shared pieces from server/lua/, put in front)
    -- READS                   (optional: it changes nothing, so no replica need confirm it)

`ARGV` may end in `...` for a list of any length. The names must be those that the script gives to KEYS and ARGV.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from server.link import Link, Value

__all__ = ["Script", "ScriptError", "Value", "load"]


class ScriptError(Exception):
    """We called a script with other keys or arguments than its header names, or its header is not complete."""


class Script:
    """One atomic step: its text, its header and the call."""

    def __init__(self, room: str, name: str) -> None:
        """Read `server/<room>/<name>.lua`. Raises ScriptError when its header is not complete."""
        self.name = f"{room}/{name}"
        source = files("server").joinpath(room, f"{name}.lua").read_text("utf-8")
        self.keys = _header(source, "KEYS", self.name)
        self.args = _header(source, "ARGV", self.name)
        self.uses = _header(source, "USES", self.name, needed=False)
        self.reads = re.search(r"^-- READS$", source, re.MULTILINE) is not None
        pieces = [files("server").joinpath("lua", f"{piece}.lua").read_text("utf-8") for piece in self.uses]
        self.source = source
        self.text = "\n".join([*pieces, source])
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: Link, keys: Sequence[str], args: Sequence[Value] = ()) -> Any:  # noqa: ANN401 - a script's own affair
        """Run the step; while the store is away for a moment it is said again (`server/link/again.py`).

        Raises ScriptError on a wrong call, and RedisError when the store stays away or takes no writes.
        """
        self.check(len(keys), len(args))
        return await redis.step(self.sha, self.text, keys, args, reads=self.reads)

    def check(self, keys: int, args: int) -> None:
        """Compare a call with the header. Raises ScriptError."""
        if not _fits(self.keys, keys):
            msg = f"{self.name}: the header names KEYS {' '.join(self.keys)}, the call has {keys}"
            raise ScriptError(msg)
        if not _fits(self.args, args):
            msg = f"{self.name}: the header names ARGV {' '.join(self.args)}, the call has {args}"
            raise ScriptError(msg)


def _fits(names: Sequence[str], given: int) -> bool:
    if names and names[-1] == "...":
        return given >= len(names) - 1
    return given == len(names)


def _header(source: str, field: str, name: str, *, needed: bool = True) -> tuple[str, ...]:
    found = re.search(rf"^-- {field}[ \t]*(.*)$", source, re.MULTILINE)
    if found is None:
        if needed:
            msg = f"{name}: no line '-- {field}' in its header"
            raise ScriptError(msg)
        return ()
    return tuple(found.group(1).split())


@cache
def load(room: str, name: str) -> Script:
    """Return the script `server/<room>/<name>.lua`, read once."""
    return Script(room, name)

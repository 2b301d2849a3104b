"""The line and the desks once more, as plainly as can be: sorted lists, no thought for speed. What the steps must answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Child:
    """One child in the books."""

    ticket: int
    danger: bool
    lost: bool = False
    absent: bool = False
    at: str = "line"

    @property
    def order(self) -> tuple[int, int]:
        """Band, then ticket."""
        return (0 if self.lost else 1 if self.danger else 2, self.ticket)


@dataclass(slots=True)
class Table:
    """One counsellor's desk."""

    room: int = 1
    free: bool = False
    since: int = 0
    offer: str = ""
    once: str = ""
    talks: dict[str, str] = field(default_factory=dict)

    @property
    def able(self) -> bool:
        """One more child may be taken."""
        return len(self.talks) < self.room and "wrapping" not in self.talks.values()


class Model:
    """Answers every writing step as the real one must."""

    def __init__(self) -> None:
        """Nobody is here."""
        self.tickets = 0
        self.children: dict[str, Child] = {}
        self.tables: dict[str, Table] = {}

    def answer(self, name: str, args: tuple[Any, ...]) -> Any:  # noqa: ANN401 - each step has its own
        """Do one step; return what it must answer."""
        step: Callable[..., Any] = getattr(self, name)
        return step(*args)

    def waiting(self) -> list[str]:
        """Return all who wait or are offered, in order."""
        found = [(child.order, name) for name, child in self.children.items() if not child.at.startswith("held:")]
        return [name for _, name in sorted(found)]

    def first(self) -> str:
        """Return the first of the line who is present."""
        return next((name for name in self.waiting() if self.children[name].at == "line" and not self.children[name].absent), "")

    def table(self, desk: str) -> Table:
        """Return a desk."""
        return self.tables.setdefault(desk, Table())

    def settle(self, desk: str) -> None:
        """Return an offer that the desk could not take; forget a bare desk."""
        table = self.table(desk)
        if table.offer and not (table.free and table.able):
            self.children[table.offer].at = "line"
            table.offer = ""
        if not (table.free or table.offer or table.talks):
            del self.tables[desk]

    def ready(self) -> dict[str, int]:
        """Return the desks that can take a child, with since when."""
        return {name: table.since for name, table in self.tables.items() if table.free and table.able and not table.offer}

    # --- waiting -------------------------------------------------------------------------------

    def join(self, name: str, danger: bool, cap: int) -> int:  # noqa: FBT001 - a step's argument
        """Enter the line."""
        if name not in self.children:
            if len(self.waiting()) >= cap:
                return 0
            self.tickets += 1
            self.children[name] = Child(self.tickets, danger)
        return self.waiting().index(name) + 1 if self.children[name].at == "line" else 1

    def leave(self, name: str) -> str:
        """Leave the line."""
        child = self.children.get(name)
        if child is None or child.at.startswith("held:"):
            return child.at if child else ""
        del self.children[name]
        if child.at != "line":
            desk = child.at.removeprefix("offer:")
            self.table(desk).offer = ""
            self.settle(desk)
        return child.at

    def _waits(self, name: str) -> bool:
        return name in self.children and not self.children[name].at.startswith("held:")

    def hurry(self, name: str) -> int:
        """It is dangerous now."""
        if self._waits(name):
            self.children[name].danger = True
        return int(self._waits(name))

    def absent(self, away: int, *names: str) -> int:
        """The browsers are away, or back."""
        here = [name for name in names if self._waits(name)]
        for name in here:
            self.children[name].absent = bool(away)
        return len(here)

    # --- pairing -------------------------------------------------------------------------------

    def free(self, desk: str, room: int, now: int) -> int:
        """She is free."""
        table = self.table(desk)
        table.since = table.since if table.free else now
        table.free, table.room = True, room
        self.settle(desk)
        return 1

    def away(self, desk: str) -> int:
        """She is away."""
        self.table(desk).free = False
        self.settle(desk)
        return 1

    def offer(self, once: str) -> list[str]:
        """Let the first present ring at the desk ready longest."""
        for desk, table in self.tables.items():
            if table.offer and table.once == once:
                return [table.offer, desk]
        name, ready = self.first(), self.ready()
        if not name or not ready:
            return []
        desk = min(ready, key=lambda one: (ready[one], one))
        self.tables[desk].offer, self.tables[desk].once = name, once
        self.children[name].at = f"offer:{desk}"
        return [name, desk]

    def claim(self, desk: str, asked: str, now: int) -> list[str]:
        """Take a child."""
        table = self.tables.get(desk) or Table()
        claimed = sorted(name for name, stage in table.talks.items() if stage == "claimed")
        name = asked or next(iter(claimed), "") or table.offer or self.first()
        at = self.children[name].at if name in self.children else ""
        if at == f"held:{desk}":
            return ["", name]
        if asked and at not in ("line", f"offer:{desk}"):
            return ["taken"]
        if not table.able:
            return ["at_capacity"]
        if not name:
            return ["nobody"]
        self.children[name].at, self.children[name].absent = f"held:{desk}", False
        table.offer = "" if table.offer == name else table.offer
        table.talks[name], table.since = "claimed", now
        self.tables[desk] = table
        self.settle(desk)
        return ["", name]

    def opened(self, desk: str, name: str) -> int:
        """The talk is open."""
        talks = self.tables[desk].talks if desk in self.tables else {}
        if talks.get(name) == "claimed":
            talks[name] = "talking"
        return int(name in talks)

    def wrapping(self, desk: str, name: str) -> int:
        """The talk is to be written up."""
        talks = self.tables[desk].talks if desk in self.tables else {}
        if name not in talks:
            return 0
        talks[name] = "wrapping"
        self.settle(desk)
        return 1

    def give_back(self, desk: str, name: str) -> int:
        """The offer is declined."""
        at = self.children[name].at if name in self.children else ""
        if at == f"offer:{desk}":
            self.away(desk)
        return int(at in ("line", f"offer:{desk}"))

    def hand_over(self, giver: str, desk: str, name: str, now: int) -> int:
        """A running talk goes to another desk."""
        child = self.children.get(name)
        if child and child.at == f"held:{desk}":
            return 1
        table = self.tables.get(giver)
        if child is None or table is None or table.talks.get(name) != "talking":
            return 0
        taker = self.tables.get(desk) or Table()
        if not taker.able:
            return -1
        self.tables[desk] = taker
        del table.talks[name]
        taker.talks[name], child.at = "claimed", f"held:{desk}"
        table.since = taker.since = now
        self.settle(giver)
        self.settle(desk)
        return 1

    def lose(self, desk: str, name: str) -> int:
        """She is gone for good."""
        child = self.children.get(name)
        if child and child.at == "line" and child.lost:
            return 1
        table = self.tables.get(desk)
        if child is None or table is None or table.talks.get(name) not in ("claimed", "talking"):
            return 0
        del table.talks[name]
        table.free, child.lost, child.at = False, True, "line"
        self.settle(desk)
        return 1

    def release(self, desk: str, name: str, now: int) -> int:
        """The talk is written up."""
        table = self.tables.get(desk)
        if table is None or name not in table.talks:
            return 0
        del table.talks[name], self.children[name]
        table.since = now
        self.settle(desk)
        return 1

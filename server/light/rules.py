"""When the light of a shift is green, yellow or red: the pure part.

Rules of this file:

1. Each rule looks at one count. The light is the worst of them, and every rule is shown with its count and its limits.
2. While nobody is served, what is counted of those who wait and of those who take children says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.wire.frames import Light, LightRule, Lit

ORDER: tuple[Light, ...] = ("green", "yellow", "red")


class Limits(Protocol):
    """From when on it is yellow and red: those fields of the helpline's settings."""

    @property
    def light_each(self) -> tuple[int, int]:
        """Children who wait for each who takes children."""

    @property
    def light_minutes(self) -> tuple[int, int]:
        """Minutes that the one who waits longest has waited."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted now."""

    serving: bool
    """Those in the line are served."""
    takers: int
    """Counsellors who are here and not on a break."""
    waiting: int
    waited: int
    """For how long (ms) the one who waits longest has waited."""
    danger: int
    """Of those who wait: who say that it is dangerous now."""
    unhelped: int
    """Counsellors who need help now, and nobody comes."""
    unconfirmed: int
    late: int
    attack: bool


def rules(counts: Counts, limits: Limits) -> list[Lit]:
    """Return every rule with its count, its limits and what follows from it now."""
    found = [
        _rule("unconfirmed", counts.unconfirmed, 1, None),
        _rule("late", counts.late, 1, None),
        _rule("help", counts.unhelped, None, 1),
        _rule("attack", int(counts.attack), None, 1),
    ]
    if not counts.serving:
        return found
    nobody = Lit("nobody", counts.takers, None, 0, "red" if counts.takers == 0 else "green")
    each = _rule("each", counts.waiting // max(1, counts.takers), *limits.light_each)
    return [nobody, each, _rule("longest", counts.waited // 60_000, *limits.light_minutes), _rule("danger", counts.danger, None, 1), *found]


def light(found: Sequence[Lit]) -> Light:
    """Return the light: the worst that a rule says."""
    return max((rule.light for rule in found), key=ORDER.index)


def _rule(what: LightRule, now: int, yellow: int | None, red: int | None) -> Lit:
    if red is not None and now >= red:
        return Lit(what, now, yellow, red, "red")
    return Lit(what, now, yellow, red, "yellow" if yellow is not None and now >= yellow else "green")

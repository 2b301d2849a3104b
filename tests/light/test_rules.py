"""The light of a shift: each rule at its limits, and the worst of them."""

from dataclasses import dataclass, replace

import pytest

from server.light.rules import Counts, light, rules
from server.wire.frames import Light, LightRule


@dataclass(frozen=True)
class Limits:
    """As a helpline sets them."""

    light_each: tuple[int, int] = (2, 4)
    light_minutes: tuple[int, int] = (5, 15)


CALM = Counts(serving=True, takers=2, waiting=0, waited=0, danger=0, unhelped=0, unconfirmed=0, late=0, attack=False)
MINUTE = 60_000


def lit(what: LightRule, **change: object) -> Light:
    """Return what one rule says when these counts are otherwise."""
    return next(rule.light for rule in rules(replace(CALM, **change), Limits()) if rule.what == what)  # type: ignore[arg-type]


def test_a_calm_shift_is_green() -> None:
    """Nobody waits, two take children: every rule is shown, and green."""
    found = rules(CALM, Limits())
    assert {rule.what for rule in found} == {"nobody", "each", "longest", "danger", "help", "attack", "unconfirmed", "late"}
    assert light(found) == "green"


@pytest.mark.parametrize(
    ("what", "change", "wanted"),
    [
        ("nobody", {"takers": 0}, "red"),
        ("nobody", {"takers": 1}, "green"),
        ("each", {"waiting": 3}, "green"),
        ("each", {"waiting": 4}, "yellow"),
        ("each", {"waiting": 7}, "yellow"),
        ("each", {"waiting": 8}, "red"),
        ("each", {"waiting": 4, "takers": 0}, "red"),
        ("longest", {"waited": 5 * MINUTE - 1}, "green"),
        ("longest", {"waited": 5 * MINUTE}, "yellow"),
        ("longest", {"waited": 15 * MINUTE}, "red"),
        ("danger", {"danger": 1}, "red"),
        ("help", {"unhelped": 1}, "red"),
        ("attack", {"attack": True}, "red"),
        ("unconfirmed", {"unconfirmed": 40}, "yellow"),
        ("late", {"late": 1}, "yellow"),
    ],
)
def test_each_rule_turns_at_its_limit(what: LightRule, change: dict[str, object], wanted: Light) -> None:
    """Just below, at and above: as the table that is shown says."""
    assert lit(what, **change) == wanted
    found = rules(replace(CALM, **change), Limits())  # type: ignore[arg-type]
    rule = next(one for one in found if one.what == what)
    if what != "nobody":
        reached = rule.red is not None and rule.now >= rule.red, rule.yellow is not None and rule.now >= rule.yellow
        assert wanted == ("red" if reached[0] else "yellow" if reached[1] else "green")
    assert light(found) == max((one.light for one in found), key=("green", "yellow", "red").index)


def test_while_nobody_is_served_nobody_need_be_there() -> None:
    """Closed: no counsellor and no line are no fault; a hand-off without a receipt still is one."""
    closed = replace(CALM, serving=False, takers=0, waiting=3, waited=60 * MINUTE)
    assert light(rules(closed, Limits())) == "green"
    assert light(rules(replace(closed, unconfirmed=1), Limits())) == "yellow"

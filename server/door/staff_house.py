"""What the shift lead changes without a start: hours, exceptions, quick replies, other help. As JSON, for the dashboard.

Rules of this file:

1. Nothing is decided here: `server/house_rules/` says what a change is and whether it may be, the opening rule what follows from it.
2. Who looks before she changes is shown what a child would be shown, by the same words and the same rule as the child's page.
3. A fault names itself, and what somebody else has changed meanwhile is told; then nothing is written.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server import metrics
from server.clock import instant, ms
from server.door.staff_gate import account_of
from server.door.staff_views import Views
from server.helpline import SettingsError
from server.house import House, others_told
from server.house_rules.rules import PARTS, Change, Entry, Part, Told, differences
from server.house_rules.store import ChangedMeanwhile, HouseRulesError
from server.staff import directory
from server.staff.audit import AuditError
from server.staff.chain import Deeds
from server.waiting.rules import ahead, hours_of, opening

AHEAD = timedelta(days=14)
SHOWN = 100
"""Changes that are shown, the newest."""
LABELS = "number_"
"""So the words begin by which a number may be called."""


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody wants to see or to change: a value for a part, or to go back before a change (`undo`).

    `revision`: the change of this part on which she stands; only a change needs it.
    """

    part: Part | None = None
    value: Any = None
    undo: int = 0
    revision: int = 0


class HousePages:
    """The lead's changes over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Read the words of the child's side once. Raises WordingError."""
        self.house, self.views = house, views
        self.tongues = house.tongues

    async def standing(self, request: Request) -> Response:
        """`GET`: what holds now, what may be chosen, and who changed what."""
        rules, now = self.house.house_rules, instant(self.house.clock())
        told = rules.now()
        names = {account.id: account.name for account in directory.read(self.house.settings.staff_file).accounts}
        parts = {part: {"value": rules.value(part), "revision": rules.revision(part), "faults": faults_of(told, part)} for part in PARTS}
        return JSONResponse(
            {
                "parts": parts,
                "labels": [[label, name] for label, name in sorted(self.views.tongue(request).child.items()) if label.startswith(LABELS)],
                "languages": [[code, tongue.name] for code, tongue in self.tongues.items()],
                "default": told.helpline.default_language,
                "hours_known": told.hours_known,
                "always": self.house.settings.open_always,
                "shown": self.shown(told),
                "now": ms(now),
                "history": [self.row(entry, names) for entry in reversed(rules.entries[-SHOWN:])],
            }
        )

    async def preview(self, request: Request) -> Response:
        """`POST`: what would be different, and what a child would be shown. Changes nothing."""
        try:
            part, value, _ = self.wished(await wish_of(request))
            trial = self.tried(part, value)
        except SettingsError as fault:
            return refused(fault)
        rules = self.house.house_rules
        after = rules.in_file(part) if value is None else value
        found = differences(part, rules.value(part), after)
        return JSONResponse({"differences": [asdict(one) for one in found], "shown": self.shown(trial), "before": self.shown(rules.now())})

    async def change(self, request: Request) -> Response:
        """`POST`: change a part, or go back before a change. Told to the auditor by its number."""
        who, rules = account_of(request).id, self.house.house_rules
        try:
            wish = await wish_of(request)
            part, value, undoes = self.wished(wish)
            self.tried(part, value)
            entry = await rules.change(Change(who, self.house.clock(), part, value, undoes), wish.revision)
        except SettingsError as fault:
            return refused(fault)
        except ChangedMeanwhile as other:
            account = self.house.directory.get(other.entry.change.who)
            told = {"why": "changed", "who": account.name if account else "", "at": other.entry.change.at, "n": other.entry.n}
            return JSONResponse(told, 409)
        except HouseRulesError:
            return JSONResponse({"why": "not_now"}, 503)
        try:
            await self.house.audit.note(Deeds("house_changed", who=who, why=f"{part} {entry.n}"))
        except AuditError:  # the change is in a chain of its own, with who made it
            metrics.alarm("audit_lost", 1)
        return JSONResponse({"n": entry.n})

    def wished(self, wish: Wish) -> tuple[Part, Any, int]:
        """Return the part, the value that it is to have, and which change is taken back. Raises SettingsError."""
        if wish.undo:
            return *self.house.house_rules.undone(wish.undo), wish.undo
        if wish.part is None:
            raise SettingsError("part", f"one of {' '.join(PARTS)}", "nothing")
        return wish.part, wish.value, 0

    def tried(self, part: Part, value: Any) -> Told:  # noqa: ANN401 - whatever somebody sent
        """Return what would hold; each number has a name in every language. Raises SettingsError."""
        trial = self.house.house_rules.trial(part, value)
        for at, other in enumerate(trial.helpline.other_help):
            if any(other.label not in tongue.child for tongue in self.tongues.values()) or not other.label.startswith(LABELS):
                raise SettingsError(f"house: other_help[{at}].label", "one of the names that there are words for", repr(other.label))
        return trial

    def shown(self, told: Told) -> Mapping[str, object]:
        """Return what a child would be shown: whether it can write, when it opens, the windows to come, and whom else to ring."""
        now, helpline = instant(self.house.clock()), told.helpline
        hours = hours_of(helpline, always_open=self.house.settings.open_always)
        plain = hours_of(helpline)
        standing, zone = opening(hours, now), helpline.timezone
        return {
            "open": standing.open,
            "closes_at": ms(standing.closes_at) if standing.closes_at else None,
            "says": {code: tongue.standing(standing.open, standing.opens_at, now, zone) for code, tongue in self.tongues.items()},
            "windows": [[ms(start), ms(end)] for start, end in ahead(plain, now, now + AHEAD)],
            "other_help": [others_told(helpline, one, now) for one in helpline.other_help],
        }

    def row(self, entry: Entry, names: Mapping[str, str]) -> dict[str, object]:
        """Return a change as it is shown: who, when, and what is another one since."""
        rules, change = self.house.house_rules, entry.change
        before, after = rules.value(change.part, entry.n - 1), rules.value(change.part, entry.n)
        return {
            "n": entry.n,
            "at": change.at,
            "who": names.get(change.who, ""),
            "part": change.part,
            "undoes": change.undoes,
            "differences": [asdict(one) for one in differences(change.part, before, after)],
        }


async def wish_of(request: Request) -> Wish:
    """Return what was sent. Raises SettingsError."""
    try:
        return msgspec.json.decode(await request.body(), type=Wish)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsError("change", "a part and its value", "something else") from error


def refused(fault: SettingsError) -> JSONResponse:
    """Return a fault by its name, with what was expected and what came."""
    return JSONResponse({"why": "wrong", "name": fault.name, "expected": fault.expected, "came": str(fault.came)[:200]}, 400)


def faults_of(told: Told, part: Part) -> list[str]:
    """Return why a change of this part does not hold any more."""
    return [str(fault) for fault in told.faults if fault.name.startswith(f"house: {part}") or (part == "replies" and "reply" in fault.name)]

"""Journal entries of whole evenings, sealed by the registrar's own code: for looking at numbers as they look in real life."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from server import keyfiles
from server.handoff.rules import whole_minute
from server.registrar.journal import SqliteJournal
from server.registrar.opener import open_package
from server.wire.package import Package
from tests.handoff.talks import Talk

MINUTE = 60_000
HOURS = ((0, 6), (60, 9), (120, 13), (180, 16), (240, 15), (300, 11), (360, 5))
"""Minutes after the opening, and about how many come in that hour."""
REASONS = ("mental_health",) * 9 + ("family_relationships",) * 7 + ("peer_relationships",) * 5 + ("violence",) * 5 + (
    "sexuality", "education_occupation", "physical_health", "discrimination", "education_occupation", "sexuality", "access_to_services",
)  # fmt: skip
OUTCOMES = ("advice",) * 8 + ("other_services",) * 3 + ("concern_report",) * 2 + ("immediate_help",)


def answered(data: Path, at: int, *, wait: int = 3, talk: int = 40, **answers: object) -> Package:
    """Return a talk that began at `at` (ms), written up; minutes."""
    registrar = keyfiles.read_p256_public(data / "registrar.pub")
    one = Talk(registrar, started=at).says("child", "Hei").says("counsellor", "Hei, jeg er her.")
    paired = at + wait * MINUTE
    return msgspec.structs.replace(one.package(form=one.form(**answers)), paired_at=paired, ended_at=paired + talk * MINUTE)


def left(data: Path, at: int, *, after: int = 7, **more: Any) -> Package:  # noqa: ANN401 - fields of a package
    """Return the row of a child who left the line."""
    one = Talk(keyfiles.read_p256_public(data / "registrar.pub"), started=at).package("gave_up")
    row: dict[str, Any] = {"entries": [], "wrapped_key": None, "form": None, "paired_at": None, "ended_at": at + after * MINUTE}
    return msgspec.structs.replace(one, **(row | {"ended_by": "child"} | more))


def evening(data: Path, opens: int, by: random.Random, busy: float = 1.0) -> Iterator[Package]:
    """Yield an evening of some eighty contacts that begins at `opens` (ms); a quarter gives up."""
    for after, about in HOURS:
        for _ in range(max(0, round(by.gauss(about * busy, 2)))):
            at = opens + (after + by.randrange(60)) * MINUTE
            wait = int(by.expovariate(1 / 9))
            if by.random() < 0.05 + wait / 60:
                yield left(data, at, after=wait, ending=by.choice(("gave_up", "gave_up", "gave_up", "cut_off", "closed")))
            else:
                reasons, outcomes = (sorted({by.choice(codes) for _ in range(by.choice((1, 1, 2)))}) for codes in (REASONS, OUTCOMES))
                yield answered(data, at, wait=wait, talk=max(2, int(by.gauss(38, 18))), reasons=reasons, outcomes=outcomes)


def journalled(data: Path, packages: Iterator[Package] | list[Package]) -> None:
    """Put packages into the journal of a data folder, each an hour after its end."""
    private = keyfiles.read_p256_private(data / "registrar.key")
    journal = SqliteJournal(data / "journal.sqlite", keyfiles.read_p256_public(data / "journal.pub"))
    for package in packages:
        journal.add(package, open_package(package, private), whole_minute(package.ended_at + 60 * MINUTE))
    journal.close()

"""The full form of the faults: `make faults`, by hand or by night. Writes docs/reliability.md from what happened.

FAULTS_REPEATS  how often a worker is killed among many talks, 20; all other faults in proportion, at least once
FAULTS_ONLY     promises (K1,K7) or names of scenes; all without it
FAULTS_WITHOUT  names of scenes that are left out
FAULTS_TALKING, FAULTS_WAITING  how many talk and wait while a worker is killed: 200 and 50
FAULTS_STORM    how many are dropped at once: 1000
SOAK_SECONDS, SOAK_CHILDREN  how long the soak lasts (1800), and how many children are there: 24; 250 keep two cores 43 % busy
FAULTS_SEED     the same chance again
FAULTS_TO       another file than docs/reliability.md
"""

import asyncio
import os
import platform
import random
import subprocess
import sys
import traceback
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from tests.faults import plays_handoff, plays_stores, seeds, soak
from tests.faults.crowd import Habits
from tests.faults.plays import CRASHES, Fault, Outcome, nothing_breaks, one_worker_killed, reconnect_storm
from tests.faults.plays_people import LONG_PEOPLE, MACHINE, NETWORKS, PHONES
from tests.faults.plays_time import QUIET, SILENCE, TIME
from tests.faults.report import Run, page, row
from tests.faults.scenes import Scene, Set, chosen, scene
from tests.paths.conftest import ROOT

TALKING, WAITING = seeds.many("FAULTS_TALKING", 200), seeds.many("FAULTS_WAITING", 50)
STORM = seeds.many("FAULTS_STORM", 1000)
ALL = 20
REPEATS = seeds.many("FAULTS_REPEATS", ALL)
ROOM = 3
MANY = Habits(children=TALKING + WAITING, counsellors=-(-TALKING // ROOM), room=ROOM, pause=(1.5, 4.5), stays=(60.0, 240.0))
FEW = Set(habits=Habits(children=4, counsellors=4))
SCENES = (
    scene(
        "many talks",
        (
            Fault("D7", f"nothing breaks, {TALKING} talk and {WAITING} wait", nothing_breaks(20)),
            Fault("K1", f"kill -9 of one worker, {TALKING} talk and {WAITING} wait", one_worker_killed),
        ),
        Set({"line_cap": str(TALKING + WAITING)}, MANY),
        20,
    ),
    scene("processes", CRASHES, repeats=5),
    scene("storm", (Fault("K11", f"{STORM} who wait dropped at once", reconnect_storm(STORM)),), Set({"line_cap": "2000"}), 3),
    scene("networks", NETWORKS, FEW, 3, light=True),
    scene("phones", PHONES, FEW, 3, light=True),
    *(scene(fault.title, (fault,), FEW, 1, light=True) for fault in LONG_PEOPLE),
    scene("machine", MACHINE, Set(habits=Habits(children=2, counsellors=0, stays=(3.0, 6.0))), 5, light=True),
    scene("clock", TIME, Set(habits=Habits(children=4, counsellors=3)), 3, light=True),
    scene("silence", SILENCE, QUIET, 3, light=True),
)


class Night:
    """One run."""

    def __init__(self, scenes: list[Scene], seed: int) -> None:
        """Nothing has happened."""
        self.scenes, self.seed = scenes, seed
        self.outcomes: dict[str, list[Outcome]] = {one.name: [] for one in scenes}
        self.failures: list[str] = []

    async def play(self, one: Scene) -> None:
        """Play a scene; one that fails does not end the night."""
        sys.stdout.write(f"--- {one.name}\n")
        told = asyncio.create_task(self.tell(one))
        try:
            await one.play(random.Random(f"{self.seed} {one.name}"), times(one), self.outcomes[one.name])  # noqa: S311
        except Exception as error:  # noqa: BLE001 - told at the end
            found = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
            self.failures.append(f"{one.name}: {type(found).__name__}: {found}")
            traceback.print_exception(error)
        await asyncio.sleep(1)
        told.cancel()

    async def tell(self, one: Scene) -> None:
        """Say what happens, as it happens."""
        said = 0
        while True:
            for outcome in self.outcomes[one.name][said:]:
                said += 1
                sys.stdout.write(f"{' | '.join(row([outcome]))} | {outcome.figures}\n")
                sys.stdout.flush()
            await asyncio.sleep(0.5)

    async def run(self) -> None:
        """Play the heavy scenes one after the other, then the light ones side by side. Those that wait for minutes wait meanwhile."""
        long = [asyncio.create_task(self.play(one)) for one in self.scenes if one.light and one.repeats == 1]
        for one in self.scenes:
            if not one.light:
                await self.play(one)
        await asyncio.gather(*(self.play(one) for one in self.scenes if one.light and one.repeats > 1), *long)

    @property
    def all(self) -> list[Outcome]:
        """Everything that happened, scene by scene."""
        return [outcome for outcomes in self.outcomes.values() for outcome in outcomes]

    @property
    def scale(self) -> str:
        """How much of the full form this was."""
        parts = ["all repeats" if REPEATS >= ALL else f"{REPEATS} in {ALL} of the repeats"]
        left_out = {one.name for one in every_scene()} - set(self.outcomes)
        parts += [f"without: {', '.join(sorted(left_out))}"] if left_out else ["all scenes"]
        return "; ".join(parts)


def times(one: Scene) -> int:
    """Return how often each fault of a scene happens."""
    return max(1, round(one.repeats * REPEATS / ALL))


def every_scene() -> tuple[Scene, ...]:
    """Return the scenes of all modules."""
    return (*SCENES, *plays_stores.LONG, *plays_handoff.LONG, *soak.LONG)


def git(*words: str) -> str:
    """Ask git."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607


def main() -> int:
    """Run all that was chosen, and write it down."""
    began, day = monotonic(), datetime.now(UTC)
    without = {word.strip() for word in os.environ.get("FAULTS_WITHOUT", "").split(",")}
    night = Night([one for one in chosen(every_scene()) if one.name not in without], seeds.seed())
    sys.stdout.write(f"FAULTS_SEED={night.seed}\n")
    commit = git("rev-parse", "--short=12", "HEAD") + (" and changes" if git("status", "--porcelain", "server") else "")
    asyncio.run(night.run())
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    run = Run(commit, f"{day:%Y-%m-%d}", night.seed, machine, night.scale, (monotonic() - began) / 60)
    text = page(run, night.all, night.failures)
    file = Path(os.environ.get("FAULTS_TO") or ROOT / "docs" / "reliability.md")
    file.write_text(text, "utf-8")
    wrong = Counter(finding.kind for one in night.all for finding in one.verdict.findings)
    sys.stdout.write(f"{file}\nfound: {dict(wrong)}, failed: {night.failures}\n")
    return 1 if wrong or night.failures else 0


if __name__ == "__main__":
    sys.exit(main())

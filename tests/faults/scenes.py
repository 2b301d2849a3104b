"""What a run of faults is made of: scenes. Each sets up a service of its own and lets people live through its faults.

Whoever adds faults gives a tuple of scenes, LONG, in a module of its own; full.py names the modules.
"""

import os
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from tests.faults.crowd import Crowd, Habits
from tests.faults.plays import Fault, Outcome, suffer
from tests.faults.stage import staged
from tests.faults.verdict import Verdict

AT_THE_END = "D1 H4"
SETTLED = 300.0
"""Seconds that many may take to come, on a slow machine."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A service, the people in it, and what they live through."""

    name: str
    faults: tuple[str, ...]
    """Names of promises, to choose by."""
    play: Callable[[random.Random, int, list[Outcome]], Awaitable[None]]
    """Given chance, how often, and where each outcome goes as soon as it is judged."""
    repeats: int = 3
    """How often each fault happens in the full form."""
    light: bool = False
    """It mostly waits: in the full form all such scenes are played side by side."""


@dataclass(frozen=True, slots=True)
class Set:
    """What is on the stage before anybody comes."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the helpline, as they stand in the file."""
    habits: Habits = field(default_factory=Habits)


def scene(name: str, faults: tuple[Fault, ...], where: Set | None = None, repeats: int = 3, *, light: bool = False) -> Scene:
    """Return a scene in which one crowd lives through these faults, as often as asked, and then goes home."""
    there = where or Set()

    async def play(chance: random.Random, times: int, outcomes: list[Outcome]) -> None:
        async with staged(there.settings) as stage:
            crowd = Crowd(stage, chance, replace(there.habits))
            await crowd.come()
            await crowd.settled(SETTLED)
            for _ in range(times):
                for fault in faults:
                    outcomes.append(await suffer(crowd, fault))
                    crowd.figures.clear()
            outcomes.append(await gone_home(crowd))

    return Scene(name, tuple(fault.name for fault in faults), play, repeats, light)


async def gone_home(crowd: Crowd) -> Outcome:
    """Let everybody go home: each contact is in the journal exactly once, and nothing is left."""
    clients, messages = len(crowd.present), len(crowd.history.said)
    verdict = await crowd.judged_at_the_end()
    new = Verdict([finding for finding in verdict.findings if finding not in crowd.judgements])
    return Outcome(AT_THE_END, "everybody goes home: one entry each, nothing left", clients, messages, [], [], new)


def chosen(scenes: tuple[Scene, ...]) -> list[Scene]:
    """Return the scenes that FAULTS_ONLY names by a promise or by their name; all without it."""
    wanted = {word.strip() for word in os.environ.get("FAULTS_ONLY", "").split(",")} - {""}
    return [one for one in scenes if not wanted or one.name in wanted or wanted & {word for name in one.faults for word in name.split()}]

"""R2, R4, R5, A11: a crowd comes and goes for long; what the workers hold must not grow, and must be given back.

SOAK_SECONDS says for how long, SOAK_CHILDREN how many children are here at once, with a third as many counsellors. Every figure goes into
the table of docs/reliability.md.
"""

import asyncio
import os
import random
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from server import metrics
from server.link import MOST
from tests.faults import seeds
from tests.faults.crowd import Crowd, Habits
from tests.faults.percentile import bound
from tests.faults.plays import Outcome
from tests.faults.scenes import Scene, gone_home
from tests.faults.stage import WORKERS, Stage, staged

NAME = "R2 R4 R5 A11"
LAG, TASKS = "chat_loop_lag_seconds", "chat_tasks"
SECONDS = seeds.many("SOAK_SECONDS", 1800)
ENOUGH = 40
"""So many talks at least: a slow machine goes on for longer until it has had them, up to three times as long."""
EXTRA = 3
"""Connections of a worker to the store besides its pool."""
CHILDREN = seeds.many("SOAK_CHILDREN", 24)
BUSY = Habits(children=CHILDREN, counsellors=max(1, CHILDREN // 3), pause=(0.3, 1.5), stays=(3.0, 20.0), gives_up=0.2)
WORDS = re.compile(r"[a-z_]{1,24}|\d{4}|[0-9.e+-]+|\+Inf")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Watched:
    """What was seen of the workers."""

    stage: Stage
    base: dict[str, int] = field(default_factory=dict)
    """Descriptors of each worker before anybody came."""
    tasks: dict[str, int] = field(default_factory=dict)
    """Tasks of each worker before anybody came."""
    memory: list[tuple[float, int]] = field(default_factory=list)
    """When, and how many bytes all workers had together."""
    connections: int = 0
    """The most that the store had from one worker at a time, on the average of both."""

    def look(self) -> None:
        """Take a sample."""
        self.memory.append((monotonic(), sum(self._resident(name) for name in WORKERS)))
        with self.stage.admin() as admin:
            ours = [one for one in admin.client_list() if one["user"] == "chat"]
        self.connections = max(self.connections, len(ours))

    def _resident(self, name: str) -> int:
        words = Path(f"/proc/{self.stage.running[name].pid}/statm").read_text("ascii").split()
        return int(words[1]) * PAGE

    def open_files(self) -> dict[str, int]:
        """Return how many descriptors each worker has."""
        return {name: len(list(Path(f"/proc/{self.stage.running[name].pid}/fd").iterdir())) for name in WORKERS}

    def growth(self) -> float:
        """Return by how many per cent the memory has grown from the second fifth of the time to the last."""
        first, last = self.memory[0][0], self.memory[-1][0]
        fifth = (last - first) / 5
        early = [size for at, size in self.memory if fifth <= at - first < 2 * fifth]
        late = [size for at, size in self.memory if at - first >= 4 * fifth]
        return 100 * (statistics.median(late) / statistics.median(early) - 1)


async def play(chance: random.Random, times: int, outcomes: list[Outcome]) -> None:
    """Let a crowd come and go for so long, go home, and look at what is left."""
    del times
    async with staged(start=()) as stage:
        for name in WORKERS:
            stage.private[name] = {"ALARM_OPS": f"unix:{stage.data}/{name}.ops"}
        await stage.comes(*WORKERS, "registrar")
        watched = Watched(stage)
        watched.base, watched.tasks = watched.open_files(), await tasks(stage)
        crowd = Crowd(stage, chance, replace(BUSY))
        await crowd.come()
        await crowd.busy()
        begun, before = monotonic(), machine_busy()
        while monotonic() < begun + (SECONDS if len(crowd.children) >= ENOUGH else 3 * SECONDS):
            watched.look()
            await asyncio.sleep(1)
        figures = {"memory growth (%)": watched.growth(), "memory of both workers (MiB)": watched.memory[-1][1] / 2**20}
        figures["talks"] = len(crowd.children)
        figures["the machine's cores, busy (%)"] = 100 * (machine_busy() - before) / (monotonic() - begun) / (os.cpu_count() or 1)
        figures["connections to the store"] = watched.connections
        figures["most values of a label"] = float(max([await labels(stage, name) for name in WORKERS]))
        figures["event loop's stall p99.9, at most (ms)"] = 1000 * await stall(stage, 0.999)
        outcome = await gone_home(crowd)
        figures |= {"descriptors left": await given_back(watched), "tasks left": await tasks_left(watched)}
        figures["unhandled failures"] = float(len(list(failures(stage))))
        outcomes.append(replace_names(outcome, figures))


def machine_busy() -> float:
    """Return for how many seconds the cores of this machine have worked, all together: the people's part too."""
    user, nice, system, _, _, irq, soft, *_ = map(int, Path("/proc/stat").read_text("ascii").split(maxsplit=11)[1:9])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def replace_names(outcome: Outcome, figures: dict[str, float]) -> Outcome:
    """Return what was found when all had gone home as what the long time has shown."""
    return replace(outcome, fault=NAME, title=f"a crowd that comes and goes, {SECONDS / 60:.0f} minutes", figures=figures)


async def told(stage: Stage, name: str) -> list[Metric]:
    """Return every figure that a worker tells."""
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(stage.data / f"{name}.ops")), timeout=10) as client:
        return list(text_string_to_metric_families((await client.get("http://worker/metrics")).text))


async def stall(stage: Stage, part: float) -> float:
    """Return how late this part of the timers of both event loops was at most (s, to the edge of its bucket)."""
    late: dict[float, float] = defaultdict(float)
    for family in [one for name in WORKERS for one in await told(stage, name) if one.name == LAG]:
        for sample in family.samples:
            if sample.name == f"{LAG}_bucket":
                late[float(sample.labels["le"])] += sample.value
    return bound(late, part)


async def labels(stage: Stage, name: str) -> int:
    """Return how many values the label of a worker has that has most; fails when one of ours could name somebody."""
    values: dict[tuple[str, str], set[str]] = {}
    for family in await told(stage, name):
        for sample in family.samples:
            for label, value in sample.labels.items():
                values.setdefault((sample.name, label), set()).add(value)
    ours = {value for (sample, _), found in values.items() if sample.startswith("chat_") for value in found}
    assert all(WORDS.fullmatch(value) for value in ours), sorted(ours)
    most = max(len(found) for found in values.values())
    assert most <= metrics.MOST_VALUES
    return most


async def given_back(watched: Watched) -> float:
    """Return how many descriptors the worker that has most keeps above its beginning and its pool, when all have gone."""
    deadline = monotonic() + 20
    while True:
        now = watched.open_files()
        left = max(now[name] - watched.base[name] - MOST - EXTRA for name in WORKERS)
        if left <= 0 or monotonic() > deadline:
            return float(max(0, left))
        await asyncio.sleep(0.5)


async def tasks(stage: Stage) -> dict[str, int]:
    """Return how many tasks each worker has."""
    found = [(name, family.samples) for name in WORKERS for family in await told(stage, name) if family.name == TASKS]
    return {name: int(sample.value) for name, (sample,) in found}


async def tasks_left(watched: Watched) -> float:
    """Return how many tasks the worker that has most keeps above its beginning, when all have gone."""
    deadline = monotonic() + 20
    while True:
        now = await tasks(watched.stage)
        left = max(now[name] - watched.tasks[name] for name in WORKERS)
        if left <= 0 or monotonic() > deadline:
            return float(max(0, left))
        await asyncio.sleep(0.5)


def failures(stage: Stage) -> Iterator[str]:
    """Give every line of a log that tells of an error that nobody caught."""
    for line in stage.logs().splitlines():
        if "never retrieved" in line or "Traceback" in line or '"event": "failure"' in line:
            yield line


LONG = (Scene("soak", (NAME,), play, 1, light=True),)

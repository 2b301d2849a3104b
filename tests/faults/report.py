"""The table of docs/reliability.md, made from what a run has found. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tests.faults.percentile import percentile
from tests.faults.plays import Outcome

HEAD = ("promise", "fault", "repeats", "clients", "messages", "lost", "doubled", "crossed", "overtaken", "other", "back p50", "back p99")

PAGE = """# What breaks, and what is lost

Made by `make faults` from a run that happened; nothing here is written by hand. Real processes, real `kill -9`, clients that
write all the time. After every fault a checker (`tests/faults/verdict.py`) compares what every screen showed with what was kept.

- commit `{run.commit}`, {run.date}, {run.minutes:.0f} minutes, `FAULTS_SEED={run.seed}`
- on {run.machine}
- scale: {run.scale}

`clients` is the most that were there at once. `other` are words in the wrong order, places in the line that do not agree, keys left
over. `back` is after how many seconds those who were cut off had their talk again, from when it could be had: a client waits up to
3 s of its own accord before it tries, and longer after tries in vain, so that not all come at once.

{table}

## Figures of some faults

Seconds, unless the name says something else.

{figures}

## Findings

{findings}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run was."""

    commit: str
    date: str
    seed: int
    machine: str
    scale: str
    """In words: how much of the full form it was."""
    minutes: float


def table(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """Return a row for each fault, in the order in which they first happened."""
    order = {(one.fault, one.title): at for at, one in reversed(list(enumerate(outcomes)))}
    by_fault = sorted(outcomes, key=lambda one: order[(one.fault, one.title)])
    return [row(list(same)) for _, same in groupby(by_fault, key=lambda one: (one.fault, one.title))]


def row(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return the row of one fault, however often it happened."""
    first = outcomes[0]
    resumed = [seconds for one in outcomes for seconds in one.resumed]
    total = sum(len(one.verdict.findings) for one in outcomes)
    counts = [sum(one.verdict.count(kind) for one in outcomes) for kind in ("lost", "doubled", "crossed", "overtaken")]
    back = [f"{percentile(resumed, part):.1f}" if resumed else "-" for part in (0.5, 0.99)]
    numbers = [len(outcomes), max(one.clients for one in outcomes), sum(one.messages for one in outcomes), *counts, total - sum(counts)]
    return (first.fault, first.title, *map(str, numbers), *back)


def figures(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """Return a row for each figure that a fault has measured: how often, the median and the worst."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for one in outcomes:
        for name, value in one.figures.items():
            found.setdefault((one.fault, one.title, name), []).append(value)
    return [(*names, str(len(values)), f"{percentile(values, 0.5):.1f}", f"{max(values):.1f}") for names, values in found.items()]


def page(run: Run, outcomes: Sequence[Outcome], failures: Sequence[str] = ()) -> str:
    """Return the whole of docs/reliability.md."""
    wrong = [f"- a scene that did not come to its end: {failure}" for failure in failures]
    wrong += [f"- {one.fault} ({one.title}): {finding}" for one in outcomes for finding in one.verdict.findings]
    main = "\n".join(_markdown(HEAD, table(outcomes)))
    measured = "\n".join(_markdown(("promise", "fault", "figure", "times", "median", "worst"), figures(outcomes)))
    return PAGE.format(run=run, table=main, figures=measured, findings="\n".join(wrong or ["None."]))


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]

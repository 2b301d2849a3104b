"""`make bench`: every stack in every scene, by turns; figures are kept in docs/performance.json and told in docs/performance.md.

`BENCH_ONLY=saturated,ours` chooses scenes and stacks by name, `BENCH_ROUNDS` how often. `--quick`: this chat and one other, for a moment,
nothing written. `--page`: the pages again from what was kept.
"""

import argparse
import datetime as dt
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.race import peers, scenes, wide
from bench.race import store as stores
from bench.race.machine import ROOT, BenchError, Machine, told
from bench.race.ours import Ours
from bench.race.page import page
from bench.race.results import Results
from bench.race.stack import Stack
from bench.race.store import Store

DOCS = ROOT / "docs"
MOST_ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
OURS = ("ours",)
NODE = ("ours", "socketio-node", "ws-node")


@dataclass(frozen=True)
class Scene:
    """One scene: what is done, how often, and by whom (nobody named: by all)."""

    run: Callable[[scenes.Make], scenes.Figures]
    rounds: int = 5
    who: tuple[str, ...] = ()


def everysec(machine: Machine) -> Store:
    """Start a store as most run it: it may lose the last second."""
    return stores.started(machine, fsync="everysec")


SCENES = {
    "saturated": Scene(lambda make: scenes.saturated(make, 4), rounds=9),
    "steady": Scene(lambda make: scenes.steady(make, 6, 500, 100)),
    "back-5000": Scene(lambda make: scenes.crowd(make, 5_000)),
    "everysec": Scene(lambda make: scenes.saturated(make, 4, start=everysec), who=NODE),
    "back-10000": Scene(lambda make: scenes.crowd(make, 10_000)),
    "talks-100": Scene(lambda make: scenes.steady(make, 8, 500, 100, room=3), who=OURS),
    "talks-1000": Scene(lambda make: scenes.steady(make, 8, 500, 1_000, room=3), who=OURS),
    "crowd-50000": Scene(lambda make: scenes.many(make, 50_000), rounds=1, who=OURS),
}
WIDE = {name: Scene(run, rounds=3, who=OURS) for name, run in wide.SCENES.items()}
QUICK = {
    "saturated": Scene(lambda make: scenes.saturated(make, 1, 10), rounds=1),
    "back-5000": Scene(lambda make: scenes.crowd(make, 100), rounds=1),
}


def chosen(names: set[str], what: dict[str, Scene], stacks: dict[str, type[Stack]]) -> tuple[dict[str, Scene], dict[str, type[Stack]]]:
    """Return the scenes and the stacks that are named; all of a kind of which none is named. Raises BenchError."""
    if unknown := names - set(what) - set(stacks):
        raise BenchError(f"BENCH_ONLY: expected names of {', '.join([*what, *stacks])}, got {', '.join(sorted(unknown))}")
    some = {name: scene for name, scene in what.items() if name in names} or what
    return some, {name: stack for name, stack in stacks.items() if name in names} or stacks


def in_turn(stacks: Sequence[type[Stack]], turn: int) -> list[type[Stack]]:
    """Return the order of a round: each begins with another stack, so that none always follows what the round before has left behind."""
    first = turn % max(1, len(stacks))
    return [*stacks[first:], *stacks[:first]]


def measure(what: dict[str, Scene], stacks: dict[str, type[Stack]], results: Results) -> int:
    """Run every scene by turns; return how many runs of ours have failed."""
    failed = 0
    for turn in range(max(scene.rounds for scene in what.values())):
        for name, scene in what.items():
            if turn >= min(scene.rounds, MOST_ROUNDS):
                continue
            for stack in in_turn([one for one in stacks.values() if not scene.who or one.name in scene.who], turn):
                told(f"  round {turn + 1}: {name}, {stack.name}")
                try:
                    results.add(name, stack.name, turn, scene.run(stack))
                except BenchError as error:
                    told(f"    {error}")
                    results.add(name, stack.name, turn, None, str(error)[:300])
                    failed += stack is Ours
    return failed


def tell(results: Results) -> None:
    """Write the pages."""
    (DOCS / "performance.md").write_text(page(results), "utf-8")
    (DOCS / "scaling.md").write_text(wide.page(results), "utf-8")


def quickly() -> int:
    """Let this chat and one other run for a moment; print what came of it."""
    results = Results(Path(os.devnull))
    failed = measure(QUICK, {Ours.name: Ours, peers.WsNode.name: peers.WsNode}, results)
    for run in results.runs:
        sys.stdout.write(f"{run}\n")
    return int(failed > 0 or any("failed" in run for run in results.runs))


def main() -> int:
    """Measure what was chosen, and write the pages. 1: a run of ours has failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.race")
    for name in ("quick", "page", "wide"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    if options.quick:
        return quickly()
    results = Results.read(DOCS / "performance.json")
    failed = 0
    if not options.page:
        everybody: tuple[type[Stack], ...] = (Ours, *peers.there())
        stacks = {stack.name: stack for stack in everybody}
        only = {name.strip() for name in os.environ.get("BENCH_ONLY", "").split(",") if name.strip()}
        what, stacks = chosen(only, WIDE if options.wide else SCENES, stacks)
        results.begin(set(what), set(stacks))
        results.about |= {"machine": machine(), "day": dt.datetime.now(dt.UTC).date().isoformat()}
        results.about |= {name: stack.versions() for name, stack in stacks.items()}
        failed = measure(what, stacks, results)
    tell(results)
    return int(failed > 0)


def machine() -> str:
    """Return what it ran on."""
    model = [line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if line.startswith("model name")]
    name = model[0].partition(":")[2].strip() if model else platform.machine()
    return f"{len(model) or os.cpu_count()} cores ({name}), Linux {platform.release().partition('-')[0]}."


if __name__ == "__main__":
    sys.exit(main())

"""Growing: more workers, a Cluster of three, talks at rest; and what follows for many: docs/scaling.md. `make bench-wide`."""

import math
from collections.abc import Callable
from functools import partial

from bench.race import scenes
from bench.race import store as stores
from bench.race.page import PAGES, number, table
from bench.race.results import Results
from bench.race.scenes import Figures, Make

WORKERS = (2, 4, 8)
TALKS = 300
HALF = 0.5
"""Nothing is loaded by more than half: the rest is for a bad evening and for a machine that is gone."""
EVERY = 5.0
"""Seconds between two messages of a talk, whoever says them."""
WORLD = 200_000
SIZES = (20, 200, 1_000, 10_000, WORLD)
REST = "at-rest"
CLUSTER_REST = "at-rest-cluster"
WORKERS_REST, STORE_REST, BUSIEST_REST = (f"{name}, us a talk and second" for name in ("workers", "store", "busiest store"))


def with_workers(count: int, make: Make) -> Figures:
    """As much as so many workers can, all on one core: what another worker costs shows, not another core."""
    return scenes.saturated(lambda machine, store: make(machine, store, count), 3)


CONSTANTS = {
    "w_m": ("a worker's CPU for a message, µs", "workers-2", "workers' CPU us"),
    "w_t": ("a worker's CPU for a talk that is there, with its third of a counsellor, µs each second", REST, WORKERS_REST),
    "r_m": ("the store's CPU for a message, µs", "workers-2", "store's CPU us"),
    "r_t": ("the store's CPU for a talk that is there, µs each second", REST, STORE_REST),
    "q_t": ("of that, at the master that has the line, the desks and the heartbeats, µs each second", CLUSTER_REST, BUSIEST_REST),
}
"""Of the formula: what each is, and in which scene it was measured."""

SCENES: dict[str, Callable[[Make], Figures]] = {
    **{f"workers-{count}": partial(with_workers, count) for count in WORKERS},
    "cluster": lambda make: scenes.saturated(make, 3, start=stores.clustered),
    REST: lambda make: scenes.at_rest(make, 8, TALKS),
    CLUSTER_REST: lambda make: scenes.at_rest(make, 8, TALKS, stores.clustered),
}


def page(results: Results) -> str:
    """Return docs/scaling.md."""
    figures = ("messages a second", "workers' CPU us", "store's CPU us", "busiest store's CPU us")
    rest = (WORKERS_REST, STORE_REST, BUSIEST_REST)
    return (
        (PAGES / "scaling.md")
        .read_text("utf-8")
        .format(
            machine=results.about.get("machine", ""),
            day=results.about.get("day", ""),
            workers="\n\n".join(f"**{count} workers**\n\n{table(results, f'workers-{count}', figures)}" for count in WORKERS),
            cluster=table(results, "cluster", figures),
            rest=table(results, REST, rest),
            cluster_rest=table(results, CLUSTER_REST, rest),
            pairing=pairing(results),
            constants=constants(results),
            carries=carries(results),
            talks=TALKS,
            every=EVERY,
            world=WORLD,
        )
    )


def one(results: Results, scene: str, figure: str) -> float | None:
    """Return the median of one figure of ours."""
    found = results.spread(scene, "ours", figure)
    return found.median if found else None


def constants(results: Results) -> str:
    """Return the table of the formula's constants."""
    rows = ["| | | measured |", "| --- | --- | ---: |"]
    for name, (what, scene, figure) in CONSTANTS.items():
        value = one(results, scene, figure)
        rows.append(f"| `{name}` | {what} | {number(value) if value is not None else '–'} |")
    return "\n".join(rows)


def carries(results: Results) -> str:
    """Return what follows for so many talks."""
    found = {name: one(results, scene, figure) for name, (_, scene, figure) in CONSTANTS.items()}
    known = {name: value for name, value in found.items() if value}
    if len(known) < len(CONSTANTS):
        return "*Not measured.*"
    head = ("talks at a time", "messages a second", "worker cores", "store cores", "the line's slot, cores")
    rows = [f"| {' | '.join(head)} |", "| ---: | ---: | ---: | ---: | ---: |"]
    for talks in SIZES:
        rate = talks / EVERY
        worker = rate * known["w_m"] + talks * known["w_t"]
        store = rate * known["r_m"] + talks * known["r_t"]
        cores = (number(part / 1e6 / HALF) for part in (worker, store, talks * known["q_t"]))
        rows.append(f"| {talks:,} | {rate:,.0f} | {' | '.join(cores)} |")
    most = HALF * 1e6 / known["q_t"]
    lines = math.ceil(WORLD / most)
    rows += [
        "",
        f"A line's slot is one core: half loaded it carries **{most:,.0f} talks at a time**; {WORLD:,} need **{lines} lines** at least.",
    ]
    return "\n".join(rows)


def pairing(results: Results) -> str:
    """Return the table of the line's steps, by how many wait."""
    sizes = [scene for scene in dict.fromkeys(run["scene"] for run in results.runs) if scene.startswith("waiting-")]
    if not sizes:
        return "*Not measured.*"
    steps = list(dict.fromkeys(name for run in results.runs if run["scene"] in sizes for name in run["figures"]))
    rows = ["| waiting | " + " | ".join(steps) + " |", "| ---: |" + " ---: |" * len(steps)]
    for size in sizes:
        cells = [one(results, size, step) for step in steps]
        rows.append(f"| {int(size.partition('-')[2]):,} | " + " | ".join("–" if cell is None else number(cell) for cell in cells) + " |")
    return "\n".join(rows)

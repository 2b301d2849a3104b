"""What is done to each stack, and what is counted. A scene begins with a fresh store and fresh workers, and returns figures by name."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.race import store as stores
from bench.race.generator import Generator
from bench.race.machine import FILES, BenchError, Machine, cpu, memory, told
from bench.race.plan import Plan
from bench.race.stack import Stack
from bench.race.store import Store

Figures = dict[str, float]
Make = Callable[..., Stack]
"""Takes a machine and a store, and how many workers there are."""
SPARE = 500
"""Descriptors of a process that are no sockets of people."""

PAIRS = 300
"""This chat reads 20 frames a second from one connection, after 80 at once: with fewer pairs, or for longer, that would be measured."""
WARM = 1.5
LATE = 0.01
"""So many may be told late (a part of all), where a lost hint is made good by the browser: they are in the log all the same."""
REST_RATE = 5.0
"""Messages a second of all together, where the talks are at rest."""


@contextmanager
def staged(make: Make, start: Callable[[Machine], Store] = stores.started) -> Iterator[Stack]:
    """Run a stack on a fresh store for the length of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        machine = Machine(Path(folder))
        try:
            stack = make(machine, start(machine))
            stack.start()
            yield stack
        finally:
            machine.stop()


def talked(stack: Stack, plan: Plan) -> Figures:
    """Let people talk as planned; return what came of it. Raises BenchError when a message was lost, doubled or overtaken."""
    generator = Generator(plan, stack.machine.folder)
    spent: list[list[float]] = []
    fact: dict[str, Any] = {}
    try:
        for fact in generator.facts():
            if fact["event"] in {"begin", "end"}:
                spent.append([cpu(stack.workers.values()), *(cpu([node]) for node in stack.store.nodes)])
    finally:
        generator.stop()
    checked(stack, fact, stack.entries())
    count, seconds = fact["counted"], fact["seconds"]
    servers, *nodes = (1e6 * (after - before) / count for before, after in zip(*spent, strict=True))
    ways = {f"{name} ms": fact["delivery"][key] / 1000 for name, key in (("p50", "p50"), ("p99", "p99"), ("p99.9", "p999"))}
    return {
        "messages a second": count / seconds,
        **ways,
        "told late": float(fact["sent"] - fact["delivered"]),
        "receipt p99 ms": fact["receipt"]["p99"] / 1000,
        "workers' CPU us": servers,
        "store's CPU us": sum(nodes),
        "busiest store's CPU us": max(nodes),
        "workers' share of a core": servers * count / seconds / 1e6,
        "store's share of a core": sum(nodes) * count / seconds / 1e6,
        "busiest store's share of a core": max(nodes) * count / seconds / 1e6,
        "generator's share of a core": fact["cpu"] / seconds,
    }


def checked(stack: Stack, fact: dict[str, Any], entries: int | None = None) -> None:
    """Look whether everything is in the log, acknowledged, and told in order. Raises BenchError. `entries`: of all logs, where known."""
    kept = fact["sent"] == fact["acked"] and entries in {None, fact["sent"]}
    told_all = fact["delivered"] >= fact["sent"] * (1 - LATE * stack.tells_late)
    in_order = not (fact["odd"] and not stack.tells_late) and not (fact["refused"] or fact["lost"])
    if not (kept and told_all and in_order and fact["counted"]):
        raise BenchError(f"{stack.name}: expected each message once, in order and acknowledged, got {fact} and {entries} entries")


def saturated(make: Make, seconds: float, pairs: int = PAIRS, start: Callable[[Machine], Store] = stores.started) -> Figures:
    """As much as it can: each pair has one message under way."""
    with staged(make, start) as stack:
        return talked(stack, stack.pairs(pairs).doing("closed", warm=WARM, seconds=seconds))


def steady(make: Make, seconds: float, rate: float, pairs: int, room: int = 1) -> Figures:
    """So many messages a second, each timed from when it was due. `room`: how many talks the second of each pair has at once."""
    with staged(make) as stack:
        return talked(stack, stack.pairs(pairs, room).doing("open", warm=WARM, seconds=seconds, rate=rate))


def crowd(make: Make, count: int) -> Figures:
    """So many come and are idle; then every worker is killed with -9 and started again, and all come back by themselves."""
    with staged(make) as stack:
        empty = memory(stack.workers.values())
        generator = Generator(stack.idle(count).doing("hold"), stack.machine.folder)
        try:
            came = generator.fact("ready")["seconds"]
            held = memory(stack.workers.values()) - empty
            stack.kill()
            stack.again()
            back = generator.fact("back")
        finally:
            generator.stop()
    told(f"    {count} back")
    return {
        "KiB a socket": held / count,
        "came in s": came,
        "back s": back["seconds"],
        "back after the first s": back["after_first"],
        "turned away": float(back["turned away"]),
    }


def many(make: Make, count: int) -> Figures:
    """So many come and are idle: on as many workers, and from as many generators, as the limit of descriptors asks for."""
    parts = -(-count // (FILES - SPARE))
    with staged(lambda machine, store: make(machine, store, max(2, parts))) as stack:
        empty = memory(stack.workers.values())
        plan = stack.idle(count)
        plan = replace(plan, connections=[replace(one, beat=None) for one in plan.connections])  # their heartbeats ask for more than a core
        shares = [replace(plan, connections=plan.connections[part::parts]) for part in range(parts)]
        generators = [Generator(share, stack.machine.folder, f"part-{at}") for at, share in enumerate(shares)]
        try:
            came = max([one.fact("ready")["seconds"] for one in generators])
            held = memory(stack.workers.values()) - empty
        finally:
            for one in generators:
                one.stop()
    return {"KiB a socket": held / count, "came in s": came, "sockets": float(count)}


def at_rest(make: Make, seconds: float, talks: int, start: Callable[[Machine], Store] = stores.started) -> Figures:
    """Talks in which next to nothing is said, three at each desk: what one costs by being there, in each second."""
    with staged(make, start) as stack:
        found = talked(stack, stack.pairs(talks, 3).doing("open", warm=WARM, seconds=seconds, rate=REST_RATE))
    shares = {"workers": "workers'", "store": "store's", "busiest store": "busiest store's"}
    return {f"{name}, us a talk and second": found[f"{whose} share of a core"] * 1e6 / talks for name, whose in shares.items()}

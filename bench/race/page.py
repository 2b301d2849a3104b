"""The page of figures: docs/performance.md, from what was kept and the text in `pages/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.race.results import Results, Spread

PAGES = Path(__file__).parent / "pages"
TITLES = {
    "ours": "**this chat**",
    "socketio-node": "Socket.IO (Node), Redis streams adapter",
    "ws-node": "Node `ws` by hand, the same design",
    "socketio-python": "python-socketio, Redis manager",
    "channels": "Django Channels, pub/sub layer",
    "nchan": "nchan (nginx, C), Redis storage",
}


FEW = "talks-100"


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at: a ratio (or a figure), how it is found, its bounds, and whether more is better."""

    what: str
    scene: str
    figure: str
    to: str
    """Another stack in the same rounds, another scene of ours (FEW), or nothing."""
    least: float
    aim: float
    more: bool = True


GENERATOR = "generator's share of a core"
MSGS, STORE, BACK = "messages a second", "store's CPU us", "back s"
TARGETS = (
    Target("throughput ÷ Socket.IO Node (streams, with log)", "saturated", MSGS, "socketio-node", 1.6, 3.0),
    Target("throughput ÷ Node `ws` by hand", "saturated", MSGS, "ws-node", 0.5, 1.0),
    Target("throughput ÷ python-socketio", "saturated", MSGS, "socketio-python", 7, 14),
    Target("throughput ÷ Channels (pub/sub)", "saturated", MSGS, "channels", 10, 20),
    Target("p99 at 500 messages a second ÷ nchan's", "steady", "p99 ms", "nchan", 2.5, 1.0, more=False),
    Target("KiB per idle socket, of 10,000", "back-10000", "KiB a socket", "", 26, 14, more=False),
    Target("5,000 back after `kill -9` of both workers ÷ Node `ws` by hand", "back-5000", BACK, "ws-node", 1.6, 1.0, more=False),
    Target("store's CPU a message, 1,000 talks ÷ 100 talks", "talks-1000", STORE, FEW, 1.3, 1.1, more=False),
)


def page(results: Results) -> str:
    """Return the page."""
    about = results.about
    return (
        (PAGES / "performance.md")
        .read_text("utf-8")
        .format(
            machine=about.get("machine", ""),
            day=about.get("day", ""),
            targets=targets(results),
            saturated=table(results, "saturated", ("messages a second", "workers' CPU us", "store's CPU us", GENERATOR)),
            everysec=table(results, "everysec", ("messages a second", "workers' CPU us", "store's CPU us")),
            steady=table(
                results, "steady", ("p50 ms", "p99 ms", "p99.9 ms", "receipt p99 ms", "workers' share of a core", "store's CPU us")
            ),
            back_few=table(results, "back-5000", ("came in s", "back s", "back after the first s")),
            back=table(results, "back-10000", ("KiB a socket", "came in s", "back s", "back after the first s")),
            many=table(results, "crowd-50000", ("KiB a socket", "came in s", "sockets")),
            talks=table(results, "talks-100", ("store's CPU us", "p99 ms"))
            + "\n\n"
            + table(results, "talks-1000", ("store's CPU us", "p99 ms")),
            versions="\n".join(
                f"| {TITLES.get(name, name)} | {value} |" for name, value in about.items() if name not in {"machine", "day"}
            ),
        )
    )


def table(results: Results, scene: str, figures: Sequence[str]) -> str:
    """Return one scene: a row for each stack, each figure with its spread and what it is of ours."""
    stacks = results.stacks(scene)
    if not stacks:
        return "*Not measured.*"
    rows = [["", *figures, "rounds"], ["---", *("---:" for _ in figures), "---:"]]
    for stack in stacks:
        spreads = [results.spread(scene, stack, figure) for figure in figures]
        ratios = [results.ratio(scene, stack, figure) if stack != "ours" and figure != GENERATOR else None for figure in figures]
        rounds = max((spread.rounds for spread in spreads if spread), default=0)
        failed = len(results.failures(scene, stack))
        cells = [cell(spread, ratio) for spread, ratio in zip(spreads, ratios, strict=True)]
        rows.append([TITLES.get(stack, stack), *cells, f"{rounds}" + (f", {failed} failed" if failed else "")])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(spread: Spread | None, ratio: Spread | None) -> str:
    """Return a figure with its spread, and the ratio to ours of the same round."""
    if spread is None:
        return "–"
    text = number(spread.median)
    if spread.rounds > 1:
        text += f" <small>{number(spread.least)}–{number(spread.most)}</small>"
    return f"{text} (×{number(ratio.median)})" if ratio else text


def number(value: float) -> str:
    """Return a figure with as many digits as mean something."""
    if abs(value) >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    return f"{value:.3g}"


def value_of(results: Results, target: Target) -> float | None:
    """Return what a target's figure is; None: not measured."""
    mine = results.spread(target.scene, "ours", target.figure)
    if target.to == FEW:
        few = results.spread(FEW, "ours", target.figure)
        return mine.median / few.median if mine and few else None
    found = results.ratio(target.scene, "ours", target.figure, target.to) if target.to else mine
    return found.median if found else None


def targets(results: Results) -> str:
    """Return the table of targets, with what is met."""
    rows = [["", "at least", "aim", "is", "met"], ["---", "---:", "---:", "---:", "---"]]
    for target in TARGETS:
        value = value_of(results, target)
        sign = "" if target.more else "≤ "
        rows.append(
            [target.what, f"{sign}{target.least:g}", f"{sign}{target.aim:g}", "–" if value is None else number(value), met(target, value)]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def met(target: Target, value: float | None) -> str:
    """Say whether a target is met."""
    if value is None:
        return "not measured"
    least, aim = ((value >= bound) if target.more else (value <= bound) for bound in (target.least, target.aim))
    return "yes, the aim" if aim else "yes" if least else "**NO**"

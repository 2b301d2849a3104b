"""The benchmark: that it runs, and that its pages say what was measured."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.race import wide
from bench.race.__main__ import in_turn
from bench.race.machine import ROOT, BenchError
from bench.race.ours import Ours
from bench.race.page import page
from bench.race.peers import Channels, WsNode
from bench.race.results import Results
from bench.race.scenes import checked
from bench.race.stack import Stack


def kept(path: Path) -> Results:
    """Return three rounds of two stacks."""
    results = Results(path / "kept.json", {"machine": "2 cores.", "day": "2026-11-25", "ours": "Python 3.11"})
    for turn, (ours, other) in enumerate(((3000.0, 1000.0), (2800.0, 1400.0), (2000.0, 500.0))):
        results.add("saturated", "ours", turn, {"messages a second": ours})
        results.add("saturated", "socketio-node", turn, {"messages a second": other})
    return results


def test_each_round_begins_with_another_stack_and_has_all_of_them() -> None:
    """What a round leaves behind for the next one falls upon each in turn."""
    stacks: list[type[Stack]] = [Ours, WsNode, Channels]
    rounds = [in_turn(stacks, turn) for turn in range(4)]

    assert [one[0] for one in rounds] == [Ours, WsNode, Channels, Ours]
    assert all(set(one) == set(stacks) for one in rounds)
    assert rounds[1] == [WsNode, Channels, Ours]
    assert in_turn([], 1) == [], "a scene in which none of those who were chosen takes part"


def test_the_page_says_what_was_measured(tmp_path: Path) -> None:
    """Median, spread, and the ratio within one round; a target that was not measured is not met."""
    text = page(kept(tmp_path))
    assert "2,800 <small>2,000–3,000</small>" in text
    assert "| throughput ÷ Socket.IO Node (streams, with log) | 1.6 | 3 | 3 | yes, the aim |" in text
    assert "| throughput ÷ Channels (pub/sub) | 10 | 20 | – | not measured |" in text


def test_a_target_that_is_missed_is_told(tmp_path: Path) -> None:
    """What is too slow says so."""
    results = Results(tmp_path / "kept.json")
    results.add("saturated", "ours", 0, {"messages a second": 100.0})
    results.add("saturated", "ws-node", 0, {"messages a second": 1000.0})
    assert "| throughput ÷ Node `ws` by hand | 0.5 | 1 | 0.1 | **NO** |" in page(results)


def test_the_pages_are_made_again_from_what_was_kept(tmp_path: Path) -> None:
    """Reading what was written gives the same page; what is measured anew replaces what was there."""
    results = kept(tmp_path)
    again = Results.read(results.path)
    assert page(again) == page(results)
    assert "*Not measured.*" in wide.page(again)
    again.begin({"saturated"}, {"ours"})
    assert again.stacks("saturated") == ["socketio-node"]


@pytest.mark.parametrize("fault", [{"delivered": 9}, {"acked": 9}, {"odd": 1}, {"refused": 1}, {"lost": 1}, {"counted": 0}])
def test_no_figure_of_a_run_that_went_wrong(fault: dict[str, int]) -> None:
    """Where a message was lost, overtaken or not acknowledged there is no figure."""
    good = {"sent": 10, "delivered": 10, "acked": 10, "odd": 0, "refused": 0, "lost": 0, "counted": 5}
    stack: Any = SimpleNamespace(name="some", tells_late=False)
    checked(stack, good, 10)
    with pytest.raises(BenchError):
        checked(stack, good | fault, 10)


def test_what_is_told_late_must_be_in_the_log() -> None:
    """Where a lost hint is made good by the browser a message may be told late, and only so few, and only if it is kept."""
    stack: Any = SimpleNamespace(name="ours", tells_late=True)
    late = {"sent": 1000, "delivered": 995, "acked": 1000, "odd": 0, "refused": 0, "lost": 0, "counted": 5}
    checked(stack, late, 1000)
    for fact, entries in ((late, 999), (late | {"delivered": 900}, 1000), (late | {"acked": 999}, 1000)):
        with pytest.raises(BenchError):
            checked(stack, fact, entries)


@pytest.mark.timeout(240)
def test_the_benchmark_runs() -> None:
    """`make bench-quick`: this chat and another, started as they are in production, talk, are killed, and all come back."""
    done = subprocess.run([sys.executable, "-m", "bench.race", "--quick"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for scene in ("saturated", "back-5000"):
        for stack in ("ours", "ws-node"):
            assert f"'scene': '{scene}', 'stack': '{stack}'" in done.stdout

"""The table of docs/reliability.md: it adds up what happened, and hides nothing."""

from tests.faults.percentile import bound, percentile
from tests.faults.plays import Outcome
from tests.faults.report import Run, figures, page, table
from tests.faults.verdict import Finding, Verdict

RUN = Run("abc1234", "2026-11-24", 7, "2 cores", "1 repeat", 12.4)


def outcome(fault: str = "K1", *findings: Finding, resumed: tuple[float, ...] = (), clients: int = 10, **measured: float) -> Outcome:
    """Return what a fault may have done."""
    return Outcome(fault, f"title of {fault}", clients, 100, list(resumed), [], Verdict(list(findings)), measured)


def test_the_same_fault_is_one_row() -> None:
    """Repeats and messages are added, of the clients the most; rows stand in the order in which faults first happened."""
    rows = table([outcome("K2", clients=3), outcome("K1", resumed=(1.0, 3.0)), outcome("K2", clients=9, resumed=(2.0,))])

    assert rows == [
        ("K2", "title of K2", "2", "9", "200", "0", "0", "0", "0", "0", "2.0", "2.0"),
        ("K1", "title of K1", "1", "10", "100", "0", "0", "0", "0", "0", "1.0", "3.0"),
    ]


def test_every_finding_is_counted_and_told() -> None:
    """Each kind in its column, what has no column under `other`; the page tells each in words."""
    found = [Finding("lost", "a"), Finding("doubled", "b"), Finding("crossed", "c"), Finding("overtaken", "d"), Finding("left_over", "e")]
    outcomes = [outcome("K1", *found), outcome("K1", Finding("lost", "again"))]

    assert table(outcomes)[0][5:10] == ("2", "1", "1", "1", "1")
    text = page(RUN, outcomes)
    assert all(f"- K1 (title of K1): {one}" in text for one in (*found, Finding("lost", "again")))
    assert "None." not in text
    assert "did not come to its end: people: TimeoutError" in page(RUN, outcomes, ["people: TimeoutError"])


def test_the_page_says_what_run_it_was() -> None:
    """Commit, date, seed, machine, scale; without findings it says so."""
    text = page(RUN, [outcome()])

    assert all(word in text for word in ("`abc1234`", "2026-11-24", "FAULTS_SEED=7", "2 cores", "1 repeat", "12 minutes"))
    assert text.endswith("## Findings\n\nNone.\n")


def test_a_percentile_is_a_value_that_was_measured() -> None:
    """The least that at least this part does not exceed."""
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, part) for part in (0.0, 0.5, 0.99, 1.0)] == [1.0, 50.0, 99.0, 100.0]
    assert percentile([3.0], 0.99) == 3.0


def test_a_bound_holds_at_least_so_many() -> None:
    """Of counted buckets the edge below which that part lies; what lies beyond all edges is not told as less."""
    late = {0.01: 990.0, 0.05: 998.0, 0.1: 999.0, float("inf"): 1000.0}
    assert [bound(late, part) for part in (0.5, 0.99, 0.998, 0.999)] == [0.01, 0.01, 0.05, 0.1]
    assert bound(late, 1.0) == float("inf")
    assert percentile([1.0, 9.0], 0.99) == 9.0


def test_figures_tell_the_worst() -> None:
    """How often a figure was measured, its median and its worst."""
    assert figures([outcome(told=1.0), outcome(told=9.0), outcome(told=2.0)]) == [("K1", "title of K1", "told", "3", "2.0", "9.0")]

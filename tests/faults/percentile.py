"""A percentile that was really measured. Pure."""

from collections.abc import Sequence


def percentile(values: Sequence[float], part: float) -> float:
    """Return the least value that at least this part of them does not exceed."""
    ordered = sorted(values)
    at = max(0, -int(-part * len(ordered) // 1) - 1)
    return ordered[at]

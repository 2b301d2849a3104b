"""A percentile that was really measured. Pure."""

from collections.abc import Mapping, Sequence


def percentile(values: Sequence[float], part: float) -> float:
    """Return the least value that at least this part of them does not exceed."""
    ordered = sorted(values)
    at = max(0, -int(-part * len(ordered) // 1) - 1)
    return ordered[at]


def bound(buckets: Mapping[float, float], part: float) -> float:
    """Return the least edge below which at least this part of what was counted lies. `buckets`: edge -> how many up to it; inf: all."""
    wanted = part * max(buckets.values())
    return min(edge for edge, count in buckets.items() if count >= wanted)

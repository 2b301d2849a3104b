"""How fast the frames of one connection are looked at: a token bucket, pure.

Too many are read later, never a reason to close: it may be a child's phone that says all that it could not send.
"""

BURST = 80
"""Frames at once: a phone that comes back says all that it could not send."""
PER_SECOND = 20.0


class Pace:
    """The frames of one connection."""

    def __init__(self) -> None:
        """Begin with a full bucket."""
        self._left = float(BURST)
        self._at = 0.0

    def pause(self, now: float) -> float:
        """Take one frame at `now` (s, monotonic); return how long to wait before it is looked at (s, mostly 0)."""
        self._left = min(float(BURST), self._left + (now - self._at) * PER_SECOND) - 1
        self._at = now
        return max(0.0, -self._left / PER_SECOND)

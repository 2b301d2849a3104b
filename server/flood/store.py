"""The flood gate of one worker: what it has seen itself is in memory, what all workers must know is in Redis.

No bucket is ever written anywhere: not to Redis, not to a log, not to a figure.
"""

import hashlib

from server import keys, metrics
from server.flood import puzzle
from server.flood.rules import CALM_MS, Buckets, Limits, Starts, admits, attack_until, level, price
from server.ids import new_id
from server.link import Link
from server.scripts import load
from server.wire.frames import Puzzle, Worked

BLOCKED = "blocked"
"""What the edge says instead of a bucket that somebody at a desk has shut out."""


class Flood:
    """Who comes how fast, whether that is an attack, and the puzzles."""

    def __init__(self, redis: Link, limits: Limits, secret: bytes) -> None:
        """`secret`: signs puzzles."""
        self._redis = redis
        self._limits = limits
        self._secret = hashlib.sha256(b"alarmtelefonen.v1|puzzle|" + secret).digest()
        self._buckets, self._guesses, self._starts = Buckets(), Buckets(), Starts()
        self._until = 0
        self._waiting = 0

    def attack(self, now: int) -> bool:
        """Tell whether the service is under attack."""
        return now < self._until

    async def look(self, waiting: int, now: int) -> None:
        """Once a second: compare what has come with the limits, and with what the other workers have seen. Raises RedisError."""
        self._waiting = waiting
        starts = self._starts.lately(now)
        until = attack_until(self._until, now, starts, waiting, self._limits)
        if until > self._until:
            if not self.attack(now):
                metrics.alarm("under_attack", starts)
            self._until = int(await load("flood", "alert")(self._redis, [keys.ATTACK], [until, CALM_MS // 1000]))
        else:
            self._until = max(self._until, int(await self._redis.get(keys.ATTACK) or 0))
        metrics.UNDER_ATTACK.set(self.attack(now))

    def puzzle(self, bucket: str | None, now: int, clock: int) -> Puzzle | None:
        """Somebody begins a visit at `now` (ms): return what it has to solve first; None: nothing. `clock`: this machine's own (ms)."""
        self._starts.note(now)
        left = self._buckets.draw(bucket, now) if bucket else None
        return self._given(level(left, attack=self.attack(now)), clock)

    def puzzle_before_token(self, bucket: str | None, now: int, clock: int) -> Puzzle | None:
        """Somebody says a token: return what has to be solved before it is looked at; None: nothing, unless many were guessed there."""
        return self._given(price(self._guesses.left(bucket, now) if bucket else None), clock)

    def guessed(self, bucket: str | None, now: int) -> None:
        """A token that is none of ours was said."""
        if bucket:
            self._guesses.draw(bucket, now)

    def _given(self, hard: int, clock: int) -> Puzzle | None:
        if not hard:
            return None
        metrics.PUZZLES.labels("given").inc()
        return puzzle.make(self._secret, hard, clock)

    async def is_solved(self, worked: Worked) -> bool:
        """Tell whether a puzzle of ours was solved, in time and for the first time at any worker. Raises RedisError."""
        good = puzzle.is_solved(self._secret, worked.puzzle, worked.counter, worked.key)
        if good:
            name = hashlib.sha256(worked.puzzle.signature.encode()).hexdigest()
            good = bool(await load("flood", "spend")(self._redis, [keys.spent(name)], [new_id(), 2 * puzzle.SECONDS]))
        metrics.PUZZLES.labels("solved" if good else "wrong").inc()
        return good

    def admits(self, bucket: str | None, now: int) -> bool:
        """Tell whether one of this bucket may enter the line now."""
        left = self._buckets.left(bucket, now) if bucket else None
        let = admits(left, self._waiting, self._limits.line)
        self._waiting += let  # until the line is counted again, within a second
        return let

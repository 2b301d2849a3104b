"""Work for many, in pieces: between two of them the loop is free, so that a message waits for one piece and not for all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

REST = 0.01
"""Seconds between two pieces: more than a message needs for its whole way through a worker."""
RESTS = 0.3
"""Seconds that all rests between the pieces of one thing may take together."""

One = TypeVar("One")


async def in_pieces(many: Sequence[One], most: int, *, of: int = 0) -> AsyncIterator[Sequence[One]]:
    """Give `many` in order, at most so many at a time, with a rest between two pieces. What fits into one piece does not rest.

    `of`: how many there are in all, where `many` are a piece of more: all rests together are bounded by that.
    """
    rest = min(REST, RESTS * most / max(1, len(many), of))
    for first in range(0, len(many), most):
        if first:
            await asyncio.sleep(rest)
        yield many[first : first + most]

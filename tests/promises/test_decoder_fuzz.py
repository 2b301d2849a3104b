"""P5: whatever is sent to a decoder is a frame or a `FrameError`, and nothing else. The short form; `make promises` sends a million."""

import random
import time

import pytest

from server.wire import frames as f
from tests.promises.fuzz import PARSERS, SEEDS, mutated

TIMES = 20_000
SLOWEST = 0.001
"""Seconds that a reject may take; the median of all, since this machine does much else."""


@pytest.mark.parametrize("side", sorted(PARSERS))
def test_P5_a_mutated_message_is_a_frame_or_a_frame_error(side: str) -> None:
    """Twenty thousand mutations of what is good on this side: no other error, and each is answered in no time."""
    chance = random.Random(f"{side}-20261125")  # noqa: S311 - a seed that can be repeated
    refused, took = 0, []
    for _ in range(TIMES):
        message = mutated(chance, side)
        begun = time.perf_counter()
        try:
            PARSERS[side](message)
        except f.FrameError:
            refused += 1
        took.append(time.perf_counter() - begun)

    assert TIMES * 0.5 < refused < TIMES
    assert sorted(took)[TIMES // 2] < SLOWEST


@pytest.mark.parametrize("side", sorted(PARSERS))
def test_the_seeds_of_the_fuzz_are_good_themselves(side: str) -> None:
    """What is mutated would be read: so a mutation goes deep into the decoder, and is not refused at its first sign."""
    assert len(SEEDS[side]) > 10
    for seed in SEEDS[side]:
        assert PARSERS[side](seed) is not None

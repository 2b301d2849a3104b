"""The long form of P5, for `make promises`: `python -m tests.promises.long_fuzz [TIMES] [SEED]`.

Prints what was done; fails on the first wrong error.
"""

import random
import sys
import time

from server.wire import frames as f
from tests.promises.fuzz import PARSERS, mutated

TIMES = 1_000_000


def main(times: int, seed: str) -> int:
    """Send so many to each decoder; return how many were read as a frame."""
    read, slowest = 0, 0.0
    for side, parse in PARSERS.items():
        chance = random.Random(f"{side}-{seed}")  # noqa: S311 - a seed that can be repeated
        for _ in range(times // len(PARSERS)):
            message = mutated(chance, side)
            begun = time.perf_counter()
            try:
                parse(message)
                read += 1
            except f.FrameError:
                pass
            slowest = max(slowest, time.perf_counter() - begun)
    told = f"{times:,} mutated messages (seed {seed}): {read:,} were frames, all others a FrameError; slowest {slowest * 1000:.1f} ms"
    sys.stdout.write(told + "\n")
    return read


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES, sys.argv[2] if len(sys.argv) > 2 else "20261125")

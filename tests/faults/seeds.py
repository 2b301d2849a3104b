"""Chance that can be had again: every random run prints its seed, and FAULTS_SEED gives it back."""

import os
import random
import sys


def seed() -> int:
    """Return the seed that was asked for, or a new one."""
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(2**32))


def chance(what: str) -> random.Random:
    """Return chance, and print its seed (pytest shows it when a test fails)."""
    chosen = seed()
    sys.stdout.write(f"{what}: FAULTS_SEED={chosen}\n")
    return random.Random(chosen)  # noqa: S311 - a schedule that can be repeated


def many(name: str, default: int) -> int:
    """Return how many cases are asked for by an environment name."""
    return int(os.environ.get(name) or default)

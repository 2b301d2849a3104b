"""How big a promise is tried: small in every `make test`, at its full size in `make promises` (PROMISES=full)."""

import os
import sys
from typing import TypeVar

FULL = os.environ.get("PROMISES") == "full"
Size = TypeVar("Size")


def of(small: Size, full: Size) -> Size:
    """Return the size for this run."""
    return full if FULL else small


def told(tried: str, count: int, found: str) -> None:
    """Say what a full run has done, as a row for docs/security.md."""
    if FULL:
        sys.stdout.write(f"\n| {tried} | {count:,} | {found} |\n")

"""`python -m bench.race`: every stack in every scene, by turns; each figure is printed and kept.

`BENCH_ONLY` chooses scenes and stacks by name (`saturated,ours`).
"""

import json
import os
import sys
from collections.abc import Callable

from bench.race import scenes
from bench.race.ours import Ours
from bench.race.stack import Stack

STACKS: tuple[type[Stack], ...] = (Ours,)
SCENES: dict[str, Callable[[scenes.Make], scenes.Figures]] = {
    "saturated": lambda make: scenes.saturated(make, 5),
    "steady": lambda make: scenes.steady(make, 8, 500, 100),
    "back 5,000": lambda make: scenes.crowd(make, 5_000),
    "back 10,000": lambda make: scenes.crowd(make, 10_000),
}


def main() -> int:
    """Do what was chosen, once each."""
    only = {name.strip() for name in os.environ.get("BENCH_ONLY", "").split(",") if name.strip()}
    for scene, run in SCENES.items():
        for stack in STACKS:
            if (only & set(SCENES)) - {scene} and scene not in only:
                continue
            figures = {name: round(value, 3) for name, value in run(stack).items()}
            sys.stdout.write(f"{scene} {stack.name} {json.dumps(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

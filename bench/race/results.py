"""What was measured, run by run, kept as JSON, so that the pages are made again without measuring anew."""

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over its rounds."""

    median: float
    least: float
    most: float
    rounds: int

    @classmethod
    def of(cls, values: list[float]) -> "Spread | None":
        """Return the spread of these; None when there are none."""
        return cls(statistics.median(values), min(values), max(values), len(values)) if values else None


@dataclass
class Results:
    """Every run."""

    path: Path
    about: dict[str, str] = field(default_factory=dict)
    """The machine, the day, the versions of each stack."""
    runs: list[dict[str, Any]] = field(default_factory=list)
    """Of each: scene, stack, round, and figures by name; or why it failed."""

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Return what is kept in this file; nothing when there is none."""
        if not path.exists():
            return cls(path)
        kept = json.loads(path.read_text("utf-8"))
        return cls(path, kept["about"], kept["runs"])

    def begin(self, scenes: set[str], stacks: set[str]) -> None:
        """Forget what will be measured again."""
        self.runs = [run for run in self.runs if not (run["scene"] in scenes and run["stack"] in stacks)]

    def add(self, scene: str, stack: str, turn: int, figures: dict[str, float] | None, failed: str = "") -> None:
        """Keep one run, at once: what was measured is not lost with what follows."""
        kept = {name: round(value, 4) for name, value in (figures or {}).items()}
        self.runs.append({"scene": scene, "stack": stack, "round": turn, "figures": kept} | ({"failed": failed} if failed else {}))
        lines = ",\n  ".join(json.dumps(run) for run in self.runs)
        self.path.write_text(f'{{"about": {json.dumps(self.about, indent=1)},\n "runs": [\n  {lines}\n]}}\n', "utf-8")

    def values(self, scene: str, stack: str, figure: str) -> dict[int, float]:
        """Return a figure by its round."""
        found = (run for run in self.runs if (run["scene"], run["stack"]) == (scene, stack) and figure in run["figures"])
        return {run["round"]: float(run["figures"][figure]) for run in found}

    def spread(self, scene: str, stack: str, figure: str) -> Spread | None:
        """Return a figure over its rounds."""
        return Spread.of(list(self.values(scene, stack, figure).values()))

    def ratio(self, scene: str, stack: str, figure: str, to: str = "ours") -> Spread | None:
        """Return a figure as a part of another stack's in the same round."""
        mine, other = self.values(scene, stack, figure), self.values(scene, to, figure)
        return Spread.of([mine[turn] / other[turn] for turn in mine if other.get(turn)])

    def failures(self, scene: str, stack: str) -> list[str]:
        """Return why runs failed."""
        return [run["failed"] for run in self.runs if (run["scene"], run["stack"]) == (scene, stack) and "failed" in run]

    def stacks(self, scene: str) -> list[str]:
        """Return who took part, in order."""
        return list(dict.fromkeys(run["stack"] for run in self.runs if run["scene"] == scene))

"""The load generator: compiled once, run with a plan, its facts read one by one."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from bench.race.machine import REST, ROOT, BenchError
from bench.race.plan import Plan

SOURCES = sorted((ROOT / "bench" / "generator").glob("*.[ch]"))
FOLDER = ROOT / ".make" / "generator"


def compiled() -> Path:
    """Return the generator, compiled if its source has changed. Raises BenchError."""
    mark = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()[:16]
    made = FOLDER / mark
    if not made.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        units = [str(source) for source in SOURCES if source.suffix == ".c"]
        draft = made.with_suffix(f".{os.getpid()}")
        done = subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", str(draft), *units], capture_output=True, text=True, check=False)  # noqa: S603, S607
        if done.returncode:
            raise BenchError(f"the load generator: expected a C compiler (apt-get install gcc libc6-dev), got {done.stderr[-1000:]}")
        draft.rename(made)
    return made


class Generator:
    """One that runs."""

    def __init__(self, plan: Plan, folder: Path, name: str = "plan") -> None:
        """Start it with this plan."""
        path = folder / f"{name}.plan"
        plan.write(path)
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            ["taskset", "-c", ",".join(map(str, REST)), str(compiled()), str(path)],  # noqa: S607 - of util-linux
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def facts(self) -> Iterator[dict[str, Any]]:
        """Give each fact when it is told, until it has ended. Raises BenchError when it gave up."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        for line in self._process.stdout:
            yield cast("dict[str, Any]", json.loads(line))
        if self._process.wait():
            raise BenchError(f"the load generator: expected it to end well, got {self._process.stderr.read()[-1000:]}")

    def fact(self, event: str) -> dict[str, Any]:
        """Wait for this fact. Raises BenchError when it gave up."""
        for found in self.facts():
            if found["event"] == event:
                return found
        raise BenchError(f"the load generator: expected `{event}`, got its end")

    def stop(self) -> None:
        """Let it go."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

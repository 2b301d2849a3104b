"""Makes a process of ours mortal: with this folder on PYTHONPATH it is killed (-9) at the step that a file names, before or after it.

Python imports this by itself when it starts. The file is named by MORTAL; it holds the point and "before" or "after". Whoever dies
takes it away first, so one process dies once. Nothing of the product knows of it.
"""

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

POINTS = {
    "server.handoff.store": {
        "seal": "HandOffs.seal",
        "list": "HandOffs._remember",
        "take": "HandOffs.lease",
        "register": "HandOffs.give_receipt",
        "confirm": "HandOffs._confirmed",
        "delete": "HandOffs.erase",
    },
    "server.registrar.journal": {"write": "SqliteJournal._insert", "fsync": "SqliteJournal.add"},
}
FILE = Path(os.environ.get("MORTAL", "/nowhere"))


def die(point: str, when: str) -> None:
    """Be killed, if it is time."""
    try:
        if FILE.read_text("ascii") != f"{point} {when}":
            return
        FILE.unlink()
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(point: str, step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the step, before and after which the process may be killed."""
    if inspect.iscoroutinefunction(step):

        @functools.wraps(step)
        async def awaited(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - any step
            die(point, "before")
            found = await step(*args, **options)
            die(point, "after")
            return found

        return awaited

    @functools.wraps(step)
    def called(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - any step
        die(point, "before")
        found = step(*args, **options)
        die(point, "after")
        return found

    return called


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that have such steps, as they are, and makes the steps mortal once a module is there."""

    busy = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the true spec of such a module; None for any other."""
        del path, target
        if name not in POINTS or self.busy:
            return None
        self.busy = True
        spec = importlib.util.find_spec(name)
        self.busy = False
        assert spec is not None
        assert spec.loader is not None
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            for point, place in POINTS[name].items():
                holder, step = place.split(".")
                setattr(getattr(module, holder), step, mortal(point, getattr(getattr(module, holder), step)))

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Finder())

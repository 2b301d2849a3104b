"""Modules that are loaded when something of them is first asked for: a worker that was killed is back sooner.

For what stands on large libraries and few ever ask a worker for. That the module is there is seen at the start; what it needs is
installed by the same list as everything else.
"""

import importlib.util
import sys
from types import ModuleType


def later(name: str) -> ModuleType:
    """Return a module of ours whose code runs when an attribute of it is first asked for. Raises ModuleNotFoundError."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    package, _, own = name.rpartition(".")
    setattr(sys.modules[package], own, module)
    return module

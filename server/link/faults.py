"""What an error of the store means: the one place where that is decided. Pure.

- `AGAIN`: nothing is known to have happened, or nothing did. An idempotent step is said again, for a bounded time.
- `REFUSE`: the store takes no writes for now (memory, disk). Saying it again at once makes it worse: whoever asked is told politely.
- `FATAL`: we are wrong, or the settings are. Saying it again changes nothing: it is logged as a failure.

`leave`: this connection is not to be used again, for the master may be elsewhere by now.
"""

from dataclasses import dataclass
from enum import Enum

from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,  # noqa: A004 - redis-py's names
    InvalidResponse,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004
    TryAgainError,
)


class Verdict(Enum):
    """What to do."""

    AGAIN = "again"
    REFUSE = "refuse"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of the store, judged."""

    kind: str
    """A word of a closed list, for the figures."""
    verdict: Verdict
    leave: bool = False


class NotCopiedError(TimeoutError):
    """A step was done, but no replica has confirmed it in time: it is not acknowledged."""


OURS = Fault("ours", Verdict.FATAL)
"""Any error that is not told below: a wrong command, a wrong type, two slots in one step."""

_BY_CLASS: tuple[tuple[type[RedisError], Fault], ...] = (
    # The first that fits counts, so a class stands before the one that it is made from.
    (NotCopiedError, Fault("not_copied", Verdict.AGAIN, leave=True)),
    (AuthenticationError, Fault("denied", Verdict.FATAL, leave=True)),
    (AuthorizationError, Fault("denied", Verdict.FATAL, leave=True)),
    (NoPermissionError, Fault("denied", Verdict.FATAL)),
    (BusyLoadingError, Fault("loading", Verdict.AGAIN, leave=True)),
    (ReadOnlyError, Fault("readonly", Verdict.AGAIN, leave=True)),
    (MasterDownError, Fault("masterdown", Verdict.AGAIN, leave=True)),
    (ClusterDownError, Fault("clusterdown", Verdict.AGAIN)),
    (TryAgainError, Fault("tryagain", Verdict.AGAIN)),
    (MovedError, Fault("moved", Verdict.AGAIN)),
    (AskError, Fault("ask", Verdict.AGAIN)),
    (OutOfMemoryError, Fault("oom", Verdict.REFUSE)),
    (TimeoutError, Fault("timeout", Verdict.AGAIN, leave=True)),
    (ConnectionError, Fault("connection", Verdict.AGAIN, leave=True)),
    (InvalidResponse, Fault("connection", Verdict.AGAIN, leave=True)),
)
_BY_CODE = {
    "MISCONF": Fault("misconf", Verdict.REFUSE),
    "NOREPLICAS": Fault("noreplicas", Verdict.AGAIN, leave=True),
    "UNBLOCKED": Fault("unblocked", Verdict.AGAIN, leave=True),
    "BUSY": Fault("busy", Verdict.AGAIN),
}
"""Errors that redis-py has no class for: told by the first word of the answer."""
IN_A_PIPE = "caused error: "
"""What redis-py puts before the answer (as a tuple's text) when the command travelled with others."""

KINDS = frozenset({fault.kind for _, fault in _BY_CLASS} | {fault.kind for fault in _BY_CODE.values()} | {OURS.kind})


def judge(error: BaseException) -> Fault:
    """Return what an error means."""
    for kind, fault in _BY_CLASS:
        if isinstance(error, kind):
            return fault
    said = str(error).rpartition(IN_A_PIPE)[2].lstrip("('\"")
    return _BY_CODE.get(said.partition(" ")[0], OURS)


def is_passing(error: BaseException) -> bool:
    """Tell whether an error is the store's trouble and not ours: whoever asked is told to try again."""
    return isinstance(error, RedisError) and judge(error).verdict is not Verdict.FATAL

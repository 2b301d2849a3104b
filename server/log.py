"""The log: JSON lines on standard error, from a closed list of events with closed fields.

Rules of this file:

1. An event that is not in `EVENTS`, a field that is not its own or a value of another shape never leaves the process.
2. No field can hold free text, a token, an address, an agent, a name or the id of a conversation.
3. An unexpected error is its class name and the innermost line of ours: never its message, never a local.
4. What libraries log arrives here too, and is told as "this library, this level".
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

PACKAGE = Path(__file__).resolve().parent

Value = str | int
Role = Literal["child", "staff"]

COMMON = ("timestamp", "event", "worker")
FIELDS: Mapping[str, re.Pattern[str]] = {
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    "event": re.compile(r"[a-z_]+"),
    "worker": re.compile(r"[A-Za-z0-9_-]{22}"),
    "command": re.compile(r"serve|registrar|run|edge|journal|staff|audit|check|keys"),
    "role": re.compile(r"child|staff"),
    "lasted": re.compile(r"<1s|<10s|<1m|<10m|<1h|<1d|longer"),
    "why": re.compile(r"origin|role|password|second|invitation|too_many|passkey|copied|elsewhere"),
    "alarm": re.compile(
        r"receipt_late|hand_off_lost|store_full|store_lost|line_full|clocks_differ|key_missing|audit_lost|under_attack|settings_lost"
    ),
    "mac": re.compile(r"[0-9a-f]{16}"),
    "count": re.compile(r"\d{1,7}"),
    "error": re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}"),
    "at": re.compile(r"server/[a-z0-9_/]+\.py:\d{1,5}|elsewhere"),
    "source": re.compile(r"uvicorn|asyncio|websockets|redis|starlette|warnings|other"),
    "level": re.compile(r"warning|error|critical"),
}
"""Every field and the shape that its value must have, whole."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "started": ("command",),
    "stopped": ("command",),
    "refused": ("role", "why"),  # a request, before it had an effect
    "signed_in": (),
    "invitation_used": (),
    "signed_out": (),
    "sign_in_refused": ("why",),
    "store_lost": ("error",),
    "store_back": ("lasted",),
    "store_weak": (),  # the store may lose what it acknowledged, and the settings accept it
    "journalled": (),
    "hand_off_failed": ("error",),
    "receipt_refused": (),
    "figures_refused": ("error",),  # the published numbers are not a file of numbers, or hold one under five
    "audit_anchor": ("count", "mac"),  # the audit log has come so far, and its last line ends so
    "alarm": ("alarm", "count"),
    "failure": ("error", "at"),
    "library": ("source", "level"),
    "misuse": ("at",),  # somebody tried to log what may not be logged
}
"""Every event and the fields that it may have besides `COMMON`."""


class LogError(Exception):
    """Our own code tried to log what is not in the lists: an event, a field or a value (named, never shown)."""


def check(record: Mapping[str, object]) -> None:
    """Compare a record with the lists. Raises LogError."""
    name = record.get("event")
    if not isinstance(name, str) or name not in EVENTS:
        msg = "an event that is not in EVENTS"
        raise LogError(msg)
    for field, value in record.items():
        if field not in COMMON and field not in EVENTS[name]:
            msg = f"{name}: a field that is not in its list"
            raise LogError(msg)
        if isinstance(value, bool) or not isinstance(value, str | int) or not FIELDS[field].fullmatch(str(value)):
            msg = f"{name}: {field} has a value of another shape"
            raise LogError(msg)


class Gate:
    """The final processor: what is not in the lists is not written. In tests it raises, in service it says `misuse`."""

    def __init__(self, *, strict: bool) -> None:
        """Raise on misuse when `strict`."""
        self.strict = strict

    def __call__(self, _logger: WrappedLogger, _method: str, record: EventDict) -> EventDict:
        """Return the record, or what may be said instead of it."""
        try:
            check(record)
        except LogError:
            if self.strict:
                raise
            return {"event": "misuse", "timestamp": record["timestamp"], "at": _innermost(_stack())}
        return record


def configure(*, worker: str | None = None, strict: bool = False, file: TextIO | None = None) -> None:
    """Set up what `event` writes to: every line passes the gate and bears the name of this worker."""

    def named(_logger: WrappedLogger, _method: str, record: EventDict) -> EventDict:
        return {**record, "worker": worker} if worker else record

    structlog.configure(
        processors=[
            named,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            Gate(strict=strict),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file or sys.stderr),
        cache_logger_on_first_use=False,
    )


def capture() -> None:
    """Take over what would be written past this file: the standard library's logging, warnings and uncaught errors."""
    root = logging.getLogger()
    root.handlers = [Library()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda thread: _uncaught(thread.exc_type, thread.exc_value, None)


def event(name: str, **fields: Value) -> None:
    """Write one event of the closed list."""
    structlog.get_logger().info(name, **fields)


def failure(error: BaseException) -> None:
    """Write an unexpected error: its class and the innermost line of ours. A group is told one by one."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            failure(one)
        return
    event("failure", error=type(error).__name__[:64], at=_innermost(_frames(error.__traceback__)))


_BUCKETS = ((1, "<1s"), (10, "<10s"), (60, "<1m"), (600, "<10m"), (3600, "<1h"), (86400, "<1d"))


def lasted(seconds: float) -> str:
    """Return a coarse name for a length of time: nobody is recognised by how long they stayed."""
    return next((name for limit, name in _BUCKETS if seconds < limit), "longer")


class Library(logging.Handler):
    """What a library says: which one and how grave, or the error it carries. Never its words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record of the standard library's logging."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            failure(error)
            return
        source = record.name.removeprefix("py.").partition(".")[0]
        grave = "critical" if record.levelno >= logging.CRITICAL else "error" if record.levelno >= logging.ERROR else "warning"
        event("library", source=source if FIELDS["source"].fullmatch(source) else "other", level=grave)


def _uncaught(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        failure(error)


def _stack() -> list[tuple[FrameType, int]]:
    return [(frame, line) for frame, line in traceback.walk_stack(None) if Path(frame.f_code.co_filename) != Path(__file__)][::-1]


def _frames(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    return list(traceback.walk_tb(trace))


def _innermost(frames: list[tuple[FrameType, int]]) -> str:
    for frame, line in reversed(frames):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            return f"server/{path.relative_to(PACKAGE).as_posix()}:{line}"
    return "elsewhere"


configure()  # the gate is there from the first import

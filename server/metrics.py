"""The figures of one worker, for Prometheus: a closed list, like the log's.

Rules of this file:

1. No label can name anybody, and none has more than 50 values: each is a closed set of words, listed here or in the frames.
2. What only the store knows (who waits, what is unconfirmed) is read when somebody asks, by `server/ops.py`.
3. Each name has a paragraph in docs/operations.md; a test compares.
"""

from prometheus_client import Counter, Gauge, Histogram

from server import log

MOST_VALUES = 50
"""The most values that a label may have."""

SOCKETS = Gauge("chat_sockets", "Sockets of this worker that have been welcomed", ["role"])
CLOSES = Counter("chat_closes", "Sockets that have ended, by close code (1006: the other side was gone)", ["code"])
STREAMS = Counter("chat_streams", "Connections that came as an event stream: a network that lets no WebSocket through")
REFUSED = Counter("chat_refused", "Frames that had no effect, by why", ["why"])
STORED = Counter("chat_messages_stored", "Messages acknowledged after the durable write", ["role"])
STORED_BY = {role: STORED.labels(role) for role in ("child", "counsellor")}
"""Looked up once: each message counts."""
STORE_ERRORS = Counter("chat_store_errors", "Answers of the store that were errors, and answers that did not come", ["kind"])
STORE_UP = Gauge("chat_store_up", "1 while the store answers this worker")
STORE_DURABLE = Gauge("chat_store_durable", "1 while the store keeps what it acknowledges, as the settings ask")
CLOCK = Gauge("chat_clock_offset_seconds", "This worker's clock minus the store's")
KEEPER = Gauge("chat_keeper", "1 on the worker that looks after time-outs now")
DRAINING = Gauge("chat_draining", "1 while this worker lets its sockets go")
LAG = Histogram(
    "chat_loop_lag_seconds",
    "How late a timer of the event loop was",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0),
)
TASKS = Gauge("chat_tasks", "Tasks of the event loop of this worker")
ERASED = Counter("chat_handoffs_erased", "Talks erased on a receipt whose signature was right")
RECEIPTS_REFUSED = Counter("chat_receipts_refused", "Receipts that did not verify")
ANSWERS = Counter("chat_answers", "Answers to the two questions after a talk", ["question", "answer"])
ALARMS = Counter("chat_alarms", "How often each alarm was written to the log", ["alarm"])

PUZZLES = Counter("chat_puzzles", "Puzzles for those who came while very many came", ["outcome"])
UNDER_ATTACK = Gauge("chat_under_attack", "1 while those who come have to solve a puzzle (whole service)")

WAITING = Gauge("chat_waiting", "Children in the line, offered ones too (whole service)")
TALKING = Gauge("chat_talking", "Talks that run (whole service)")
WRAPPING_UP = Gauge("chat_wrapping_up", "Talks that are over and not written up (whole service)")
READY = Gauge("chat_desks_ready", "Desks that could take a child now (whole service)")
HANDOFFS_WAITING = Gauge("chat_handoffs_waiting", "Sealed talks without a verified receipt (whole service)")
HANDOFFS_LATE = Gauge("chat_handoffs_late", "Those that are past the alarm's limit (whole service)")
OLDEST = Gauge("chat_oldest_unconfirmed_seconds", "Age of the oldest sealed talk without a receipt; 0 when there is none (whole service)")

OURS = (
    SOCKETS,
    CLOSES,
    STREAMS,
    REFUSED,
    STORED,
    STORE_ERRORS,
    STORE_UP,
    STORE_DURABLE,
    CLOCK,
    KEEPER,
    DRAINING,
    LAG,
    TASKS,
    ERASED,
    RECEIPTS_REFUSED,
    ANSWERS,
    ALARMS,
    PUZZLES,
    UNDER_ATTACK,
    WAITING,
    TALKING,
    WRAPPING_UP,
    READY,
    HANDOFFS_WAITING,
    HANDOFFS_LATE,
    OLDEST,
)
"""Every figure of ours; the client adds those of the process and of Python."""


def alarm(name: str, count: int) -> None:
    """Write an alarm to the log, and count it."""
    ALARMS.labels(name).inc()
    log.event("alarm", alarm=name, count=count)

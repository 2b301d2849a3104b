"""What the processes and the applications of a test find in their environment."""

import os
from pathlib import Path

ORIGIN = "http://127.0.0.1:8116"
"""Where the chat and the staff's pages are believed to be."""
HOST = "http://127.0.0.1:8117"
"""A page that shows the chat."""


def worker_environ(redis_url: str, data: Path, *, origin: str = ORIGIN, **more: str) -> dict[str, str]:
    """Return all that a worker needs on this store, with this data folder; built files where this test run has them."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "REDIS_URL": redis_url,
        "ALARM_DATA": str(data),
        "ALARM_CHAT_ORIGIN": origin,
        "ALARM_STAFF_ORIGIN": origin,
        "ALARM_HOST_ORIGINS": HOST,
        **{name: os.environ[name] for name in ("ALARM_BUILT",) if name in os.environ},
        **more,
    }

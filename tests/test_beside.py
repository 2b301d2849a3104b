"""What runs beside the sockets goes on for as long as the worker lives."""

import asyncio

import pytest
import structlog.testing

from server import app


async def test_what_fails_begins_again_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody expected ends neither the reader of hints nor anything else; the log hears of it, without its inside."""
    monkeypatch.setattr(app, "PAUSE", 0.001)
    begun, second = 0, asyncio.Event()

    async def run() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            msg = "a word that nobody may read"
            raise ValueError(msg)
        second.set()
        await asyncio.Event().wait()

    with structlog.testing.capture_logs() as told:
        task = asyncio.create_task(app.kept_running(run))
        await asyncio.wait_for(second.wait(), 10)
    await app.ended([task])

    assert begun == 2
    assert task.done()
    assert len(told) == 1
    assert "a word" not in str(told)

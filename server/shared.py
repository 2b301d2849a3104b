"""One question that many ask at once: who asks while an answer is on its way waits for the next one, which is for all who wait.

So nobody gets an answer that was begun before it was asked for, and a hundred who ask together cost two answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Shared(Generic[Answer]):
    """One question."""

    def __init__(self) -> None:
        """Nobody asks."""
        self._under_way: asyncio.Task[Answer] | None = None
        self._next: asyncio.Task[Answer] | None = None

    async def ask(self, find: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the answer. Raises what finding it raises. Who does not wait for it any more takes nothing from the others."""
        if self._next is None or self._next.done():
            self._next = asyncio.create_task(self._find(self._under_way, find))
            self._next.add_done_callback(_seen)
        return await asyncio.shield(self._next)

    async def _find(self, before: "asyncio.Task[Answer] | None", find: Callable[[], Awaitable[Answer]]) -> Answer:
        if before is not None:
            await asyncio.wait([before])
        self._under_way, self._next = self._next, None
        return await find()


def _seen(task: "asyncio.Task[Answer]") -> None:
    """Its failure was told to those who asked; do they wait no more, nobody needs to know."""
    if not task.cancelled():
        task.exception()

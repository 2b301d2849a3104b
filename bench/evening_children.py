"""The children of an evening: clients that seal as a browser does, in a thread of their own, so that only dashboards need a browser."""

import asyncio
import random
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from e2e.conftest import Product
from server import keyfiles
from tests.faults.child import SteadyChild
from tests.faults.history import History
from tests.faults.steady import WebDoor
from tests.people import Place

PATIENCE = 120.0
Got = TypeVar("Got")


def until(what: Callable[[], object], of: str, patience: float = PATIENCE) -> None:
    """Wait until something is so. Raises AssertionError, with what was waited for."""
    deadline = time.monotonic() + patience
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s for: {of}")
        time.sleep(0.05)


@dataclass
class Children:
    """All the children, on one loop in one thread. Every word that one writes begins with the name of its own talk."""

    product: Product
    every: tuple[float, float] = (1.0, 4.0)
    """Seconds between two messages of one who talks."""
    history: History = field(default_factory=History)
    all: list[SteadyChild] = field(default_factory=list)
    writing: bool = True
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _lives: list["asyncio.Task[None]"] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin the thread."""
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Everybody's connection goes, and the thread with them."""
        self._do(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def come(self, many: int) -> None:
        """Let so many more come, one after the other; wait until all of them stand in the line or are taken."""
        for _ in range(many):
            self._do(self._comes())
            time.sleep(0.1)
        until(lambda: all(one.joined for one in self.all), "everybody in the line")

    def end(self, conversation: str) -> None:
        """Let the child of a talk end it."""
        self._loop.call_soon_threadsafe(self.of(conversation).end)

    def quiet(self) -> None:
        """Let nobody write any more; wait until all that was written is stored."""
        self.writing = False
        here = [one for one in self.all if one.over is None and not one.ending]
        until(lambda: not any(one.view is None or one.view.outbox or one.view.gap is not None for one in here), "everything stored")

    def of(self, conversation: str) -> SteadyChild:
        """Return the child of a talk."""
        return next(one for one in self.all if one.conversation == conversation)

    def said_in(self, conversation: str) -> list[tuple[str, str | None]]:
        """Return who said what, in order, as the screen of the child of this talk shows it."""
        view = self.of(conversation).view
        return [] if view is None else [(line.role, line.text) for line in view.screen.lines]

    def _do(self, errand: Coroutine[Any, Any, Got]) -> Got:
        return asyncio.run_coroutine_threadsafe(errand, self._loop).result(PATIENCE)

    async def _comes(self) -> None:
        chat = self.product.chat
        place = Place(chat.replace("http", "ws", 1), chat, keyfiles.read_p256_public(self.product.data / "registrar.pub"))
        number = len(self.all)
        one = SteadyChild([WebDoor(place)], self.history, f"child {number}", place.registrar_key, random.Random(number))  # noqa: S311
        self.all.append(one)
        self._lives += [asyncio.create_task(one.live()), asyncio.create_task(self._writes(one))]

    async def _writes(self, one: SteadyChild) -> None:
        """Two words while it waits; later one after the other, for as long as everybody writes."""
        await one.placed.wait()
        for number in range(1_000_000):
            if one.over is not None:
                return
            if number >= 2:  # noqa: PLR2004 - so many before somebody is there
                await one.paired.wait()
                await asyncio.sleep(random.uniform(*self.every))  # noqa: S311 - when, not what
            if self.writing and one.view is not None and not one.ending and one.over is None:
                one.write(f"{one.conversation} ord {number} {secrets.token_hex(4)}")

    async def _leave(self) -> None:
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)

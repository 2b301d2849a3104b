"""Lets in those who come, and looks at talks for those who are here, many with one call.

After a crash of its worker everybody comes back in the same seconds, and has a heartbeat soon after.

Three things are written of one who comes, each gathered with those of others: that this tab speaks (which reads, in the same step, how the
talk stands and what the browser lacks), that it is heard, and, of one who may wait, that it is back.
"""

import asyncio
from collections.abc import Sequence

from server.conversation.rules import State, Talk
from server.conversation.store import Came, Comer, Conversations, Late
from server.gather import Gather
from server.session.rules import pulse_of_child
from server.session.store import Visits
from server.waiting.store import Waiting

MOST = 32
"""Tabs in one call: what each lacks comes back with it."""
MOST_TALKS = 64
"""Talks in one look."""
MOST_NAMES = 500
"""Names in one call."""
MAY_WAIT = frozenset({State.ARRIVED, State.WAITING})
"""States in which a child may be in the line: an arrived one, where a crash has left it between the two books of joining."""


class Comers:
    """Those who come to one worker."""

    def __init__(self, conversations: Conversations, visits: Visits, waiting: Waiting, worker: str) -> None:
        """`worker`: where they come to."""
        self._conversations, self._visits, self._waiting, self._worker = conversations, visits, waiting, worker
        self._tabs: Gather[Comer, Came | Late | None] = Gather(
            self._let_in, lambda comer: conversations.lane(comer.conversation), MOST, rests=True
        )
        self._pulses: Gather[tuple[str, int], None] = Gather(self._hear, _all_together, MOST_NAMES, rests=True)
        self._backs: Gather[str, None] = Gather(self._back, _all_together, MOST_NAMES, rests=True)
        self._talks: Gather[str, Talk | None] = Gather(self._look, conversations.lane, MOST_TALKS, rests=True)

    async def run(self) -> None:
        """Call until cancelled."""
        async with asyncio.TaskGroup() as group:
            for one in (self._tabs, self._pulses, self._backs, self._talks):
                group.create_task(one.run())

    async def come(self, comer: Comer) -> Came | Late | None:
        """Let a tab speak; None: no such visit, or not its token. Raises RedisError."""
        return await self._tabs.ask(comer)

    async def is_here(self, conversation: str, state: State, now: int) -> None:
        """This child is heard, and has its place in the line again, if it has one. Raises RedisError."""
        await self._pulses.ask((pulse_of_child(conversation), now))
        if state in MAY_WAIT:
            await self._backs.ask(conversation)

    async def talk(self, conversation: str) -> Talk | None:
        """Return how a talk stands, read after this was asked; None when it is gone. Raises RedisError."""
        return await self._talks.ask(conversation)

    async def _look(self, names: Sequence[str]) -> list[Talk | None]:
        return await self._conversations.read_many(names) if len(names) > 1 else [await self._conversations.read(names[0])]

    async def _let_in(self, comers: Sequence[Comer]) -> list[Came | Late | None]:
        return await self._conversations.come(comers, self._worker)

    async def _hear(self, pulses: Sequence[tuple[str, int]]) -> list[None]:
        await self._visits.heard(dict(pulses))
        return [None] * len(pulses)

    async def _back(self, conversations: Sequence[str]) -> list[None]:
        await self._waiting.back(conversations)
        return [None] * len(conversations)


def _all_together(_: object) -> str:
    return ""

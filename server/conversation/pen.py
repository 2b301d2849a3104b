"""The pen: gathers what the sockets of a worker want to write, so that one call stores what came in meanwhile.

A message is acknowledged after the durable write. How calls are gathered is told in `gather.py`. Who says something waits for its answer
before saying more in the same talk: of two that are under way at a time either may be stored first.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from server import metrics
from server.conversation.store import Conversations, Say, Stored
from server.gather import Gather

MOST = 32
"""Messages in one call: were it all that waits, the store would stand still while the workers are busy, and they while it is."""
WIDE = 2
"""Calls of a lane that are on their way at a time: a side of a talk says its next message after the answer to the one before, and the step
refuses what comes out of order."""


class Pen:
    """Writes messages of all talks of this worker."""

    def __init__(self, conversations: Conversations, clock: Callable[[], int]) -> None:
        """`clock` returns this instant in ms."""
        self._conversations = conversations
        self._clock = clock
        self._says: Gather[Say, Stored] = Gather(self._store, lambda say: conversations.lane(say.conversation), MOST, WIDE)
        self.run = self._says.run

    def write(self, say: Say) -> Awaitable[Stored]:
        """Store one message; the answer comes when it is durable. It raises RedisError if the store does not answer or takes no writes."""
        return self._says.ask(say)

    async def _store(self, says: Sequence[Say]) -> list[Stored]:
        stored = await self._conversations.append(says, self._clock())
        for role, count in Counter(say.role for say, one in zip(says, stored, strict=True) if one.seq).items():
            metrics.STORED_BY[role].inc(count)
        return stored

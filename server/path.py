"""What both paths have in common: frames are followed one after the other, hints are heard, a refusal is said.

The paths themselves are told in `visit.py` and `shift.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from redis.exceptions import RedisError

from server import metrics
from server.door.socket import CloseError, Socket
from server.house import House
from server.ids import new_id
from server.link.faults import is_passing
from server.relay import Hint
from server.wire import frames as f

GO_SECONDS = 0.25
"""How long somebody who is gone is still looked after."""

Step = Callable[[Any, Any], Awaitable[None]]
"""A path, and a frame of the kind that this step follows."""


class Path(ABC):
    """One person, over one connection."""

    steps: ClassVar[Mapping[type, Step]]
    """What may be sent after `hello`, and the step that follows."""

    def __init__(self, house: House, socket: Socket) -> None:
        """Nothing happens before `walk`."""
        self.house, self.socket = house, socket
        self.tab = new_id()
        self.early: list[Hint] | None = []
        """Hints that came before the welcome; None after it."""

    async def walk(self) -> None:
        """Walk the whole path. Raises CloseError when it is over."""
        try:
            await self.arrive()
            while True:
                frame = self.parse(await self.socket.text())
                step = self.steps.get(type(frame))
                if step is None:
                    raise CloseError(4500)
                try:
                    await step(self, frame)
                except RedisError as error:  # nothing is lost: the browser says it again
                    if not is_passing(error):
                        raise
                    self.store_away(frame)
        finally:
            await self.go()

    def store_away(self, frame: Any) -> None:  # noqa: ANN401 - each step has its own frame
        """Say that the store could not follow this frame."""
        about, id = getattr(frame, "conversation", None), getattr(frame, "id", None)  # noqa: A001 - the frame's name
        self.refuse(str(frame.__struct_config__.tag), "not_now", id=id, conversation=about)

    @property
    @abstractmethod
    def name(self) -> str:
        """The name under which this connection is heard."""

    @abstractmethod
    def parse(self, text: str) -> f.Frame:
        """Return the frame that this side sent. Raises FrameError."""

    @abstractmethod
    async def arrive(self) -> None:
        """Let somebody in. Raises CloseError."""

    @abstractmethod
    async def go(self) -> None:
        """This connection is gone."""

    @abstractmethod
    async def look_again(self) -> None:
        """See what is new, and tell it."""

    def welcomed(self) -> None:
        """From now on hints are heard at once; those that came before are heard first."""
        early, self.early = self.early or [], None
        for hint in early:
            self.hear(hint)

    def hear(self, hint: Hint) -> None:
        """A hint from the relay. What comes before the welcome is kept until after it."""
        if self.early is not None:
            self.early.append(hint)
            return
        match hint.kind:
            case "frame":
                self.hear_frame(hint.data)
            case "look":
                self.house.spawn(self.look_again())
            case "replaced" if hint.data == self.tab.encode():
                self.socket.close(4509)
            case "signed_out":
                self.socket.close(4501)
            case _:
                pass

    def hear_frame(self, frame: bytes) -> None:
        """Hand on what the other side sent."""
        self.socket.put_raw(frame)

    def refuse(self, what: str, why: f.Refusal, *, id: str | None = None, conversation: str | None = None) -> None:  # noqa: A002
        """Say that a frame had no effect, and why."""
        metrics.REFUSED.labels(why).inc()
        self.socket.put(f.Refused(what, why, id, conversation))

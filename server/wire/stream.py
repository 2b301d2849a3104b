"""What travels where no WebSocket is let through: the body that opens an event stream, and those that bear frames to the server.

The frames themselves are those of `frames.py`. What is told on the stream is written by `server/door/stream.py`.
"""

from typing import Annotated

import msgspec

from server.wire.frames import PROTOCOL

MOST_FRAMES = 64


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /events`: the protocol of this page. Another one than the server's is closed with 4526."""

    protocol: Annotated[str, msgspec.Meta(max_length=40)]

    @property
    def known(self) -> bool:
        """Tell whether it is ours."""
        return self.protocol == PROTOCOL


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /frames`: frames for one stream, in order. None: the answer to a `beat`."""

    stream: Annotated[str, msgspec.Meta(max_length=200)]
    """The name that the stream has told."""
    first: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    """The number of the first of these frames: they are counted on one stream from 1. A number that was taken before is passed over."""
    frames: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MOST_FRAMES)]
    """Frames of a child."""

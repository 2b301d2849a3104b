"""Where a frame ends: what is taken past the library is what the library would have taken."""

import os
import random

from websockets.frames import Frame, Opcode
from websockets.speedups import apply_mask

from server.door.whole import MASK, PONG, TEXT, head, whole_frames

MOST = 1000


def masked(first: int, data: bytes, *, longer: bool = False) -> bytes:
    """Return one frame as a browser sends it; `longer`: its length in two bytes although one would do."""
    mask = os.urandom(4)
    size = bytes((0x80 | len(data),)) if len(data) < 126 and not longer else b"\xfe" + len(data).to_bytes(2, "big")
    return bytes((first,)) + size + mask + apply_mask(data, mask)


def read(data: bytes, frames: list[tuple[int, int, int]]) -> list[tuple[int, bytes]]:
    """Return the first byte and the payload of each frame."""
    return [(data[begin], apply_mask(data[start:stop], data[start - MASK : start])) for begin, start, stop in frames]


def test_what_comes_in_pieces_is_the_same_however_it_is_cut() -> None:
    """A thousand streams of texts and pongs, cut anywhere: each frame comes out once, whole and in order."""
    chance = random.Random(7)  # noqa: S311 - a test that can be repeated
    for _ in range(1000):
        said = [
            (chance.choice((TEXT, PONG, 0x01, 0x80)), os.urandom(chance.choice((0, 1, 125, 126, 300)))) for _ in range(chance.randint(1, 6))
        ]
        wire = b"".join(masked(first, data, longer=chance.random() < 0.2) for first, data in said)
        came, rest = [], b""
        while wire:
            cut = chance.randint(1, len(wire))
            rest, wire = rest + wire[:cut], wire[cut:]
            frames, is_strange = whole_frames(rest, MOST)
            assert not is_strange
            came += read(rest, frames)
            rest = rest[frames[-1][2] :] if frames else rest
        assert (came, rest) == (said, b"")


def test_what_is_not_plain_is_for_the_library() -> None:
    """Not masked, a reserved bit, eight bytes of length, one byte too long: told at once, after what was whole before it."""
    good = masked(TEXT, b"{}")
    for strange in (b"\x81\x02{}", b"\xc1\x82" + bytes(6), b"\x81\xff" + bytes(8), b"\x81\xfe" + (MOST + 1).to_bytes(2, "big") + bytes(4)):
        assert whole_frames(good + strange, MOST) == ([(0, 6, 8)], True)


def test_the_head_of_a_text_is_the_library_s() -> None:
    """Of every length at which the head changes."""
    for size in (0, 1, 125, 126, 65535, 65536, 70000):
        assert head(size) == Frame(Opcode.TEXT, bytes(size)).serialize(mask=False)[: -size or None]

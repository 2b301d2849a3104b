"""Whole WebSocket frames in what came, and the head of a text that goes. Pure.

Nearly all that travels is a text in one frame, or a pong. Those two are taken here; every other frame is handed, whole, to the
library, which judges it (RFC 6455). So there are no rules of the protocol here but where a frame ends.
"""

TEXT = 0x81
"""The first byte of a text in one frame."""
PONG = 0x8A
"""The first byte of a pong."""
PING = 0x89
MASKED = 0x80
SHORTEST, MASK = 2, 4
TWO_BYTES, EIGHT_BYTES = 126, 127
"""Lengths that say that the length follows."""


def whole_frames(data: bytes, most: int) -> tuple[list[tuple[int, int, int]], bool]:
    """Return of each whole frame where it begins, where its payload begins (its mask stands before that) and where it ends.

    The second value tells that what follows them is for the library, now and for good: not masked, with reserved bits, or longer
    than `most` bytes. Else what follows is the beginning of a frame, or nothing.
    """
    found: list[tuple[int, int, int]] = []
    at, end = 0, len(data)
    while end - at >= SHORTEST:
        size = data[at + 1] - MASKED
        if size < 0 or size == EIGHT_BYTES or data[at] & 0x70:
            return found, True
        start = at + 2 + MASK
        if size == TWO_BYTES:
            start += 2
            if end < start:
                break
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            if size > most:
                return found, True
        if end < start + size:
            break
        found.append((at, start, start + size))
        at = start + size
    return found, False


def head(size: int) -> bytes:
    """Return what goes before a text of so many bytes."""
    if size < TWO_BYTES:
        return bytes((TEXT, size))
    if size < 1 << 16:
        return bytes((TEXT, TWO_BYTES)) + size.to_bytes(2, "big")
    return bytes((TEXT, EIGHT_BYTES)) + size.to_bytes(8, "big")

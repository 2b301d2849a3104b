"""What has to be done before a visit begins while many come, and before a token is looked at where many were guessed.

Nothing is stored of those who do not do it.
"""

import asyncio

from server import clock
from server.door.socket import CloseError, Socket
from server.flood.puzzle import SECONDS
from server.flood.store import BLOCKED
from server.house import House
from server.wire import frames as f


async def prove(house: House, socket: Socket) -> None:
    """Give a puzzle in an attack, or to a bucket that comes too fast, and wait for its solution. Raises CloseError, GoneError."""
    if socket.bucket == BLOCKED:
        raise CloseError(4529)
    await _work(house, socket, house.flood.puzzle(socket.bucket, house.clock(), clock.now()))


async def prove_before_token(house: House, socket: Socket) -> None:
    """Give a puzzle before a token is looked at, if many were guessed there; wait for its solution. Raises CloseError, GoneError."""
    await _work(house, socket, house.flood.puzzle_before_token(socket.bucket, house.clock(), clock.now()))


async def _work(house: House, socket: Socket, puzzle: f.Puzzle | None) -> None:
    if puzzle is None:
        return
    socket.put(f.Work(puzzle))
    try:
        async with asyncio.timeout(SECONDS):
            worked = await _worked(socket)
    except TimeoutError:
        raise CloseError(4529) from None
    if not await house.flood.is_solved(worked):
        raise CloseError(4529)


async def _worked(socket: Socket) -> f.Worked:
    """Return what was found; a heartbeat meanwhile is answered. Raises CloseError, FrameError, GoneError."""
    while True:
        match f.parse_child(await socket.text()):
            case f.Worked() as worked:
                return worked
            case f.Ping():
                socket.put(f.Pong())
            case _:
                raise CloseError(4500)

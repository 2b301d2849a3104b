"""python-socketio with its Redis manager, as its documentation sets it up on uvicorn; each message is an entry of the talk's log first.

The environment names the store: `STORE`, a redis-py URL.
"""

import os
from typing import Any

import redis.asyncio as redis
import socketio

STORE = os.environ["STORE"]
sio = socketio.AsyncServer(async_mode="asgi", client_manager=socketio.AsyncRedisManager(STORE))
app = socketio.ASGIApp(sio)
log: Any = redis.Redis.from_url(STORE, decode_responses=True, max_connections=1_000)  # by default more than 100 at once are errors


@sio.event  # type: ignore[untyped-decorator] # it brings no types
async def hello(sid: str, frame: dict[str, Any]) -> None:
    """Come into a talk, and hear what is lacking."""
    await sio.enter_room(sid, frame["talk"])
    found = await log.xrange(f"log:{frame['talk']}", f"({frame['after']}", "+")
    await sio.emit("welcome", {"t": "welcome", "history": [{"seq": seq, **entry} for seq, entry in found]}, to=sid)


@sio.event  # type: ignore[untyped-decorator] # it brings no types
async def say(sid: str, frame: dict[str, Any]) -> dict[str, Any]:
    """Write down what is said, hand it on, and acknowledge it."""
    talk = frame.pop("talk")
    seq = await log.xadd(f"log:{talk}", frame)
    await sio.emit("message", {"t": "message", "seq": seq, **frame}, room=talk, skip_sid=sid)
    return {"t": "said", "id": frame["id"], "seq": seq}

"""Django Channels with the pub/sub layer of channels_redis, as its documentation sets it up, on uvicorn; a log entry for each message.

The environment names the store: `STORE`, a redis-py URL.
"""

import json
import os
from typing import Any

import django
import redis.asyncio as redis
from django.conf import settings

STORE = os.environ["STORE"]
settings.configure(
    SECRET_KEY="for the benchmark only",  # noqa: S106 - nothing is signed with it
    ALLOWED_HOSTS=["127.0.0.1"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [STORE]}}},
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - Django wants its settings first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - the same
from django.urls import path  # noqa: E402 - the same

log: Any = redis.Redis.from_url(STORE, decode_responses=True, max_connections=1_000)  # by default more than 100 at once are errors


class Talk(AsyncWebsocketConsumer):  # type: ignore[misc] # it brings no types
    """One side of a talk."""

    talk = ""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take a frame."""
        del bytes_data
        frame = json.loads(text_data or "")
        await (self.hello if frame.pop("t") == "hello" else self.say)(frame)

    async def hello(self, frame: dict[str, Any]) -> None:
        """Come into a talk, and hear what is lacking."""
        self.talk = frame["talk"]
        await self.channel_layer.group_add(self.talk, self.channel_name)
        found = await log.xrange(f"log:{self.talk}", f"({frame['after']}", "+")
        await self.put({"t": "welcome", "history": [{"seq": seq, **entry} for seq, entry in found]})

    async def say(self, frame: dict[str, Any]) -> None:
        """Write down what is said, acknowledge it, and hand it on."""
        seq = await log.xadd(f"log:{self.talk}", frame)
        await self.put({"t": "said", "id": frame["id"], "seq": seq})
        await self.channel_layer.group_send(self.talk, {"type": "said", "by": self.channel_name, "frame": {"seq": seq, **frame}})

    async def said(self, event: dict[str, Any]) -> None:
        """Hear the other side."""
        if event["by"] != self.channel_name:
            await self.put({"t": "message", **event["frame"]})

    async def disconnect(self, code: int) -> None:
        """Leave the talk."""
        del code
        if self.talk:
            await self.channel_layer.group_discard(self.talk, self.channel_name)

    async def put(self, frame: dict[str, Any]) -> None:
        """Send a frame."""
        await self.send(text_data=json.dumps(frame, separators=(",", ":")))


app = ProtocolTypeRouter({"websocket": URLRouter([path("ws", Talk.as_asgi())])})

"""A connection over a WebSocket, as plain ASGI."""

from collections.abc import Callable

from server.door.socket import GONE, Asgi, CloseError, GoneError, Receive, Send, Socket, one_text
from server.wire.closes import CLOSES
from server.wire.frames import PROTOCOL


class WebSocket(Socket):
    """One WebSocket."""

    def __init__(self, scope: Asgi, receive: Receive, send: Send, on_failure: Callable[[BaseException], None]) -> None:
        """`on_failure` is told of an error that nobody expected."""
        super().__init__(scope, receive, send, on_failure)
        self._offered = scope.get("subprotocols", [])
        self._silence = scope.get("state", {}).get("silence", lambda: 0.0)

    def silence(self) -> float:
        """Return for how many seconds nothing has come: our own server's line knows it."""
        return float(self._silence())

    async def _accept(self) -> bool | None:
        if (await self._receive())["type"] != "websocket.connect":
            return None
        known = PROTOCOL in self._offered
        await self._send({"type": "websocket.accept", "subprotocol": PROTOCOL if known else None})
        return known

    async def _next(self) -> str:
        event = await self._receive()
        if event["type"] == "websocket.disconnect" or self._code is not None:
            raise GoneError
        text = event.get("text")
        if text is None:
            raise CloseError(1003)
        return str(text)

    async def _leave(self, frames: list[bytes], code: int | None) -> None:
        if frames and code != GONE:
            await self._send({"type": "websocket.send", "text": one_text(frames).decode()})
        if code is not None and code != GONE:
            await self._send({"type": "websocket.close", "code": code, "reason": CLOSES[code].reason})

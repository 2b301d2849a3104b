"""The two doors for WebSockets: the child's and the staff's. Plain ASGI: origin first, then the path."""

from server.door.direct import Direct
from server.door.guard import origin_allowed
from server.door.socket import Asgi, Receive, Send, Socket
from server.door.web_socket import WebSocket
from server.house import House
from server.shift import Shift
from server.ticking import Ticking
from server.visit import Visit


class ChildDoor:
    """`/ws`: only from the chat's own frame."""

    def __init__(self, house: House, ticking: Ticking) -> None:
        """Visits tick while they walk."""
        self.house, self.ticking = house, ticking

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Serve one connection; a wrong origin gets 403 before the handshake."""
        if not origin_allowed(scope["headers"], (self.house.settings.chat_origin,)):
            await refuse(receive, send)
            return
        await carrier(scope)(scope, receive, send, self.house.on_failure).serve(self.walk)

    async def walk(self, socket: Socket) -> None:
        """Walk one child's path."""
        visit = Visit(self.house, socket)
        self.ticking.visits.add(visit)
        try:
            await visit.walk()
        finally:
            self.ticking.visits.discard(visit)


class StaffDoor:
    """`/staff/ws`: only from the dashboard."""

    def __init__(self, house: House, ticking: Ticking) -> None:
        """Shifts tick while they walk."""
        self.house, self.ticking = house, ticking

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Serve one connection; a wrong origin gets 403 before the handshake."""
        if not origin_allowed(scope["headers"], (self.house.settings.staff_origin,)):
            await refuse(receive, send)
            return
        await carrier(scope)(scope, receive, send, self.house.on_failure).serve(self.walk)

    async def walk(self, socket: Socket) -> None:
        """Walk one counsellor's path."""
        shift = Shift(self.house, socket)
        self.ticking.shifts.add(shift)
        try:
            await shift.walk()
        finally:
            self.ticking.shifts.discard(shift)


def carrier(scope: Asgi) -> type[WebSocket]:
    """Return what bears a connection: our own server's line where there is one, else plain ASGI."""
    return Direct if "line" in scope.get("state", {}) else WebSocket


async def refuse(receive: Receive, send: Send) -> None:
    """Refuse a handshake: 403, without a word more."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})

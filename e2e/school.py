"""A school's proxy between a browser and the chat: it passes plain requests on and lets no WebSocket through."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Literal

from tests.ports import free_port

Manner = Literal["refuses", "swallows", "lets through"]


@dataclass
class School:
    """One proxy. What it does with a handshake of a WebSocket: refuse it, never answer it, or let it through."""

    server: int
    """The port that it passes requests on to."""
    manner: Manner = "refuses"
    port: int = field(default_factory=free_port)
    upgrades: int = 0
    """How many handshakes have come."""
    _open: set[socket.socket] = field(default_factory=set)
    _listener: socket.socket | None = None

    @property
    def origin(self) -> str:
        """Where the chat is, seen from the school."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Listen."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def end(self) -> None:
        """Let go of everything."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut every connection that is open now."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                browser, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(browser,), daemon=True).start()

    def _pass_on(self, browser: socket.socket) -> None:
        with contextlib.suppress(OSError), browser, socket.create_connection(("127.0.0.1", self.server)) as server:
            ends = {browser, server}
            self._open |= ends
            threading.Thread(target=self._back, args=(server, browser), daemon=True).start()
            while data := browser.recv(65536):
                if b"upgrade: websocket" in data.lower():
                    self.upgrades += 1
                    if self.manner == "refuses":
                        browser.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                        break
                    if self.manner == "swallows":
                        continue
                server.sendall(data)
            self._open -= ends

    def _back(self, server: socket.socket, browser: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                browser.sendall(data)
            browser.shutdown(socket.SHUT_RDWR)

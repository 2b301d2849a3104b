"""A turnstile between many coroutines and the real server: who goes next is drawn, and now and then a reply is lost.

It stands where the client stands (`server.link.Link`). Commands gather until every coroutine waits for an answer; then
some of them, in a drawn order, are sent to the real server over a real socket. So one seed is one schedule, always.
"""

import asyncio
import socket
from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any, cast

import hiredis
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's name

from server.link import Link, Value
from server.link.again import Patience

Command = tuple[Value, ...]


class Turnstile:
    """Lets commands through in a drawn order, and keeps what was executed."""

    def __init__(self, path: str) -> None:
        """Talk to the server at this Unix socket."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._reader = hiredis.Reader()
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._lost: set[Command] = set()
        self._patience = Patience()
        self._draw = Random(0)  # noqa: S311 - a schedule, not a secret
        self.history: list[tuple[Command, Any]] = []

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def link(self) -> Link:
        """Return it as the client that the stores are given."""
        return cast("Link", self)

    def ask(self, commands: list[Command]) -> list[Any]:
        """Send commands and return their answers, with everything else standing still."""
        self._socket.sendall(b"".join(hiredis.pack_command(cast("Any", command)) for command in commands))
        answers: list[Any] = []
        while len(answers) < len(commands):
            while (answer := self._reader.gets()) is not False:
                answers.append(answer)
                if isinstance(answer, hiredis.ReplyError):
                    raise answer
            if len(answers) < len(commands):
                self._reader.feed(self._socket.recv(1 << 16))
        return answers

    async def race(self, draw: Random, coroutines: list[Coroutine[Any, Any, None]], *, lose: float) -> None:
        """Run the coroutines to their ends, one schedule; `lose`: how likely a reply is lost after its step was done."""
        self._draw, self._lost, self.history = draw, set(), []
        tasks = [asyncio.create_task(one) for one in coroutines]
        alive = len(tasks)
        while alive:
            await asyncio.sleep(0)
            alive = sum(not task.done() for task in tasks)
            if alive and len(self._waiting) == alive:
                self._let_some_through(lose)
        for task in tasks:
            task.result()

    def _let_some_through(self, lose: float) -> None:
        self._draw.shuffle(self._waiting)
        through = self._draw.randint(1 + len(self._waiting) // 2, len(self._waiting))
        batch, self._waiting = self._waiting[:through], self._waiting[through:]
        for (command, reply), answer in zip(batch, self.ask([command for command, _ in batch]), strict=True):
            self.history.append((command, answer))
            if command[0] == "EVALSHA" and command not in self._lost and self._draw.random() < lose:
                self._lost.add(command)
                reply.set_exception(ConnectionError("the reply is lost"))
            else:
                reply.set_result(answer)

    async def _pass(self, *command: Value) -> Any:  # noqa: ANN401 - as the client answers
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, reply))
        return await reply

    async def step(self, sha: str, _text: str, names: Sequence[str], args: Sequence[Value], *, reads: bool) -> Any:  # noqa: ANN401, ARG002
        """Run a step whose script is loaded; a lost reply is asked for again."""
        return await self._patience(lambda: self._pass("EVALSHA", sha, len(names), *names, *args))

    async def zrangebyscore(self, name: str, low: float | str, high: float | str) -> list[bytes]:
        """Return members between two scores."""
        return cast("list[bytes]", await self._pass("ZRANGEBYSCORE", name, low, high))

    async def hmget(self, name: str, fields: list[str]) -> list[bytes | None]:
        """Return some fields of a hash."""
        return cast("list[bytes | None]", await self._pass("HMGET", name, *fields))

"""This chat, started as in production: `python -m server serve` twice, with all that it guarantees."""

import asyncio
import base64
import importlib.metadata
import json
import os
import sys
from pathlib import Path
from typing import Any, cast

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench.race.machine import ROOT, Running
from bench.race.plan import BOX, OR, Connection, Dialect, Plan, Seat
from bench.race.stack import Stack
from server import clock, keyfiles, keys, link
from server.conversation.rules import Event, State
from server.conversation.store import REGISTRAR, Conversations, Desk, Say
from server.ids import new_id
from server.pairing.store import Pairing
from server.sealing import key_id
from server.session.rules import token_hash
from server.session.store import Visits
from server.session.tokens import Tokens
from server.staff.directory import Account, Accounts
from server.staff.store import Sessions
from server.waiting.rules import Wait
from server.waiting.store import Waiting
from server.wire.frames import PROTOCOL

ORIGIN = "http://127.0.0.1:8116"
HEADERS = (f"Origin: {ORIGIN}", f"Sec-WebSocket-Protocol: {PROTOCOL}")
LIMITS = {"attack_starts": 1_000_000, "attack_line": 10_000, "line_cap": 10_000, "messages_cap": 100_000}
"""What a helpline would set for so many: nothing that a message passes through is switched off."""
MOST_DESKS = 1_200
KEY = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
WRAPPED = os.urandom(113)
ENTRIES, HELD, TICKETS = 3, 2, 5
MANY = 500
LEASE_MS, TURN = 60_000, 1.2
"""While people are brought in no worker is the keeper; so long its running turn may last (s)."""


class Ours(Stack):
    """This chat."""

    name, title = "ours", "this chat"
    logs = "{c:*}:log"
    tells_late = True  # a hint that is lost costs a browser one look at what it lacks, which nobody here takes

    @property
    def data(self) -> Path:
        """The folder of its keys and accounts."""
        return self.machine.folder / "data"

    @property
    def environ(self) -> dict[str, str]:
        """What a worker finds in its environment."""
        return {
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": self.store.url,
            "ALARM_DATA": str(self.data),
            "ALARM_CONFIG": str(self.machine.folder / "config" / "helpline.toml"),
            "ALARM_CHAT_ORIGIN": ORIGIN,
            "ALARM_STAFF_ORIGIN": ORIGIN,
            "ALARM_HOST_ORIGINS": "http://127.0.0.1:8117",
            "ALARM_OPEN": "always",
            "ALARM_STORE": "durable" if self.store.durable else "weak",
        }

    def prepare(self) -> None:
        """Make keys, accounts and settings."""
        self.data.mkdir(0o700)
        keyfiles.ensure(self.data)
        staff = Accounts(tuple(Account(new_id(), f"Desk {at}", "Kari", ("counsellor",)) for at in range(MOST_DESKS)))
        (self.data / "staff.json").write_bytes(msgspec.json.encode(staff))
        (self.data / "staff.json").chmod(0o600)
        self.desks = [account.id for account in staff.accounts]
        config = self.machine.folder / "config"
        config.mkdir()
        lines = (ROOT / "config" / "helpline.toml").read_text("utf-8").splitlines()
        changed = [f"{name} = {LIMITS[name]}" if (name := line.partition(" ")[0]) in LIMITS else line for line in lines]
        (config / "helpline.toml").write_text("\n".join(changed), "utf-8")
        (config / "wording").symlink_to(ROOT / "config" / "wording")

    def begin(self, at: int, port: int) -> Running:
        """Start a web worker."""
        command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
        return self.machine.start(f"ours-{at}", command, cores=self.cores, environ=self.environ)

    def pairs(self, count: int, room: int = 1) -> Plan:
        """Return pairs of a child and a counsellor who has so many talks at once; every step is the product's own."""
        return asyncio.run(self._pairs(count, room))

    async def _pairs(self, count: int, room: int) -> Plan:
        redis = link.connect(self.store.url)
        people = People(redis, keyfiles.read_secret(self.data / keyfiles.SECRET))
        plan = Plan(Dialect(headers=(HEADERS,)))
        try:
            desks = self.desks[: -(-count // room)]
            children = await people.talking(desks, count, room)
            tickets = await asyncio.gather(*(people.tickets(desk) for desk in desks))
        finally:
            await redis.aclose()
        key = base64.b64encode(KEY).decode()
        for at, hers in enumerate(tickets):
            hello = OR.join(dumped({"t": "hello", "ticket": ticket, "key": key}) for ticket in hers)
            plan.connections.append(Connection(self.there(at), "/staff/ws", ((hello, '"welcome"'),)))
        for at, (conversation, token) in enumerate(children):
            desk, child = at // room, len(plan.connections)
            coming: dict[str, Any] = {"t": "hello", "token": token, "seq": 0}
            beat = ('{"t":"ping","seq":', "}")
            plan.connections.append(Connection(self.here(desk), "/ws", ((dumped(coming), '"welcome"'),), beat=beat))
            first = len(plan.seats)
            tail = f',"box":"{BOX}"}}'
            plan.seats.append(Seat(child, first + 1, '{"t":"say","id":"', '","n":', tail))
            plan.seats.append(Seat(desk, first, f'{{"t":"say","conversation":"{conversation}","id":"', '","n":', tail))
        return plan

    def idle(self, count: int) -> Plan:
        """Return children in the middle of a talk."""
        return asyncio.run(self._idle(count))

    async def _idle(self, count: int) -> Plan:
        redis = link.connect(self.store.url)
        people = People(redis, keyfiles.read_secret(self.data / keyfiles.SECRET))
        try:
            (pattern, _), *_ = await people.talking(self.desks[:1], 1, 1)
            says = [Say(pattern, "child", "", new_id(), n, base64.b64decode(BOX)) for n in range(ENTRIES)]
            await people.conversations.append(says, clock.now())
            talk = await people.conversations.read(pattern)
            children = await people.copies(pattern, count)
        finally:
            await redis.aclose()
        hello: dict[str, Any] = {"t": "hello", "epoch": talk.epoch if talk else "", "seq": HELD}
        connections = [
            Connection(self.here(at), "/ws", ((dumped(hello | {"token": token}), '"history"'),), beat=('{"t":"ping","seq":', "}"))
            for at, token in enumerate(children)
        ]
        return Plan(Dialect(headers=(HEADERS,)), connections)

    @classmethod
    def versions(cls) -> str:
        """Return what it runs on."""
        python = ".".join(map(str, sys.version_info[:3]))
        names = ("uvicorn", "websockets", "uvloop", "redis", "hiredis", "msgspec")
        return ", ".join([f"Python {python}", *(f"{name} {importlib.metadata.version(name)}" for name in names)])


class People:
    """Whoever is needed, brought to where they stand by the rooms' own steps."""

    def __init__(self, redis: link.Link, secret: bytes) -> None:
        """`secret`: what the workers sign tokens with."""
        self.redis = redis
        self.tokens = Tokens(secret.hex())
        self.visits, self.waiting, self.pairing = Visits(redis), Waiting(redis, 10**6), Pairing(redis)
        self.conversations, self.sessions = Conversations(redis, cap=100_000), Sessions(redis)

    async def tickets(self, desk: str) -> list[str]:
        """Let a counsellor sign in; return tickets for her socket, each good once: a page asks for another when it is sent away."""
        cookie = await self.sessions.sign_in(desk, clock.now())
        return [await self.sessions.ticket(cookie) or "" for _ in range(TICKETS)]

    async def talking(self, desks: list[str], count: int, room: int) -> list[tuple[str, str]]:
        """Return the conversation and the token of each of so many children, `room` at each desk, in that order."""
        await self.redis.set(
            keys.KEEPER, "bench", px=LEASE_MS
        )  # nobody rings meanwhile: each child is taken at the desk that it is meant for
        await asyncio.sleep(TURN)
        for desk in desks:
            await self.pairing.free(desk, room, clock.now())
        found: list[tuple[str, str]] = []
        for first in range(0, count, MANY):
            some = range(first, min(count, first + MANY))
            found += await asyncio.gather(*(self._child(desks[at // room]) for at in some))
        await self.redis.delete(keys.KEEPER)
        return found

    async def _child(self, desk: str) -> tuple[str, str]:
        """Let a child come, wait, and be taken at this desk."""
        conversation, now = new_id(), clock.now()
        token = self.tokens.issue(conversation)
        await self.visits.start(conversation, new_id(), token, now)
        await self.conversations.keep_key(conversation, REGISTRAR, WRAPPED)
        place = await self.waiting.join(conversation, Wait(now, "nb", "unsaid", danger=False))
        wait: dict[str, Any] = {"language": "nb", "about": "unsaid", "danger": 0, "since": now, "place": place}
        await self.conversations.move(conversation, Event.JOIN, State.WAITING, now, wait)
        await self.pairing.claim(desk, conversation, now)
        await self.conversations.open(conversation, Desk(desk, "Kari", key_id(KEY), KEY), "", now)
        await self.pairing.opened(desk, conversation)
        return conversation, token

    async def copies(self, pattern: str, count: int) -> list[str]:
        """Return the tokens of so many children whose talks stand exactly as this one."""
        made = [(name, self.tokens.issue(name)) for name in (new_id() for _ in range(count))]
        for first in range(0, count, MANY):
            async with self.redis.pipeline(transaction=False) as found:
                pipe = cast("Any", found)  # the product's own pipelines never copy
                for name, token in made[first : first + MANY]:
                    for old, new in zip(keys.of_conversation(pattern), keys.of_conversation(name), strict=True):
                        pipe.execute_command("COPY", old, new)
                    pipe.hset(keys.talk(name), "token", token_hash(token))
                await pipe.execute()
        return [token for _, token in made]


def dumped(frame: dict[str, Any]) -> str:
    """Return a frame as a browser writes it."""
    return json.dumps(frame, separators=(",", ":"))

"""Somebody else's client: a child and a counsellor, written from docs/protocol.md alone. Nothing of the server is imported here."""

import asyncio
import base64
import hashlib
import json
import random
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

VERSION = "alarmtelefonen.v1"
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
FINAL = {1003, 1007, 1009, 4010, *range(4500, 5000)} - {4508, 4529}
Frame = dict[str, Any]


def bound(*parts: object) -> bytes:
    """Return what binds a box to its purpose and place."""
    return "|".join([VERSION, *map(str, parts)]).encode()


def b64(content: bytes) -> str:
    """Return bytes as a frame carries them."""
    return base64.b64encode(content).decode()


def id_of(content: bytes) -> str:
    """Return the first 22 characters of unpadded base64url."""
    return base64.urlsafe_b64encode(content).decode()[:22]


def pad(content: bytes) -> bytes:
    """Return content, 0x80, and zeros up to a multiple of 256."""
    return content + b"\x80" + b"\0" * (-(len(content) + 1) % 256)


def seal_to(public: str, about: bytes, content: bytes) -> str:
    """Return an HPKE box as base64; the public key comes as base64."""
    return b64(SUITE.encrypt(content, EllipticCurvePublicKey.from_encoded_point(SECP256R1(), base64.b64decode(public)), info=about))


class Talk:
    """One talk as one side holds it: its entries without a hole, and what is not yet acknowledged."""

    def __init__(self, conversation: str, role: str, key: bytes | None) -> None:
        """Nothing is held yet."""
        self.conversation, self.role, self.key = conversation, role, key
        self.forget()
        self.outbox: list[Frame] = []

    def forget(self) -> None:
        """Forget all entries."""
        self.entries: list[Frame] = []
        self.early: dict[int, Frame] = {}
        self.known = 0

    def take(self, messages: list[Frame]) -> None:
        """Take in entries in any order, any number of times."""
        self.early |= {one["seq"]: one for one in messages if one["seq"] > len(self.entries)}
        self.known = max(self.known, *self.early, 0)
        while (entry := self.early.pop(len(self.entries) + 1, None)) is not None:
            self.entries.append(entry)
            self.outbox = [item for item in self.outbox if item["id"] != entry["id"]]

    def said(self, frame: Frame) -> None:
        """One's own message is stored: it is an entry like any other. One that was sealed twice is asked for."""
        mine = [item for item in self.outbox if item["id"] == frame["id"] and not item["again"]]
        self.known = max(self.known, frame["seq"])
        self.take([{"seq": frame["seq"], "role": self.role, **item} for item in mine])

    def next_to_say(self) -> Frame | None:
        """Return the message that is to be said now, sealed for its place; None while something is missing."""
        if not self.outbox or self.known > len(self.entries) or self.key is None:
            return None
        item, n = self.outbox[0], sum(one["role"] == self.role for one in self.entries)
        if item["n"] != n:
            nonce, content = secrets.token_bytes(12), json.dumps({"kind": "text", "text": item["text"]}).encode()
            place = bound("say", self.conversation, self.role, item["id"], n)
            item |= {"again": item["n"] is not None, "n": n, "box": b64(nonce + AESGCM(self.key).encrypt(nonce, pad(content), place))}
        return {"id": item["id"], "n": n, "box": item["box"]}

    def write(self, text: str) -> None:
        """Keep a message until it is acknowledged."""
        self.outbox.append({"id": id_of(secrets.token_bytes(17)), "text": text, "n": None, "again": False})

    def shown(self) -> list[tuple[str, str]]:
        """Return who said what; what is not whole, genuine and in its place is shown as broken."""
        return [(one["role"], self._open(at, one)) for at, one in enumerate(self.entries)]

    def _open(self, at: int, entry: Frame) -> str:
        before, box = sum(one["role"] == entry["role"] for one in self.entries[:at]), base64.b64decode(entry["box"])
        place = bound("say", self.conversation, entry["role"], entry["id"], entry["n"])
        try:
            padded = AESGCM(self.key or b"").decrypt(box[:12], box[12:], place)
        except (InvalidTag, ValueError):
            return "(broken)"
        content = json.loads(padded.rstrip(b"\0").removesuffix(b"\x80")) if entry["n"] == before else {}
        return str(content["text"]) if content.get("kind") == "text" else "(cannot be shown)"

    def digest(self) -> str:
        """Return the digest of all entries, in hex."""
        digest = hashlib.sha256(bound("log", self.conversation)).digest()
        for entry in self.entries:
            digest = hashlib.sha256(digest + base64.b64decode(entry["box"])).digest()
        return digest.hex()


class Side:
    """What both sides do: one connection after another, a heartbeat, frames in and out."""

    path = ""

    def __init__(self, addresses: list[str], origin: str) -> None:
        """Nothing happens before `live`."""
        self.addresses, self.origin = addresses, origin
        self.socket: ClientConnection | None = None
        self.frames: list[Frame] = []
        self.code = 0
        self.moved = asyncio.Condition()

    async def live(self) -> None:
        """Connect, again and again, until it is over."""
        for tries in range(1000):
            headers: Any = {"origin": Origin(self.origin), "subprotocols": [Subprotocol(VERSION)], "compression": None, "proxy": None}
            fresh = len(self.frames)
            try:
                async with connect(self.addresses[tries % len(self.addresses)] + self.path, **headers) as self.socket:
                    await self.send(await self.hello())
                    beat = asyncio.create_task(self._beat())
                    try:
                        async for text in self.socket:
                            await self._heard(json.loads(text))
                    finally:
                        beat.cancel()
                self.code = self.socket.close_code or 1006
            except (ConnectionClosed, InvalidHandshake, OSError) as error:
                self.code = error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else 1006
            async with self.moved:
                self.moved.notify_all()
            if self.code in FINAL:
                return
            await asyncio.sleep(max(1.0, random.random() * 3))  # noqa: S311 - jitter
            assert len(self.frames) > fresh or tries < 10

    async def _heard(self, found: Frame | list[Frame]) -> None:
        for frame in found if isinstance(found, list) else [found]:
            await self.hear(frame)
            async with self.moved:
                self.frames.append(frame)
                self.moved.notify_all()
        await self.pump()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(10)
            await self.send(self.ping())

    async def send(self, frame: Frame) -> None:
        """Give a frame to the socket that is open now, or to none."""
        try:
            await self.socket.send(json.dumps(frame)) if self.socket else None
        except ConnectionClosed:
            return

    async def until(self, so: Any) -> None:  # noqa: ANN401 - any question
        """Wait until something is so."""
        async with asyncio.timeout(30), self.moved:
            await self.moved.wait_for(so)

    async def hello(self) -> Frame:
        """Return the first frame."""
        raise NotImplementedError

    def ping(self) -> Frame:
        """Return the heartbeat."""
        return {"t": "ping"}

    async def hear(self, frame: Frame) -> None:
        """Take in a frame."""

    async def pump(self) -> None:
        """Send what is owed."""


class OtherChild(Side):
    """A young person with somebody else's app."""

    path = "/ws"

    def __init__(self, addresses: list[str], origin: str, registrar_key: str) -> None:
        """With a fresh conversation key."""
        super().__init__(addresses, origin)
        self.key, self.registrar_key = secrets.token_bytes(32), registrar_key
        self.talk: Talk | None = None
        self.again: Frame = {}
        self.saying = ""
        self.asked = -1
        self.counsellor: Frame = {}

    async def hello(self) -> Frame:
        """Return nothing, or what is needed to resume."""
        return {"t": "hello", **self.again, "seq": len(self.talk.entries) if self.talk else 0}

    def ping(self) -> Frame:
        """Return the heartbeat with the position."""
        return {"t": "ping", "seq": len(self.talk.entries) if self.talk else 0}

    def wrapped(self, public: str, reader: str) -> str:
        """Return K, wrapped for a reader."""
        assert self.talk is not None
        return seal_to(public, bound("wrap", reader, self.talk.conversation), self.key)

    async def hear(self, frame: Frame) -> None:
        """Take in a frame."""
        match frame:
            case {"t": "welcome"}:
                self.again = {"token": frame["token"], "epoch": frame["epoch"]}
                self.talk = self.talk or Talk(frame["conversation"], "child", self.key)
                if not frame["recovered"]:
                    self.talk.forget()
                self.talk.known, self.saying, self.asked = max(self.talk.known, frame["seq"]), "", -1
                if frame["state"] == "arrived":
                    await self.send({"t": "join", "key": self.wrapped(self.registrar_key, "registrar"), "language": "nn"})
            case {"t": "paired", "key_id": reader, "key": key} if id_of(hashlib.sha256(base64.b64decode(key)).digest()) == reader:
                self.counsellor = frame
                await self.send({"t": "key", "key_id": reader, "key": self.wrapped(key, reader)})
            case {"t": "message" | "history" | "said" | "pong"} if self.talk is not None:
                hears_of(self.talk, frame)
            case {"t": "refused"}:
                self.asked = -1
                await asyncio.sleep(2)
        if frame["t"] in {"said", "refused", "history"}:
            self.saying = ""

    async def pump(self) -> None:
        """Ask for what is missing, say what is written."""
        if self.talk is None:
            return
        missing = self.talk.known > len(self.talk.entries)
        if missing and self.asked != len(self.talk.entries):
            self.asked = len(self.talk.entries)
            await self.send({"t": "range", "after": self.asked})
        if not self.saying and (say := self.talk.next_to_say()) is not None:
            self.saying = say["id"]
            await self.send({"t": "say", **say})


def hears_of(talk: Talk, frame: Frame) -> None:
    """Take in what a frame tells of the entries of a talk."""
    match frame["t"]:
        case "message":
            talk.take([frame])
        case "history":
            talk.take(frame["messages"])
        case "said":
            talk.said(frame)
        case "pong":
            talk.known = max(talk.known, frame.get("seq", 0))


class OtherCounsellor(Side):
    """A counsellor with somebody else's program."""

    path = "/staff/ws"

    def __init__(self, addresses: list[str], origin: str, ticket: Any) -> None:  # noqa: ANN401 - something that fetches a ticket
        """With a key pair of this program."""
        super().__init__(addresses, origin)
        self.ticket = ticket
        self.private = generate_private_key(SECP256R1())
        self.public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.key_id = id_of(hashlib.sha256(self.public).digest())
        self.registrar_key = ""
        self.desk: Frame = {"talks": [], "offer": None}
        self.talks: dict[str, Talk] = {}
        self.epochs: dict[str, str] = {}
        self.opened: set[str] = set()
        self.saying: dict[str, str] = {}

    async def hello(self) -> Frame:
        """Return a fresh ticket and the public key. Each connection opens each talk anew."""
        self.opened, self.saying = set(), {}
        return {"t": "hello", "ticket": await self.ticket(), "key": b64(self.public)}

    async def hear(self, frame: Frame) -> None:
        """Take in a frame."""
        talk = self.talks.get(frame.get("conversation", ""))
        match frame:
            case {"t": "welcome"}:
                self.registrar_key = frame["registrar_key"]
            case {"t": "desk"}:
                self.desk = frame
                await self.takes_up(frame["talks"])
            case {"t": "key", "key": str(wrapped), "key_id": reader} if talk is not None and reader == self.key_id:
                talk.key = SUITE.decrypt(base64.b64decode(wrapped), self.private, info=bound("wrap", reader, talk.conversation))
            case {"t": "history", "epoch": epoch} if talk is not None and self.epochs.setdefault(talk.conversation, epoch) != epoch:
                talk.forget()
                self.epochs[talk.conversation] = epoch
                await self.send({"t": "open", "conversation": talk.conversation})
            case {"t": "message" | "history" | "said"} if talk is not None:
                hears_of(talk, frame)
        if frame["t"] in {"said", "refused", "history"}:
            self.saying.pop(frame.get("conversation", ""), None)

    async def takes_up(self, held: list[Frame]) -> None:
        """Forget what is not hers any more; open what this connection has not opened; ask for what is missing."""
        self.talks = {
            one["conversation"]: self.talks.get(one["conversation"]) or Talk(one["conversation"], "counsellor", None) for one in held
        }
        for one in held:
            conversation, talk = one["conversation"], self.talks[one["conversation"]]
            if conversation not in self.opened:
                self.opened.add(conversation)
                await self.send({"t": "open", "conversation": conversation, "after": len(talk.entries)})
            elif one["seq"] > talk.known:
                await self.send({"t": "range", "conversation": conversation, "after": len(talk.entries)})

    async def pump(self) -> None:
        """Say what is written."""
        for conversation, talk in self.talks.items():
            if conversation not in self.saying and (say := talk.next_to_say()) is not None:
                self.saying[conversation] = say["id"]
                await self.send({"t": "say", "conversation": conversation, **say})

    async def registers(self, conversation: str, **form: object) -> None:
        """Write the contact up, bound to the talk as it is here, and hand it in."""
        talk = self.talks[conversation]
        facts = {"who": "young_person", "seq": len(talk.entries), "digest": talk.digest(), "conversation": conversation, **form}
        box = seal_to(self.registrar_key, bound("form", conversation), pad(json.dumps(facts).encode()))
        await self.send({"t": "register", "conversation": conversation, "box": box})

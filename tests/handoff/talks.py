"""Talks as browsers make them: sealed with server/sealing.py, and put into the store in the shape that the rooms write."""

import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import keys, sealing
from server.ids import new_id
from server.link import Link, Value
from server.wire.frames import Role
from server.wire.package import Ending, Entry, Package

NOW = 1_790_000_000_000
"""An instant in September 2026."""
MINUTE = 60_000


def point(private: EllipticCurvePrivateKey) -> bytes:
    """Return the public half of a P-256 key as 65 bytes."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(frozen=True)
class Keys:
    """The keys of one registrar and its journal."""

    registrar: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    receipt: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    journal: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def receipt_public(self) -> bytes:
        """What a worker checks receipts with."""
        return self.receipt.public_key().public_bytes_raw()


@dataclass
class Talk:
    """A child and a counsellor who write to each other; what they say is sealed at once."""

    registrar: bytes
    """The registrar's public key, as both browsers have it."""
    conversation: str = field(default_factory=new_id)
    epoch: str = field(default_factory=new_id)
    key: bytes = field(default_factory=sealing.new_key)
    entries: list[Entry] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"child": 0, "counsellor": 0})
    started: int = NOW

    def says(self, role: Role, text: str, kind: str = "text") -> "Talk":
        """One of them says something."""
        n, message = self.counts[role], new_id()
        self.counts[role] += 1
        box = sealing.seal_message(self.key, (self.conversation, role, message, n), sealing.Content(kind, text))
        self.entries.append(Entry(len(self.entries) + 1, role, message, n, self.started + len(self.entries) * 20_000, box))
        return self

    def wrapped(self) -> bytes:
        """The conversation key as the child's browser wraps it when it joins."""
        return sealing.wrap_key(self.key, self.registrar, sealing.REGISTRAR, self.conversation)

    def form(self, **answers: object) -> bytes:
        """The written-up form as the staff browser seals it."""
        digest = sealing.talk_digest(self.conversation, [entry.box for entry in self.entries]).hex()
        bound = {"who": "child_about_self", "seq": len(self.entries), "digest": digest, "conversation": self.conversation}
        return sealing.seal_form(json.dumps(bound | answers, ensure_ascii=False).encode(), self.registrar, self.conversation)

    def package(self, ending: Ending = "registered", form: bytes | None = None) -> Package:
        """What the registrar would get, without a store between."""
        return Package(
            conversation=self.conversation,
            epoch=self.epoch,
            ending=ending,
            ended_by="counsellor",
            language="nb",
            about="me",
            danger=False,
            arrived_at=self.started,
            paired_at=self.started + MINUTE,
            ended_at=self.started + 40 * MINUTE,
            counsellor="kari-1",
            wrapped_key=self.wrapped(),
            entries=list(self.entries),
            form=self.form() if form is None and ending == "registered" else form,
        )

    async def is_written_up(self, redis: Link) -> "Talk":
        """Put it into the store as a talk that has ended and is being written up."""
        hers: dict[str, Value] = {"desk": "kari-1", "alias": "Kari", "paired": self.started + MINUTE, "ended_by": "counsellor"}
        await self._put(redis, "wrapping_up", hers)
        return self

    async def left(self, redis: Link, ending: Ending | None = "gave_up") -> "Talk":
        """Put it into the store as one who left the line."""
        told: dict[str, Value] = {"ending": ending} if ending else {}
        await self._put(redis, "left", told | {"ended_by": "left"})
        return self

    async def _put(self, redis: Link, state: str, fields: dict[str, Value]) -> None:
        talk, log, ids, wraps = keys.of_conversation(self.conversation)
        facts: dict[str, Value] = {
            "state": state,
            "epoch": self.epoch,
            "token": "0" * 64,
            "created": self.started + 4_321,
            "language": "nn",
            "about": "me",
            "danger": "1",
            "seq": len(self.entries),
            "ended": self.started + 40 * MINUTE + 1_234,
        }
        await redis.hset(talk, mapping=facts | fields)
        await redis.hset(wraps, "registrar", self.wrapped())
        for entry in self.entries:
            row: dict[str, Value] = {"r": entry.role, "i": entry.id, "n": entry.n, "t": entry.at, "b": entry.box}
            await redis.xadd(log, row, id=f"{entry.seq}-0")
            await redis.hset(ids, entry.id, f"{entry.seq}:{entry.at}")
        for name in (talk, log, ids, wraps):
            await redis.expire(name, keys.HOUR)


def a_talk(keys_: Keys) -> Talk:
    """Return a short talk."""
    talk = Talk(point(keys_.registrar))
    return talk.says("child", "Hei").says("counsellor", "Hei. Jeg er her.").says("child", "Takk")

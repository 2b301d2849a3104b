"""The hand-offs' Redis: which talks are sealed, when each is tried next, their receipts, and how they are erased.

Rules of this file:

1. A talk's own keys and the lists lie in different slots, so every hand-off is written in `due` before the talk is sealed
   and is struck from the lists only after the talk is gone. A crash between two steps leaves it in `due`, and whoever
   comes next repeats the step.
2. Nothing is erased here without a receipt whose signature was checked against the registrar's public key.
"""

from dataclasses import dataclass

import msgspec

from server import keys
from server.handoff import rules
from server.ids import is_id
from server.link import Link
from server.scripts import load
from server.sealing import ReceiptError, verify_receipt
from server.wire.package import Ending, Entry, Package, Receipt

REGISTRAR = "registrar"
PAGE = 200
"""Entries in one range read."""
LISTS = (keys.DUE, keys.SEALED, keys.RECEIPTS)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many talks were erased on a receipt, and how many receipts were refused."""

    erased: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair found: talks put back in the lists or sealed anew, and sealed talks that are gone without a receipt."""

    restored: int = 0
    lost: int = 0


class HandOffs:
    """All hand-offs."""

    def __init__(self, redis: Link) -> None:
        """Work on this store."""
        self._redis = redis

    # --- a worker's part -------------------------------------------------------------------------

    async def announce(self, conversation: str, now: int) -> None:
        """Write down that this talk is ending: from here on a crash is repaired, and its keys are renewed until it is erased."""
        await load("handoff", "announce")(self._redis, [keys.DUE], [conversation, now])

    async def seal(self, conversation: str, ending: Ending, form: bytes | None, now: int) -> bool:
        """Close a talk that is over, for the registrar. True: it is sealed (now or before). Raises EndingError."""
        written_up = rules.written_up(ending, has_form=form is not None)
        await self.announce(conversation, now)
        step = load("handoff", "seal")
        sealed_at = await step(self._redis, keys.of_conversation(conversation), [ending, form or b"", int(written_up), now])
        if sealed_at > 0:
            await self._remember(conversation, sealed_at)
            if sealed_at == now:
                await self.postpone(conversation, now)  # announced earlier, it may have been put off meanwhile
        elif sealed_at < 0:
            await self.strike(conversation)
        return bool(sealed_at > 0)

    async def settle(self, receipt_key: bytes) -> Settled:
        """Check every receipt that lies there with the registrar's public key, and erase the talks that are confirmed."""
        erased = refused = 0
        for conversation, given in (await self._redis.hgetall(keys.RECEIPTS)).items():
            if await self._confirmed(conversation.decode("ascii", "replace"), given, receipt_key):
                erased += 1
            else:
                await load("handoff", "refuse")(self._redis, [keys.RECEIPTS], [conversation, given])
                refused += 1
        return Settled(erased, refused)

    async def erase(self, conversation: str, epoch: str) -> bool:
        """Destroy every key of a talk whose receipt the caller has verified. False: it is not sealed, or is another one."""
        if not await load("handoff", "erase")(self._redis, keys.of_conversation(conversation), [epoch]):
            return False
        await self.strike(conversation)
        return True

    async def repair(self, now: int) -> Repaired:
        """Finish what a crash left between two steps: every talk in the lists is sealed and in both, still running, or struck."""
        restored = lost = 0
        for conversation in await self._listed():
            state, sealed_at = await self._redis.hmget(keys.talk(conversation), ["state", "sealed"])
            if state is None:
                lost += await self.strike(conversation)
            elif state == rules.SEALED:
                restored += await self._remember(conversation, int(sealed_at or now))
            elif state == b"left":
                restored += await self.seal(conversation, "cut_off", None, now)
        return Repaired(restored, lost)

    async def late(self, before: int) -> int:
        """Return how many talks were sealed before an instant (ms) and have no verified receipt yet."""
        return await self._redis.zcount(keys.SEALED, "-inf", f"({before}")

    async def unconfirmed(self) -> int:
        """Return how many sealed talks have no verified receipt yet."""
        return await self._redis.zcard(keys.SEALED)

    async def oldest(self) -> int | None:
        """Return when the one that has waited longest for its receipt was sealed (ms); None when there is none."""
        first = await self._redis.zrange(keys.SEALED, 0, 0)
        score = await self._redis.zscore(keys.SEALED, first[0].decode()) if first else None
        return None if score is None else int(score)

    # --- the registrar's part --------------------------------------------------------------------

    async def lease(self, now: int, again_at: int) -> str | None:
        """Take the hand-off that is due first; nobody else gets it before `again_at` (ms)."""
        found: bytes | None = await load("handoff", "lease")(self._redis, [keys.DUE], [now, again_at])
        return found.decode() if found else None

    async def postpone(self, conversation: str, again_at: int) -> None:
        """Try this hand-off again at `again_at` (ms)."""
        await load("handoff", "postpone")(self._redis, [keys.DUE], [conversation, again_at])

    async def package(self, conversation: str) -> Package:
        """Return all that is handed off of a sealed talk. Raises GoneError, NotSealedError or PackageError."""
        fields = await self._redis.hgetall(keys.talk(conversation))
        _must_be_sealed(fields.get(b"state"))
        if not rules.had_counsellor(fields):
            return rules.package_of(conversation, fields, None, [])
        wrapped = await self._redis.hget(keys.wraps(conversation), REGISTRAR)
        entries = await self._entries(conversation)
        _must_be_sealed(await self._redis.hget(keys.talk(conversation), "state"))
        return rules.package_of(conversation, fields, wrapped, entries)

    async def give_receipt(self, receipt: Receipt) -> None:
        """Lay down a receipt; a worker checks it and erases the talk."""
        given = msgspec.msgpack.encode(receipt)
        await load("handoff", "give")(self._redis, [keys.RECEIPTS], [receipt.conversation, given])

    # --- both ------------------------------------------------------------------------------------

    async def renew(self) -> int:
        """Give every talk that is over and not confirmed one more day; return how many there are."""
        listed = await self._listed()
        there = [await load("handoff", "renew")(self._redis, keys.of_conversation(one)) for one in listed]
        for name in LISTS:
            await self._redis.expire(name, keys.DAY)
        return sum(there)

    async def strike(self, conversation: str) -> int:
        """Strike a talk that is gone from the lists. 1: it was sealed, and is gone without a receipt; 0 otherwise."""
        lost: int = await load("handoff", "strike")(self._redis, LISTS, [conversation])
        return lost

    # --- pieces ----------------------------------------------------------------------------------

    async def _confirmed(self, conversation: str, given: bytes, receipt_key: bytes) -> bool:
        """Erase a talk if its receipt is good. A talk that is gone was confirmed before a crash: its row goes too."""
        if not is_id(conversation):
            return False
        try:
            receipt = msgspec.msgpack.decode(given, type=Receipt)
            verify_receipt(await self.package(conversation), receipt, receipt_key)
        except rules.GoneError:
            await self.strike(conversation)
            return True
        except (msgspec.DecodeError, ReceiptError, rules.HandOffError):
            return False
        return await self.erase(conversation, receipt.epoch)

    async def _remember(self, conversation: str, sealed_at: int) -> int:
        missing: int = await load("handoff", "remember")(self._redis, [keys.DUE, keys.SEALED], [conversation, sealed_at])
        return missing

    async def _listed(self) -> list[str]:
        found = set(await self._redis.zrange(keys.DUE, 0, -1)) | set(await self._redis.zrange(keys.SEALED, 0, -1))
        return sorted(conversation.decode() for conversation in found)

    async def _entries(self, conversation: str) -> list[Entry]:
        entries: list[Entry] = []
        page = await self._redis.xrange(keys.log(conversation), "-", "+", count=PAGE)
        while page:
            entries += [rules.entry_of(name, fields) for name, fields in page]
            page = await self._redis.xrange(keys.log(conversation), f"({page[-1][0].decode()}", "+", count=PAGE)
        return entries


def _must_be_sealed(state: bytes | None) -> None:
    """Raises GoneError or NotSealedError."""
    if state is None:
        raise rules.GoneError
    if state != rules.SEALED:
        raise rules.NotSealedError

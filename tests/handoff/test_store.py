"""Hand-offs on a real store: sealed once, leased to one, erased on a verified receipt and on nothing else."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest
import redis as sync_redis

from server import embedded, keys, sealing
from server.handoff import rules
from server.handoff.store import HandOffs, Repaired, Settled
from server.ids import new_id
from server.link import Link
from server.wire import package as packages
from server.wire.package import Receipt
from tests.handoff.talks import MINUTE, NOW, Keys, Talk, a_talk, point

LATER = NOW + 60 * MINUTE
KEYS = Keys()


@pytest.fixture
def handoffs(redis: Link) -> HandOffs:
    """The hand-offs of an empty store."""
    return HandOffs(redis)


@pytest.fixture
def admin(embedded_redis: embedded.Embedded) -> Iterator[sync_redis.Redis]:
    """Somebody who may look at everything."""
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as client:
        yield client


async def sealed(redis: Link, handoffs: HandOffs, now: int = LATER) -> Talk:
    """Return a talk that is registered and sealed."""
    talk = await a_talk(KEYS).is_written_up(redis)
    assert await handoffs.seal(talk.conversation, "registered", talk.form(), now)
    return talk


async def receipt_for(handoffs: HandOffs, talk: Talk, keys_: Keys = KEYS) -> Receipt:
    """Return the registrar's signed receipt."""
    return sealing.sign_receipt(await handoffs.package(talk.conversation), 1, keys_.receipt)


# --- sealing -----------------------------------------------------------------------------------


async def test_a_talk_is_sealed_once(redis: Link, handoffs: HandOffs) -> None:
    """Said again, with another form even, the first word stands, and it is due once."""
    talk = await a_talk(KEYS).is_written_up(redis)
    form = talk.form()

    assert await handoffs.seal(talk.conversation, "registered", form, LATER)
    assert await handoffs.seal(talk.conversation, "registered", talk.form(who="test"), LATER + 1)
    assert await handoffs.seal(talk.conversation, "unregistered", None, LATER + 2)

    package = await handoffs.package(talk.conversation)
    assert (package.ending, package.form) == ("registered", form)
    assert await redis.zscore(keys.SEALED, talk.conversation) == LATER
    assert await redis.zrange(keys.DUE, 0, -1) == [talk.conversation.encode()]


async def test_one_who_left_keeps_its_ending(redis: Link, handoffs: HandOffs) -> None:
    """How a child left is in its own books; the hand-off does not change it."""
    talk = await a_talk(KEYS).left(redis, "closed")

    assert await handoffs.seal(talk.conversation, "cut_off", None, LATER)
    assert (await handoffs.package(talk.conversation)).ending == "closed"


@pytest.mark.parametrize("state", ["arrived", "waiting", "talking"])
async def test_a_talk_that_is_not_over_is_not_sealed(redis: Link, handoffs: HandOffs, state: str) -> None:
    """Neither as registered nor as left; its books stay as they were."""
    talk = await a_talk(KEYS).is_written_up(redis)
    await redis.hset(keys.talk(talk.conversation), "state", state)

    assert not await handoffs.seal(talk.conversation, "registered", talk.form(), LATER)
    assert not await handoffs.seal(talk.conversation, "gave_up", None, LATER)
    assert await redis.hmget(keys.talk(talk.conversation), ["state", "form", "sealed"]) == [state.encode(), None, None]
    assert await handoffs.late(LATER + 1) == 0


async def test_an_ending_fits_its_state(redis: Link, handoffs: HandOffs) -> None:
    """What is to be written up does not end as one who left, nor the reverse."""
    talk, left = await a_talk(KEYS).is_written_up(redis), await a_talk(KEYS).left(redis)

    assert not await handoffs.seal(talk.conversation, "gave_up", None, LATER)
    assert not await handoffs.seal(left.conversation, "registered", left.form(), LATER)
    with pytest.raises(rules.EndingError):
        await handoffs.seal(talk.conversation, "unregistered", talk.form(), LATER)


async def test_a_talk_that_is_gone_leaves_no_trace(redis: Link, handoffs: HandOffs) -> None:
    """Sealing what does not exist makes no key and no row."""
    assert not await handoffs.seal(new_id(), "unregistered", None, LATER)
    assert [await redis.exists(name) for name in (keys.DUE, keys.SEALED, keys.RECEIPTS)] == [0, 0, 0]


# --- the package -------------------------------------------------------------------------------


async def test_a_package_is_the_whole_talk(redis: Link, handoffs: HandOffs) -> None:
    """All entries in order, however many; the key wrapped for the registrar; twice the same bytes."""
    talk = Talk(point(KEYS.registrar))
    for number in range(230):
        talk.says("child", f"a {number}").says("counsellor", f"b {number}")
    await talk.is_written_up(redis)
    await handoffs.seal(talk.conversation, "unregistered", None, LATER)

    package = await handoffs.package(talk.conversation)

    assert [entry.box for entry in talk.entries] == [entry.box for entry in package.entries]
    assert [entry.seq for entry in package.entries] == list(range(1, 461))
    assert package.wrapped_key
    assert all(entry.at % MINUTE == 0 for entry in package.entries)
    assert packages.digest(package) == packages.digest(await handoffs.package(talk.conversation))


@pytest.mark.parametrize("ending", ["gave_up", "closed", "cut_off"])
async def test_one_who_never_had_a_counsellor_is_a_row_without_text(redis: Link, handoffs: HandOffs, ending: packages.Ending) -> None:
    """What a child wrote to nobody is not handed off: no entry, no key."""
    talk = await a_talk(KEYS).left(redis, ending)
    await handoffs.seal(talk.conversation, ending, None, LATER)

    package = await handoffs.package(talk.conversation)
    assert (package.ending, package.entries, package.wrapped_key, package.form) == (ending, [], None, None)


async def test_one_who_had_a_counsellor_and_left_keeps_its_transcript(redis: Link, handoffs: HandOffs) -> None:
    """A child that lost its counsellor and gave up waiting had a talk: that is written down."""
    talk = await a_talk(KEYS).left(redis, "gave_up")
    await redis.hset(keys.talk(talk.conversation), "paired", NOW)
    await handoffs.seal(talk.conversation, "gave_up", None, LATER)

    package = await handoffs.package(talk.conversation)
    assert len(package.entries) == 3
    assert package.wrapped_key is not None


async def test_a_package_is_of_a_sealed_talk(redis: Link, handoffs: HandOffs) -> None:
    """One that still runs, and one that does not exist, have none."""
    talk = await a_talk(KEYS).is_written_up(redis)
    with pytest.raises(rules.NotSealedError):
        await handoffs.package(talk.conversation)
    with pytest.raises(rules.GoneError):
        await handoffs.package(new_id())


# --- leasing -----------------------------------------------------------------------------------


async def test_a_hand_off_is_leased_to_one(redis: Link, handoffs: HandOffs) -> None:
    """Of forty registrars that ask at once for thirty hand-offs, thirty get one each and ten get none."""
    talks = [await sealed(redis, handoffs, LATER + number) for number in range(30)]

    got = await asyncio.gather(*(handoffs.lease(LATER + 100, LATER + 30_100) for _ in range(40)))

    assert sorted(filter(None, got)) == sorted(talk.conversation for talk in talks)
    assert await handoffs.lease(LATER + 30_099, LATER + 60_000) is None
    assert await handoffs.lease(LATER + 30_100, LATER + 60_000) is not None


async def test_the_one_that_is_due_first_comes_first(redis: Link, handoffs: HandOffs) -> None:
    """The order is that of sealing; one that was put off comes later."""
    first, second = await sealed(redis, handoffs, LATER), await sealed(redis, handoffs, LATER + 1)
    await handoffs.postpone(first.conversation, LATER + 50)

    assert await handoffs.lease(LATER + 10, LATER + 100) == second.conversation
    assert await handoffs.lease(LATER + 10, LATER + 100) is None
    assert await handoffs.lease(LATER + 50, LATER + 100) == first.conversation


async def test_what_is_not_to_be_handed_off_is_not_put_off(redis: Link, handoffs: HandOffs) -> None:
    """A late registrar brings nothing back into the lists."""
    await handoffs.postpone(new_id(), LATER)
    assert await redis.exists(keys.DUE) == 0


async def test_a_talk_announced_early_is_due_as_soon_as_it_is_sealed(redis: Link, handoffs: HandOffs) -> None:
    """Though a registrar came too early and was put off for minutes."""
    talk = await a_talk(KEYS).is_written_up(redis)
    await handoffs.announce(talk.conversation, NOW)
    assert await handoffs.lease(NOW, NOW + 30_000) == talk.conversation
    await handoffs.postpone(talk.conversation, LATER + 300_000)

    await handoffs.seal(talk.conversation, "unregistered", None, LATER)

    assert await handoffs.lease(LATER, LATER + 30_000) == talk.conversation


# --- erasing -----------------------------------------------------------------------------------


async def test_a_verified_receipt_erases_everything(redis: Link, handoffs: HandOffs, admin: sync_redis.Redis) -> None:
    """Not one key is left of the talk, nor a row about it."""
    talk = await sealed(redis, handoffs)
    await handoffs.give_receipt(await receipt_for(handoffs, talk))

    assert await handoffs.settle(KEYS.receipt_public) == Settled(erased=1)
    assert admin.dbsize() == 0
    assert await handoffs.settle(KEYS.receipt_public) == Settled()


async def test_without_a_receipt_nothing_is_erased(redis: Link, handoffs: HandOffs) -> None:
    """The registrar is down: the talk waits, it is counted as late, and its keys are renewed to a day."""
    talk = await sealed(redis, handoffs)
    for name in keys.of_conversation(talk.conversation):
        await redis.expire(name, 60)

    assert await handoffs.settle(KEYS.receipt_public) == Settled()
    assert await handoffs.renew() == 1

    assert [await redis.ttl(name) > 86_000 for name in keys.of_conversation(talk.conversation)] == [True] * 4
    assert await redis.ttl(keys.DUE) > 86_000
    assert (await handoffs.late(LATER), await handoffs.late(LATER + 1)) == (0, 1)
    assert len((await handoffs.package(talk.conversation)).entries) == 3


def _forgeries(good: Receipt, other: Receipt) -> dict[str, bytes]:
    stranger = Keys()
    bare = msgspec.structs.replace(good, signature=stranger.receipt.sign(packages.receipt_text(good)))
    changed = {
        "signed by a stranger": bare,
        "another entry": msgspec.structs.replace(good, entry=2),
        "another talk's": other,
        "another epoch": msgspec.structs.replace(good, epoch=new_id()),
        "no signature": msgspec.structs.replace(good, signature=b""),
    }
    packed = {name: msgspec.msgpack.encode(receipt) for name, receipt in changed.items()}
    return packed | {"not a receipt": b"\xff\x00", "empty": b"", "cut": msgspec.msgpack.encode(good)[:-1]}


async def test_a_forged_receipt_erases_nothing(redis: Link, handoffs: HandOffs) -> None:
    """Whatever is wrong with a receipt: it is refused, taken away, and the talk stays whole."""
    talk, second = await sealed(redis, handoffs), await sealed(redis, handoffs)
    before = packages.digest(await handoffs.package(talk.conversation))
    good, other = await receipt_for(handoffs, talk), await receipt_for(handoffs, second)

    for name, forged in _forgeries(good, other).items():
        await redis.hset(keys.RECEIPTS, talk.conversation, forged)
        await redis.expire(keys.RECEIPTS, 60)
        assert await handoffs.settle(KEYS.receipt_public) == Settled(refused=1), name
        assert await redis.hlen(keys.RECEIPTS) == 0, name
    assert before == packages.digest(await handoffs.package(talk.conversation))

    await handoffs.give_receipt(good)
    assert await handoffs.settle(KEYS.receipt_public) == Settled(erased=1)


async def test_a_talk_that_changed_since_is_not_erased(redis: Link, handoffs: HandOffs) -> None:
    """A receipt for less than what lies here is refused: the registrar has not seen all of it."""
    talk = await sealed(redis, handoffs)
    await handoffs.give_receipt(await receipt_for(handoffs, talk))
    entry = talk.says("child", "more").entries[-1]
    await redis.xadd(keys.log(talk.conversation), {"r": entry.role, "i": entry.id, "n": entry.n, "t": entry.at, "b": entry.box}, id="4-0")

    assert await handoffs.settle(KEYS.receipt_public) == Settled(refused=1)
    assert len((await handoffs.package(talk.conversation)).entries) == 4


async def test_erase_wants_the_sealed_talk_of_this_epoch(redis: Link, handoffs: HandOffs) -> None:
    """A running talk, or the same id in another epoch, is not erased."""
    running, talk = await a_talk(KEYS).is_written_up(redis), await sealed(redis, handoffs)

    assert not await handoffs.erase(running.conversation, running.epoch)
    assert not await handoffs.erase(talk.conversation, new_id())
    assert await redis.exists(*keys.of_conversation(running.conversation)) == 4
    assert await redis.exists(*keys.of_conversation(talk.conversation)) == 4


async def test_two_workers_settle_as_one(redis: Link, handoffs: HandOffs, admin: sync_redis.Redis) -> None:
    """Workers that check the same receipts at once erase each talk, refuse nothing and leave nothing."""
    for _ in range(20):
        talk = await sealed(redis, handoffs)
        await handoffs.give_receipt(await receipt_for(handoffs, talk))

    settled = await asyncio.gather(*(handoffs.settle(KEYS.receipt_public) for _ in range(4)))

    assert sum(one.refused for one in settled) == 0
    assert admin.dbsize() == 0


# --- repairing ---------------------------------------------------------------------------------


async def test_repair_seals_one_who_left_and_was_forgotten(redis: Link, handoffs: HandOffs) -> None:
    """Announced, left, and then the worker died: it is sealed with its own ending, or as cut off when it has none."""
    told, untold = await a_talk(KEYS).left(redis, "closed"), await a_talk(KEYS).left(redis, None)
    for talk in (told, untold):
        await handoffs.announce(talk.conversation, NOW)

    assert await handoffs.repair(LATER) == Repaired(restored=2)

    endings = [(await handoffs.package(talk.conversation)).ending for talk in (told, untold)]
    assert endings == ["closed", "cut_off"]


@pytest.mark.parametrize("lost", [keys.DUE, keys.SEALED])
async def test_repair_puts_a_sealed_talk_back(redis: Link, handoffs: HandOffs, lost: str) -> None:
    """One of the two lists has lost it: the other brings it back, once."""
    talk = await sealed(redis, handoffs)
    await redis.zrem(lost, talk.conversation)

    assert await handoffs.repair(LATER) == Repaired(restored=1)
    assert await redis.zscore(lost, talk.conversation) == LATER
    assert await handoffs.repair(LATER) == Repaired()


async def test_repair_tells_what_was_lost(redis: Link, handoffs: HandOffs) -> None:
    """A sealed talk that is gone without a receipt is counted once; one that only was announced is not."""
    talk = await sealed(redis, handoffs)
    await redis.unlink(*keys.of_conversation(talk.conversation))
    await handoffs.announce(new_id(), NOW)

    assert await handoffs.repair(LATER) == Repaired(lost=1)
    assert await handoffs.repair(LATER) == Repaired()
    assert await redis.exists(keys.DUE) == 0


async def test_repair_lets_a_running_talk_run(redis: Link, handoffs: HandOffs) -> None:
    """Announced and not over: it stays as it is, and in the list."""
    talk = await a_talk(KEYS).is_written_up(redis)
    await handoffs.announce(talk.conversation, NOW)

    assert await handoffs.repair(LATER) == Repaired()
    assert await redis.zscore(keys.DUE, talk.conversation) == NOW
    assert await redis.hget(keys.talk(talk.conversation), "state") == b"wrapping_up"


async def test_a_receipt_for_a_talk_that_is_gone_is_cleared_away(redis: Link, handoffs: HandOffs) -> None:
    """A registrar that gives its receipt twice leaves no row behind."""
    talk = await sealed(redis, handoffs)
    receipt = await receipt_for(handoffs, talk)
    await handoffs.give_receipt(receipt)
    await handoffs.settle(KEYS.receipt_public)
    await handoffs.give_receipt(receipt)

    assert await handoffs.settle(KEYS.receipt_public) == Settled(erased=1)
    assert await redis.exists(keys.RECEIPTS) == 0

"""A close is an end: nothing that comes after it, or was not read before it, has an effect."""

import asyncio
import socket

import redis as sync_redis

from server import keys
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.people import Child, gone_after

SAID = 240
"""Eight seconds' worth at the pace at which they are heard: many are unread when the newer tab comes, however slow the machine."""
UNDER_WAY = 1
"""A step that had begun when the connection was closed is not undone."""


async def test_what_a_replaced_tab_had_said_before_it_was_closed_has_no_effect_after(service: Service) -> None:
    """What lies unread between the socket and the path is not carried out any more."""
    old, new = Child(service.place(0)), Child(service.place(0))
    async with gone_after(old, new):
        await old.waits()
        new.key, new.token, new.epoch = old.key, old.token, old.epoch
        await new.connect()
        assert old.socket is not None
        wire = old.socket.transport.get_extra_info("socket")
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # all of it arrives as one piece
        for said in [f.dump(old.seals("hei")).decode() for _ in range(SAID)]:
            await old.socket.send(said)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        await new.send(f.ChildHello(new.token, new.epoch))
        await new.sees(f.Welcome)
        assert await old.is_closed_with() == 4509
        then = entries_of(service, old.conversation)
        await asyncio.sleep(2)

        assert then < SAID
        assert entries_of(service, old.conversation) <= then + UNDER_WAY


def entries_of(service: Service, conversation: str) -> int:
    """Return how many entries a talk has in the store."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        return int(admin.xlen(keys.log(conversation)))

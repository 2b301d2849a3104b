"""Closing time and a talk that runs: it is not cut, it is warned in good time, and it ends when the set time is over.

With a real store whose clock is put forward (libfaketime). The set time is 12 minutes here; unless set it is 60.
"""

from datetime import datetime, timedelta
from typing import cast

import redis as sync_redis

from server.clock import ms
from server.helpline import read_helpline
from server.wire import frames as f
from tests.paths.conftest import ROOT, Service
from tests.paths.staff import signed_in
from tests.paths.test_closing import CLOSING, clock_at, patiently
from tests.paths.test_the_path import pair
from tests.people import Child, Counsellor, gone_after

ENVIRON = {"ALARM_OPEN": "hours"}
SETTINGS = {"overrun_minutes": "12", "closing_warning_minutes": "10"}
LIMIT = CLOSING + timedelta(minutes=12)
TOLD_SECONDS = 5


def since(service: Service, local: datetime) -> float:
    """Return how many seconds ago this instant was, on the store's clock."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        seconds, micro = cast("tuple[int, int]", admin.time())
    return seconds + micro / 1e6 - local.timestamp()


async def come_back(service: Service, child: Child, kari: Counsellor) -> None:
    """Both are at a worker again after it was started anew."""
    await child.arrives()
    await kari.signs_on(await signed_in(service, "Kari", worker=1))


def test_unless_set_it_is_an_hour_with_ten_minutes_of_warning() -> None:
    """As the helpline's own settings say it."""
    own = read_helpline(ROOT / "config" / "helpline.toml")

    assert (60, 10) == (own.overrun_minutes, own.closing_warning_minutes)


async def test_a_running_talk_is_not_cut_at_closing_time(service: Service) -> None:
    """Who waits is told within 5 s; the talk goes on, is warned ten minutes before its limit, and not before; then it ends, calmly."""
    clock_at(service, "2026-11-25 22:44:45")
    talks, waits, kari = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1))
    async with gone_after(talks, waits, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(talks, kari)
        await waits.waits()
        assert (await patiently(waits)).by == "hours"
        assert since(service, CLOSING) <= TOLD_SECONDS
        assert await waits.is_closed_with() == 4510

        await talks.says("still here")
        await kari.sees(f.StaffMessage, seq=1)
        await kari.says(conversation, "so am I")
        clock_at(service, "2026-11-25 22:46:48")
        await come_back(service, talks, kari)
        await talks.says("a minute later")
        assert since(service, LIMIT - timedelta(minutes=10)) < 0
        told = [frame.at for frame in talks.seen if isinstance(frame, f.ClosingSoon) and frame.at is not None]
        assert told in ([], [ms(CLOSING)])  # while it waited it may have been told when the chat closes
        assert (await patiently(talks, f.ClosingSoon)).at == ms(LIMIT)
        assert since(service, LIMIT - timedelta(minutes=10)) >= 0

        clock_at(service, "2026-11-25 22:56:50")
        await come_back(service, talks, kari)
        await talks.says("the last word")
        assert (await patiently(talks)).by == "hours"
        assert since(service, LIMIT) >= 0
        assert await talks.is_closed_with() == 4504
        await kari.registers(conversation)

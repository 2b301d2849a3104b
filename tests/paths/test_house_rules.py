"""What a shift lead changes at one worker holds at the other, without a start: for who comes, and for who is there."""

import asyncio
import time
from typing import Any

from server.staff import people
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import asked, session
from tests.people import Child, Counsellor, gone_after

ENVIRON = {"ALARM_OPEN": "hours"}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATIENCE = 20.0
"""Seconds: it takes two, and this is a test of what happens."""


async def change(service: Service, cookie: str, revision: int, part: str, value: object) -> float:
    """Change something at the first worker; return the instant (s) at which it was acknowledged."""
    wish = {"part": part, "value": value, "revision": revision}
    answer = await asyncio.to_thread(asked, service, 0, "/staff/house/change", cookie, wish)
    assert answer["n"] > revision
    return time.monotonic()


async def state_at(service: Service, worker: int) -> str:
    """Return whether a worker says that the chat is open."""
    told: dict[str, Any] = await asyncio.to_thread(asked, service, worker, "/status.json", "")
    return str(told["state"])


async def test_hours_and_replies_that_a_lead_changes_hold_at_every_worker(service: Service) -> None:
    """Open around the clock, then not at all: the other worker says so and lets nobody in; a desk there learns of replies."""
    service.passwords["Lea"] = people.add(service.data / "staff.json", "Lea", roles=("counsellor", "shift_lead"))
    lea, _ = await session(service, "Lea", worker=0)
    _, ticket = await session(service, "Kari", worker=1)
    kari, child, late = Counsellor(service.place(1)), Child(service.place(1)), Child(service.place(1))
    async with gone_after(kari, child, late):
        await kari.signs_on(ticket)
        at = await change(service, lea, 0, "opening", {day: ["00:00", "24:00"] for day in DAYS})
        while await state_at(service, 1) != "open":
            assert time.monotonic() - at < PATIENCE
        await child.waits()
        await change(service, lea, 0, "replies", [{"short": "ny", "nb": "Ny"}])
        assert (await kari.sees(f.HouseNow, changed=2)).asked == []

        number = {"number": "800 12 345", "label": "number_doctor", "tel": "80012345"}
        await change(service, lea, 0, "other_help", [number])
        (told,) = (await child.sees(f.OtherHelpNow)).numbers
        assert (told.number, told.label, told.tel, told.open) == ("800 12 345", "number_doctor", "80012345", None)

        at = await change(service, lea, 1, "opening", {})
        while await state_at(service, 1) != "closed":
            assert time.monotonic() - at < PATIENCE
        await late.connect()
        await late.send(f.ChildHello())
        assert (await late.sees(f.Closed)).opens_at is None
        assert await late.is_closed_with() == 4510

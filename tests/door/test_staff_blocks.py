"""Blocks on the staff's side: everybody at a desk sees them without who they are about, two accounts agree, leads and makers lift."""

import httpx

from server.door.staff_gate import COOKIE
from server.flood.blocks import Block
from server.flood.rules import ALONE_MS, TWO_MS
from server.ids import new_id
from server.link import Link
from server.scripts import load
from server.staff import people
from tests.door.test_staff_matrix import NAMES, Building, building
from tests.environ import ORIGIN

__all__ = ["building"]

LEA = NAMES["shift_lead"]


async def made(building: Building, redis: Link, by: str) -> str:
    """Let a block stand that somebody has made."""
    now, block = building.clock, new_id()
    desk = people.named(building.staff_file, by).id
    await load("flood", "block")(redis, ["{q}:blocks"], [block, desk, now, now + ALONE_MS, "no_child", 86400])
    return block


async def does(building: Building, name: str, what: str, block: str) -> tuple[int, str]:
    """Do something with a block as somebody; return the status and the answer."""
    headers = {"origin": ORIGIN, "cookie": f"{COOKIE}={await building.cookie_of(name)}"}
    answer: httpx.Response = await building.browser.post("/staff/blocks", json={"block": block, "what": what}, headers=headers)
    return answer.status_code, str(answer.json().get("answer", ""))


async def seen(building: Building, name: str) -> list[dict[str, object]]:
    """Return the blocks as somebody sees them."""
    rows: list[dict[str, object]] = (await building.ask("GET", "/staff/blocks.json", await building.cookie_of(name))).json()["blocks"]
    return rows


async def test_a_week_needs_a_second_account_and_the_auditor_sees_both(building: Building, redis: Link) -> None:
    """Kari asks, and cannot agree herself; Lea does; from then on it stands for a week, and both deeds are written down."""
    block = await made(building, redis, "Kari")
    assert await does(building, "Kari", "ask", block) == (200, "asked")
    assert await does(building, "Kari", "agree", block) == (409, "same")
    (row,) = await seen(building, "Kari")
    assert (row["by"], row["asked"], row["own"], row["second"]) == ("Kari", "Kari", True, "")
    assert await does(building, LEA, "agree", block) == (200, "agreed")
    (row,) = await seen(building, LEA)
    assert (row["until"], row["second"]) == (int(str(row["at"])) + TWO_MS, LEA)
    assert row.keys() == {"block", "by", "at", "until", "why", "asked", "second", "own", "may_lift"}
    deeds = [entry.deed for entry in (await building.house.audit.latest(2))[0]]
    assert [deed.what for deed in deeds] == ["block_agreed", "block_asked"]
    assert len({deed.who for deed in deeds}) == 2


async def test_a_lead_lifts_each_and_a_counsellor_her_own(building: Building, redis: Link) -> None:
    """Another's stands; what is no block, or is over, is said so."""
    people.add(building.staff_file, "Ola")
    hers, other = await made(building, redis, "Kari"), await made(building, redis, "Ola")
    assert await does(building, "Kari", "lift", other) == (409, "not_yours")
    assert await does(building, "Kari", "lift", hers) == (200, "lifted")
    assert await does(building, LEA, "lift", other) == (200, "lifted")
    assert await does(building, LEA, "lift", other) == (409, "gone")
    assert await does(building, LEA, "forget", other) == (400, "")
    assert await seen(building, LEA) == []


def test_what_is_kept_of_a_block_names_nobody_who_was_shut_out() -> None:
    """Six fields, and none that could tell two of them apart by where they came from."""
    assert Block.__struct_fields__ == ("by", "at", "until", "why", "asked", "second")

"""What the shift lead changes without a start: seen before it is done, done whole or not at all, told to the auditor, and taken back."""

import datetime as dt
from typing import Any

import httpx

from server.clock import instant, ms
from server.door.staff_gate import COOKIE
from server.staff.directory import Directory
from tests.door.test_staff_matrix import NAMES, Building, building
from tests.environ import ORIGIN

__all__ = ["building"]

EVENING = ["16:15", "22:45"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), EVENING)


ALL_DAY = {day: ["00:00", "24:00"] for day in WEEK}


async def send(building: Building, name: str, what: str, **wish: Any) -> httpx.Response:  # noqa: ANN401 - whatever somebody sends
    """Send a wish as somebody's dashboard does."""
    headers = {"origin": ORIGIN, "cookie": f"{COOKIE}={await building.cookie_of(name)}"}
    return await building.browser.post(f"/staff/house/{what}", json=wish, headers=headers)


async def standing(building: Building) -> dict[str, Any]:
    """Return what the lead's dashboard is told."""
    answer = await building.ask("GET", "/staff/house.json", await building.cookie_of(NAMES["shift_lead"]))
    told: dict[str, Any] = answer.json()
    return told


LEA = NAMES["shift_lead"]


async def test_tomorrow_is_seen_before_it_is_changed(building: Building) -> None:
    """The windows of two weeks as the opening rule has them, what differs, what a child would be told; and nothing has changed."""
    tomorrow = (instant(building.clock) + dt.timedelta(days=1)).astimezone(dt.UTC).date()
    day = tomorrow + dt.timedelta(days=1)  # whatever the hour in Oslo, that is a whole day ahead
    answer = (await send(building, LEA, "preview", part="exceptions", value={day.isoformat(): "closed"})).json()
    assert answer["differences"] == [{"name": day.isoformat(), "before": None, "after": "closed"}]
    windows = {instant(start).date() for start, _ in answer["shown"]["windows"]}
    before = {instant(start).date() for start, _ in answer["before"]["windows"]}
    assert before - windows == {day}
    assert len(before) >= 14
    assert answer["shown"]["says"].keys() == {"nb", "nn", "en", "nb-easy"}
    assert building.house.helpline.exceptions == {}


async def test_closed_whole_days_are_told_to_a_child_as_they_are(building: Building) -> None:
    """A week without a window: closed, in the words of the child's own page, and no window ahead."""
    told = (await send(building, LEA, "preview", part="opening", value={})).json()["shown"]
    assert (told["open"], told["windows"]) == (False, [])
    assert told["says"]["nb"].startswith("Chatten er stengt")


async def test_a_change_holds_at_once_and_the_auditor_is_told(building: Building) -> None:
    """On the child's page and for the line; in the history with who, when and what; other help and replies where they are shown."""
    assert (await send(building, LEA, "change", part="opening", value=ALL_DAY, revision=0)).json() == {"n": 1}
    assert building.house.opening().open
    assert (await building.browser.get("/status.json")).json()["state"] == "open"
    assert (await send(building, LEA, "change", part="opening", value={}, revision=1)).json() == {"n": 2}
    assert (await building.browser.get("/status.json")).json()["state"] == "closed"

    number = {"number": "800 12 345", "label": "number_doctor", "tel": "80012345"}
    assert (await send(building, LEA, "change", part="other_help", value=[number], revision=0)).json() == {"n": 3}
    assert "800 12 345" in (await building.browser.get("/w")).text
    assert (await send(building, LEA, "change", part="replies", value=[{"short": "ny", "nb": "Ny"}], revision=0)).json() == {"n": 4}
    phrases = (await building.ask("GET", "/staff/phrases.json", await building.cookie_of("Kari"))).json()
    assert phrases["replies"] == [{"short": "ny", "texts": {"nb": "Ny"}}]
    assert "80012345" in {one["tel"] for one in phrases["numbers"]}

    told = await standing(building)
    assert [(one["n"], one["who"], one["part"]) for one in told["history"]][:2] == [(4, LEA, "replies"), (3, LEA, "other_help")]
    assert {one["name"]: (one["before"], one["after"]) for one in told["history"][3]["differences"]}["sat"] == (
        "16:15-23:45",
        "00:00-24:00",
    )
    deed = (await building.house.audit.latest(1))[0][0].deed
    lea = Directory(building.staff_file).named(LEA)
    assert lea is not None
    assert (deed.what, deed.who, deed.why) == ("house_changed", lea.id, "replies 4")


async def test_a_change_is_taken_back_by_another_one(building: Building) -> None:
    """What was before it holds again, is in the history, and can be seen beforehand."""
    await send(building, LEA, "change", part="exceptions", value={"2030-01-01": "closed"}, revision=0)
    seen = (await send(building, LEA, "preview", undo=1)).json()
    assert seen["differences"] == [{"name": "2030-01-01", "before": "closed", "after": None}]
    assert (await send(building, LEA, "change", undo=1, revision=1)).json() == {"n": 2}
    told = await standing(building)
    assert told["parts"]["exceptions"] == {"value": {}, "revision": 2, "faults": []}
    assert [one["undoes"] for one in told["history"]] == [1, 0]


async def test_the_second_of_two_leads_is_told(building: Building) -> None:
    """By whom and when; her change is not written, and the other's holds."""
    await send(building, LEA, "change", part="exceptions", value={"2030-01-01": "closed"}, revision=0)
    answer = await send(building, LEA, "change", part="exceptions", value={"2030-01-02": "closed"}, revision=0)
    assert answer.status_code == 409
    assert {**answer.json(), "at": 0} == {"why": "changed", "who": LEA, "at": 0, "n": 1}
    assert ms(instant(answer.json()["at"])) == answer.json()["at"]
    assert building.house.helpline.exceptions.keys() == {"2030-01-01"}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"part": "opening", "value": WEEK | {"tue": ["16:15", "25:00"]}}, "house: opening.tue"),
    ({"part": "exceptions", "value": {"tomorrow": "closed"}}, "house: exceptions.tomorrow"),
    ({"part": "other_help", "value": [{"number": "1", "label": "own", "tel": "116111"}]}, "house: other_help[0].label"),
    ({"part": "other_help", "value": [{"number": "1", "label": "call", "tel": "116111"}]}, "house: other_help[0].label"),
    ({"part": "replies", "value": [{"short": "a"}]}, "house: reply[0].nb"),
    ({"part": "name", "value": "x"}, "change"),
    ({"value": "x"}, "part"),
    ({"undo": 7}, "n"),
    ({"more": 1}, "change"),
]


async def test_what_is_wrong_is_named_and_nothing_has_changed(building: Building) -> None:
    """The setting, what was expected, what came; neither a look nor a change does anything."""
    for what in ("preview", "change"):
        for wish, name in WRONG:
            answer = await send(building, LEA, what, **wish)
            assert answer.status_code == 400
            assert (answer.json()["why"], answer.json()["name"]) == ("wrong", name)
    assert building.house.house_rules.entries == ()


async def test_a_disk_that_takes_nothing_is_told_as_such(building: Building) -> None:
    """503, and what held holds."""
    building.house.settings.house_file.mkdir()
    assert (await send(building, LEA, "change", part="exceptions", value={}, revision=0)).status_code == 503


async def test_a_worker_that_has_read_the_changes_keeps_them(building: Building) -> None:
    """The file is spoilt while children come: it is open as before."""
    await send(building, LEA, "change", part="opening", value=ALL_DAY, revision=0)
    building.house.settings.house_file.write_bytes(b"{}\n")
    assert building.house.opening().open
    assert (await standing(building))["hours_known"]


async def test_all_replies_of_a_helpline_can_be_sent_at_once(building: Building) -> None:
    """A hundred long ones; more than that is named."""
    many = [{"short": f"svar{n}", "nb": "x" * 800} for n in range(101)]
    assert (await send(building, LEA, "change", part="replies", value=many[:100], revision=0)).json() == {"n": 1}
    assert (await send(building, LEA, "change", part="replies", value=many, revision=1)).json()["name"] == "house: replies"

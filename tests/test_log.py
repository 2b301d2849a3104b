"""The log writes what is in its lists, and nothing else gets out of the process through it."""

import json
import re
import subprocess
import sys
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import log

WORKER = "A" * 22


@pytest.fixture
def lines() -> StringIO:
    """What a worker in service (not strict) writes."""
    file = StringIO()
    log.configure(worker=WORKER, file=file)
    return file


def written(lines: StringIO) -> list[dict[str, object]]:
    """Return the records on the lines."""
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_an_event_of_the_list_is_one_json_line_in_utc(lines: StringIO) -> None:
    """One event, one line: its name, its fields, the worker and the instant in UTC."""
    log.event("alarm", alarm="line_full", count=200)

    (record,) = written(lines)
    assert str(record.pop("timestamp")).endswith("Z")
    assert record == {"event": "alarm", "alarm": "line_full", "count": 200, "worker": WORKER}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("refusd", {}),
        ("refused", {"text": "canary"}),
        ("refused", {"role": "canary"}),
        ("alarm", {"count": True}),
        ("alarm", {"count": 12345678}),
        ("alarm", {"alarm": "line_full\ncanary"}),
        ("failure", {"error": "ValueError: canary", "at": "elsewhere"}),
        ("failure", {"error": "ValueError", "at": "/home/canary/x.py:1"}),
    ],
)
def test_what_is_not_in_the_lists_is_told_as_misuse(lines: StringIO, name: str, fields: dict[str, log.Value]) -> None:
    """An unknown event, an unknown field or a value of another shape leaves only the place of the fault."""
    log.event(name, **fields)

    (record,) = written(lines)
    assert record["event"] == "misuse"
    assert "canary" not in lines.getvalue()


def test_in_tests_misuse_raises() -> None:
    """The tests run with a strict gate: misuse is a failing test."""
    log.configure(strict=True, file=StringIO())

    with pytest.raises(log.LogError):
        log.event("refused", text="canary")


@given(st.text(min_size=1), st.text())
def test_A9_no_text_passes_that_is_not_listed(field: str, value: str) -> None:
    """Whatever the field and whatever the value: a record either fits the lists or is refused."""
    record = {"event": "refused", field: value}
    try:
        log.check(record)
    except log.LogError:
        return
    assert field in {*log.COMMON, *log.EVENTS["refused"]}
    assert log.FIELDS[field].fullmatch(value)


def test_A9_every_event_is_written_somewhere() -> None:
    """Whoever waits for an event that nothing writes waits in vain; the same for each reason of a refusal."""
    source = "".join(path.read_text("utf-8") for path in log.PACKAGE.rglob("*.py"))
    reasons = log.FIELDS["why"].pattern.split("|")

    assert [name for name in log.EVENTS if not re.search(rf'event\("{name}"|"event": "{name}"', source)] == []
    assert [why for why in reasons if not re.search(rf'_refused\("{why}"|why="{why}"', source)] == []


def test_every_field_of_every_event_has_a_shape() -> None:
    """No event can name a field that takes anything."""
    assert {field for fields in log.EVENTS.values() for field in fields} | set(log.COMMON) == set(log.FIELDS)


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(0, "<1s"), (1, "<10s"), (10, "<1m"), (60, "<10m"), (600, "<1h"), (3600, "<1d"), (86400, "longer")],
)
def test_lengths_of_time_are_coarse(seconds: int, name: str) -> None:
    """A length of time has one of seven names."""
    assert name == log.lasted(seconds)


def test_a_failure_is_its_class_and_our_innermost_line(lines: StringIO) -> None:
    """An unexpected error is told without its message; each one of a group is told."""
    with pytest.raises(ExceptionGroup) as caught:
        raise ExceptionGroup("canary", [_raised("canary"), KeyError("canary")])
    log.failure(caught.value)

    ours, elsewhere = written(lines)
    assert (ours["error"], str(ours["at"]).partition(":")[0]) == ("LogError", "server/log.py")
    assert (elsewhere["error"], elsewhere["at"]) == ("KeyError", "elsewhere")
    assert "canary" not in lines.getvalue()


def _raised(text: str) -> Exception:
    try:
        log.check({"event": text})
    except log.LogError as error:
        return error
    raise AssertionError


PAST_THE_LOG = """
import logging, threading, warnings
from server import log
log.capture()
logging.getLogger("uvicorn.error").error("%s canary", "10.1.2.3")
logging.getLogger("canary").warning("canary")
logging.getLogger("uvicorn.access").info("canary")
try:
    raise ValueError("canary")
except ValueError:
    logging.getLogger("asyncio").exception("canary")
warnings.warn("canary")
def work():
    raise LookupError("canary")
thread = threading.Thread(target=work)
thread.start()
thread.join()
raise RuntimeError("canary")
"""


def test_nothing_is_written_past_it() -> None:
    """Libraries' logging, warnings and uncaught errors of a whole process come out as closed events, without a word of theirs."""
    done = subprocess.run([sys.executable, "-c", PAST_THE_LOG], capture_output=True, text=True, check=False)

    records = [json.loads(line) for line in done.stderr.splitlines()]
    told = [record.get("error") or f"{record['source']} {record['level']}" for record in records]
    assert told == ["uvicorn error", "other warning", "ValueError", "warnings warning", "LookupError", "RuntimeError"]
    assert "canary" not in done.stderr + done.stdout
    assert done.returncode != 0

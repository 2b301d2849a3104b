"""Whoever is woken at night finds a paragraph: every alarm, every figure and every reason of `/readyz` is told, and exists."""

import re
from pathlib import Path

import pytest

import server
from server import log, metrics

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")
ALARMS = log.FIELDS["alarm"].pattern.split("|")
FIGURES = [next(iter(figure.describe())) for figure in metrics.OURS]
NAMES = [f"{figure.name}_total" if figure.type == "counter" else figure.name for figure in FIGURES]
CODE = "\n".join(path.read_text("utf-8") for path in Path(server.__file__).parent.rglob("*.py") if path.name != "log.py")
SHORTEST = 150
"""Characters: less than this is no paragraph."""


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_is_told(alarm: str) -> None:
    """What it means, and what to do."""
    told = re.search(rf"^### `{alarm}`\n\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)

    assert told is not None
    assert len(told[1]) > SHORTEST


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_is_raised_somewhere(alarm: str) -> None:
    """An alarm that nothing raises is a false comfort."""
    assert re.search(rf'(?:metrics\.alarm|_remind)\("{alarm}"|alarm="{alarm}"', CODE)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_told(name: str) -> None:
    """What it counts, and when to look closer."""
    told = re.search(rf"^`{name}`: (.*?)(?=\n\n|\Z)", TEXT, re.MULTILINE | re.DOTALL)

    assert told is not None
    assert len(told[1]) > 80


def test_no_alarm_and_no_figure_is_told_that_does_not_exist() -> None:
    """A paragraph about something that is gone is a lie."""
    assert set(re.findall(r"\bchat_[a-z_]+\b", TEXT)) == set(NAMES)
    assert set(re.findall(r"^### `(\w+)`", TEXT, re.MULTILINE)) == set(ALARMS)


def test_no_event_is_told_that_does_not_exist() -> None:
    """In the paragraph about what else is worth a look."""
    paragraph = re.search(r"^The log \(standard error.*?(?=\n\n)", TEXT, re.MULTILINE | re.DOTALL)

    assert paragraph is not None
    assert set(re.findall(r"`([a-z_]+)`", paragraph[0])) <= set(log.EVENTS)


def test_every_reason_not_to_be_ready_is_told() -> None:
    """In the words that `/readyz` says."""
    source = (Path(server.__file__).parent / "watch.py").read_text("utf-8")
    reasons = re.findall(r'"(store \w+(?: \w+)*|draining)"', source)

    assert len(set(reasons)) >= 6
    assert [reason for reason in reasons if f"`{reason}`" not in TEXT] == []


@pytest.mark.parametrize("unit", sorted(path.name for path in (ROOT / "config" / "systemd").glob("*.service")))
def test_A6_a_unit_keeps_talks_off_the_disk(unit: str) -> None:
    """No core file, no swap, no new rights: also after somebody has tidied the file."""
    lines = (ROOT / "config" / "systemd" / unit).read_text("utf-8").splitlines()
    wanted = {"LimitCORE=0", "MemorySwapMax=0", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "PrivateTmp=yes"}

    assert wanted <= set(lines)


def test_A9_the_proxy_keeps_no_log() -> None:
    """In every server block: nobody's address and time are written down."""
    text = (ROOT / "config" / "proxy" / "nginx.conf").read_text("utf-8")
    blocks = re.split(r"^server \{", text, flags=re.MULTILINE)[1:]

    assert len(blocks) == 2
    assert all(re.search(r"^    access_log off;$", block, re.MULTILINE) for block in blocks)
    assert all(re.search(r"^    error_log  /dev/null crit;$", block, re.MULTILINE) for block in blocks)
    assert "log_format" not in text


def test_every_figure_of_the_file_is_in_the_list() -> None:
    """So that none is forgotten here."""
    found = [value for name, value in vars(metrics).items() if name.isupper() and hasattr(value, "describe")]

    assert {id(value) for value in found} == {id(value) for value in metrics.OURS}

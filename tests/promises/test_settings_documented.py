"""A setting that nobody explained is not finished."""

import re
from pathlib import Path

import pytest

from server.helpline import Helpline
from server.keyfiles import AUDIT_SECRET, PAIRS, SECRET
from server.settings import ENVIRONMENT, FIGURES_FILE, LAUNCH
from server.staff.providers import Provider

CONFIG = Path(__file__).resolve().parents[2] / "config"
TOLD = {
    name
    for row in re.findall(r"^\| (`.*?) \|", (CONFIG / "README.md").read_text("utf-8"), re.MULTILINE)
    for name in re.findall(r"`([^`]+)`", row)
}


@pytest.mark.parametrize("name", Helpline.__struct_fields__)
def test_each_setting_of_the_helpline_is_told(name: str) -> None:
    """Every field of helpline.toml has a row in config/README.md."""
    assert name in TOLD


@pytest.mark.parametrize("name", Provider.__struct_fields__)
def test_each_setting_of_a_provider_is_told(name: str) -> None:
    """Every field of sign_in.toml has a row in config/README.md."""
    assert name in TOLD


@pytest.mark.parametrize("name", ENVIRONMENT + LAUNCH)
def test_each_environment_name_is_told_and_has_an_example(name: str) -> None:
    """Every environment name has a row in config/README.md and a line in config/example.env."""
    assert name in TOLD
    assert re.search(rf"^{name}=", (CONFIG / "example.env").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", [SECRET, AUDIT_SECRET, *(f"{pair}.{half}" for pair in PAIRS for half in ("key", "pub"))])
def test_each_key_file_is_told(name: str) -> None:
    """Every key file has a row in config/README.md that says who reads it."""
    assert name in TOLD


def test_nothing_is_told_that_does_not_exist() -> None:
    """A row about a setting that is gone is a lie."""
    files = {
        SECRET,
        AUDIT_SECRET,
        "audit.log",
        "house.log",
        "reasons.log",
        FIGURES_FILE,
        *(f"{pair}.{half}" for pair in PAIRS for half in ("key", "pub")),
        "staff.json",
        "journal.sqlite",
        "redis/",
        "replies/",
    }
    places = {"config/helpline.toml", "config/replies.toml", "config/training/", "config/wording/<lang>.toml"}
    assert {*Helpline.__struct_fields__, *Provider.__struct_fields__, *ENVIRONMENT, *LAUNCH, *files, *places} >= TOLD

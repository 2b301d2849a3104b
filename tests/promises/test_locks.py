"""What is installed is what was looked at: every package by its hash, from wherever an operator's own settings say."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS = ("run", "test", "audit")
WANTED = re.compile(r"^([a-z0-9][a-z0-9-]+)", re.MULTILINE)
LOCKED = re.compile(r"^([a-z0-9-]+)(?:\[.*?\])?==\S+(?: ;[^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def lock(name: str) -> str:
    """Return a list of locked Python packages."""
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", LISTS)
def test_C2_every_python_package_is_locked_by_hash(name: str) -> None:
    """Every entry has a version and hashes, and everything that is asked for is there."""
    text = lock(name)
    locked = {entry[0] for entry in LOCKED.findall(text)}
    asked = set(WANTED.findall(re.sub(r"\[.*?\]", "", (ROOT / "requirements" / f"{name}.in").read_text("utf-8"))))

    assert locked == set(re.findall(r"^([a-z0-9-]+)(?:\[.*?\])?==", text, re.MULTILINE))
    assert asked
    assert asked <= locked


def test_what_is_asked_for_with_an_extra_is_locked_with_it() -> None:
    """An older pip takes the newest of a package for its extra, and finds no hash, unless the lock names the extra too."""
    assert re.search(r"^coverage\[toml\]==", lock("test"), re.MULTILINE)
    assert all(re.search(r"^redis\[hiredis\]==", lock(name), re.MULTILINE) for name in LISTS)


def test_the_tests_run_on_what_the_service_runs_on() -> None:
    """Each package of the run list has the same version and the same hashes in the test list."""
    assert set(LOCKED.findall(lock("run"))) <= set(LOCKED.findall(lock("test")))


@pytest.mark.parametrize("name", LISTS)
def test_no_python_lock_names_a_place(name: str) -> None:
    """No address, no index, no path."""
    assert not re.search(r"https?:|file:|--index-url|--find-links|/\w+/", lock(name))


def test_C2_every_browser_package_is_locked_by_hash_and_names_no_place() -> None:
    """Each entry of package-lock.json has an integrity and no address, and none runs a script that nobody looked at."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    ours = packages.pop("")

    assert set(ours["dependencies"]) == {"hpke", "lit"}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
    assert [name for name, entry in packages.items() if entry.get("hasInstallScript")] == ["node_modules/esbuild"]
    assert "--ignore-scripts" in (ROOT / "tools" / "browser_packages.sh").read_text("utf-8")


def test_no_file_names_a_path_of_one_machine() -> None:
    """A clone works anywhere."""
    found = subprocess.run(
        ["git", "grep", "-lE", "/(home|root|work)/[a-z]", "--", ".", ":!tests/*"],  # noqa: S607 - the git of this machine
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.stdout, found.returncode) == ("", 1)


def test_every_package_has_its_reason() -> None:
    """Each one that we ask for, in Python and for browsers, is named in a decision."""
    told = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "decisions").glob("*.md"))
    asked = {name for which in LISTS for name in WANTED.findall((ROOT / "requirements" / f"{which}.in").read_text("utf-8"))}
    package = json.loads((ROOT / "package.json").read_text("utf-8"))

    assert sorted(name for name in asked | {*package["dependencies"], *package["devDependencies"]} if f"`{name}`" not in told) == []

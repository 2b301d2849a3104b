"""Writes sbom.json: every package that the chat is made of, from the locks alone (CycloneDX 1.5). `make sbom`.

Nothing is asked of a network: names, versions and hashes stand in requirements/run.txt and package-lock.json. Tests' own are left out.
"""

import base64
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def python(text: str) -> list[dict[str, Any]]:
    """Return the components that a Python lock names."""
    return [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name.lower()}@{version}",
            "hashes": [{"alg": "SHA-256", "content": one} for one in HASH.findall(rest)],
        }
        for name, version, rest in LOCKED.findall(text)
    ]


def browser(lock: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the components of the browser's side that travel: those that no build or test alone needs."""
    found = []
    for path, package in sorted(lock["packages"].items()):
        if not path or package.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        kind, _, digest = package["integrity"].partition("-")
        content = base64.b64decode(digest).hex()
        purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        hashes = [{"alg": kind.upper().replace("SHA", "SHA-"), "content": content}]
        found.append({"type": "library", "name": name, "version": package["version"], "purl": purl, "hashes": hashes})
    return found


def bill() -> dict[str, Any]:
    """Return the whole bill. The same locks give the same bytes: no date, no number of its own."""
    parts = python((ROOT / "requirements" / "run.txt").read_text("utf-8"))
    parts += browser(json.loads((ROOT / "package-lock.json").read_text("utf-8")))
    mine = {"type": "application", "name": "alarmtelefonen-chat"}
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": mine}, "components": parts}


if __name__ == "__main__":
    (ROOT / "sbom.json").write_text(json.dumps(bill(), indent=1) + "\n", "utf-8")

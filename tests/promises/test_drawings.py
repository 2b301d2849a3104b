"""What the documentation draws is what the code does."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.staff.roles import PAGES
from server.wire import frames
from server.wire.closes import CLOSES
from tools import draw_life, protocol_doc
from tools.drawn import drawn

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("draw_life", "protocol_doc")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_page_is_drawn_from_the_code(tool: str) -> None:
    """The diagram of states and the table of keys; every frame, every type and every close code: nothing is stale."""
    assert subprocess.run([sys.executable, f"tools/{tool}.py", "--check"], cwd=ROOT, check=False).returncode == 0


def test_a_stale_page_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bound that somebody changed by hand is enough; written anew, the page is as it was."""
    page = tmp_path / "protocol.md"
    shutil.copyfile(protocol_doc.PAGE, page)
    page.write_text(page.read_text("utf-8").replace("bytes, 284 to 8476", "bytes, 284 to 8477"), "utf-8")
    monkeypatch.setattr(protocol_doc, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["protocol_doc.py", "--check"])
    assert protocol_doc.main() == 1
    monkeypatch.setattr(sys, "argv", ["protocol_doc.py"])
    assert protocol_doc.main() == 0

    assert page.read_bytes() == (ROOT / "docs" / "protocol.md").read_bytes()


def test_a_marker_that_is_gone_is_seen() -> None:
    """A drawing without its place, and a place without its drawing."""
    text = draw_life.PAGE.read_text("utf-8")
    for broken in (text.replace("<!-- drawn: life -->", ""), text + "<!-- drawn: more -->"):
        with pytest.raises(ValueError, match="expected"):
            drawn(broken, {"life": "", "keys": ""})


def test_every_frame_has_a_docstring_and_every_code_a_meaning() -> None:
    """A table of names without a word helps nobody."""
    structs = [struct for side in protocol_doc.SIDES.values() for struct in side.__args__]

    assert [one for one in structs if not one.__doc__] == []
    assert [code for code, close in CLOSES.items() if len(close.meaning) < 20] == []
    assert frames.PROTOCOL in protocol_doc.PAGE.read_text("utf-8")


def test_every_address_is_told() -> None:
    """Each route of a worker stands in the table of addresses, and no other does."""
    files = [ROOT / "server" / "app.py", *(ROOT / "server" / "door").glob("*.py")]
    source = "".join(path.read_text("utf-8") for path in files)
    routes = {path for _, path in PAGES} | set(re.findall(r'Route\("(/[^"]*)"', source))
    addresses = protocol_doc.PAGE.read_text("utf-8").partition("## 1. Addresses")[2].partition("## 2.")[0]
    told = {re.sub("<[a-z]+>", "{}", path) for path in re.findall(r"`(/[\w./<>-]*)`", addresses)}

    assert told == {re.sub("{[a-z]+}", "{}", path) for path in routes}

"""The built browser files: read once, and refused when they are not whole."""

from pathlib import Path

import pytest

from server.door.built import Built, BuiltError


@pytest.mark.parametrize("text", [None, "", "{}x", '{"widget.js": {"file": 1}}'])
def test_a_build_that_is_not_whole_stops_the_start(tmp_path: Path, text: str | None) -> None:
    """Missing, empty or another shape: it says which command makes it."""
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(BuiltError, match="npm run build"):
        Built(tmp_path)


def test_a_file_that_was_not_built_names_itself(tmp_path: Path) -> None:
    """By its logical name."""
    (tmp_path / "manifest.json").write_text("{}")

    with pytest.raises(BuiltError, match=r"widget\.js"):
        Built(tmp_path)["widget.js"]

"""Quick replies: the helpline's file is checked at the start, and each counsellor's own are hers."""

import stat
from pathlib import Path

import msgspec
import pytest

from server.helpline import SettingsError, read_helpline
from server.replies import Own, OwnReplies, Reply, parse_own, read_replies

ROOT = Path(__file__).resolve().parents[1]


def read(tmp_path: Path, text: str) -> tuple[Reply, ...]:
    """Return the replies of a file with this text."""
    path = tmp_path / "replies.toml"
    path.write_text(text, "utf-8")
    return read_replies(path, ("nb", "nn", "en"), "nb")


def test_the_helplines_own_replies_are_in_every_language_of_its_counsellors() -> None:
    """Bokmål, nynorsk and English, calm, and each with a short name of its own."""
    helpline = read_helpline(ROOT / "config" / "helpline.toml")
    replies = read_replies(ROOT / "config" / "replies.toml", helpline.languages, helpline.default_language)
    assert len(replies) >= 10
    for reply in replies:
        assert reply.texts.keys() >= {"nb", "nn", "en"}
        assert not any("!" in text for text in reply.texts.values())


def test_no_file_is_no_replies(tmp_path: Path) -> None:
    """A helpline need not have any."""
    assert read_replies(tmp_path / "none.toml", ("nb",), "nb") == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[[reply]]\nshort = 'a'\nen = 'x'", "replies.toml: reply[0].nb"),
        ("[[reply]]\nshort = 'A b'\nnb = 'x'", "replies.toml: reply[0]"),
        ("[[reply]]\nshort = 'a'\nnb = ''", "replies.toml: reply[0]"),
        ("[[reply]]\nshort = 'a'\nnb = 'x'\nxx = 'x'", "replies.toml: reply[0]"),
        ("[[reply]]\nshort = 'a'\nnb = 'x'\n[[reply]]\nshort = 'a'\nnb = 'y'", "replies.toml: short"),
        ("other = 1", "replies.toml"),
        ("not toml", "replies.toml"),
    ],
)
def test_what_is_wrong_stops_the_start_and_names_itself(tmp_path: Path, text: str, name: str) -> None:
    """The own language is missing, a name cannot be typed, a text is empty, a language is unknown, a name is there twice."""
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert caught.value.name == name


def test_her_own_replies_are_kept_whole_and_for_her_alone(tmp_path: Path) -> None:
    """Read again as they were; a colleague has none of them; nobody else on the machine can read the file."""
    own = OwnReplies(tmp_path / "replies")
    assert own.of("kari") == []
    own.keep("kari", [Own("min", "Mitt svar")])
    own.keep("kari", [Own("min", "Mitt svar"), Own("to", "Et til")])
    assert own.of("kari") == [Own("min", "Mitt svar"), Own("to", "Et til")]
    assert own.of("ola") == []
    assert stat.S_IMODE((tmp_path / "replies" / "kari.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "replies").stat().st_mode) == 0o700
    (tmp_path / "replies" / "kari.json").write_text("broken")
    assert own.of("kari") == []


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '[{"short":"A B","text":"x"}]', '[{"short":"a","text":""}]', '[{"short":"a","text":"x","y":1}]']
)
def test_what_is_no_reply_is_refused(text: str) -> None:
    """A browser of ours never sends it."""
    with pytest.raises(msgspec.MsgspecError):
        parse_own(text)
    with pytest.raises(msgspec.MsgspecError):
        parse_own(msgspec.json.encode([Own("a", "x")] * 51).decode())

"""No word is missing where it is said, and none lies about that nobody says."""

import re
from pathlib import Path

from server.helpline import read_helpline
from server.words import read_wording

ROOT = Path(__file__).resolve().parents[2]
SAID = re.compile(
    r"""say\(\s*"([a-z_]+)"|\? "([a-z_]+)" : "([a-z_]+)"|\bwords\.([a-z_]+)|tongue\.say\("([a-z_]+)|endButton\(with_, "([a-z_]+)"""
)
BUILT = re.compile(r"say\((?:[^`\n]*\()?`([^`]+)`")
"""A key that is put together from pieces."""
PLACE = re.compile(r"\$\{[^}]*\}")
OF_THE_SERVER = {"opens", "opens_unknown", "clock"}
OF_KINDS = {"must_tell", "who_where"}
"""Said by the name of a message's kind."""
NOT_KEYS = {"ts"}
CALENDAR = re.compile(r"(weekday|month)_\d+")
OF_THE_LOADER = {"open", "close", "is_open"}


def sources() -> str:
    """Return all that may say a word to a child."""
    files = [*(ROOT / "browser").glob("*.ts"), *(ROOT / "widget").glob("*.ts"), *(ROOT / "widget" / "templates").glob("*.html")]
    return "\n".join(path.read_text("utf-8") for path in files)


def said() -> set[str]:
    """Return the keys that are said as they are."""
    return {key for match in SAID.finditer(sources()) for key in match.groups() if key} - NOT_KEYS


def test_no_word_that_is_said_is_missing() -> None:
    """Each key in the code is in the words."""
    words = read_wording(ROOT / "config" / "wording")["nb"].child
    surely = set(re.findall(r'say\(\s*"([a-z_]+)"', sources())) | (set(re.findall(r"\bwords\.([a-z_]+)", sources())) - NOT_KEYS)

    assert len(surely) > 60
    assert sorted(surely - set(words)) == []


def test_no_word_is_left_that_nobody_says() -> None:
    """Each key in the words is said somewhere: in the code, in a page, or as the name of a number."""
    words = read_wording(ROOT / "config" / "wording")["nb"].child
    helpline = read_helpline(ROOT / "config" / "helpline.toml")
    named = {number.label for number in (*helpline.numbers, *helpline.other_help)} | OF_THE_SERVER | OF_KINDS
    built = [re.compile(PLACE.sub(r"\\w+", key)) for key in BUILT.findall(sources())]
    unsaid = [key for key in words if key not in said() | named and not any(one.fullmatch(key) for one in built)]

    assert [key for key in unsaid if not CALENDAR.fullmatch(key)] == []


def test_the_loader_has_its_two_words() -> None:
    """Open and hide, nothing else travels with it."""
    for tongue in read_wording(ROOT / "config" / "wording").values():
        assert set(tongue.loader) == OF_THE_LOADER


def test_S10_before_it_writes_a_child_is_told_what_stays_on_the_device() -> None:
    """In every language: what leaving quickly does, that the page stays in the history, that a program may see all, a private window."""
    before = (ROOT / "widget" / "before.ts").read_text("utf-8")
    for code, tongue in read_wording(ROOT / "config" / "wording").items():
        for key in ("exit_help", "safety_page", "safety_private", "safety_spy"):
            assert tongue.child.get(key), (code, key)
    assert 'say("exit_help")' in before
    assert '"nothing", "page", "private", "spy"' in before

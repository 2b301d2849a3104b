"""Every word that people read: complete in each language, plain, and chosen as the browser wishes."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.helpline import read_helpline
from server.words import Wording, WordingError, choose, offered, places, read_wording

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "config" / "wording"
CODES = ("nb", "nn", "en", "se", "nb-easy")
HEAVY = ("henvendelse", "henvending", "bekymringsmelding", "taushetsplikt", "teieplikt", "samtykke", "personopplysning")


@pytest.fixture(scope="module")
def wording() -> Wording:
    """The words as they are."""
    return read_wording(FOLDER)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the words, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "wording"))


def spoil(folder: Path, code: str, old: str, new: str) -> None:
    """Change one thing in a copied file."""
    path = folder / f"{code}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_five_languages_are_complete(wording: Wording) -> None:
    """Bokmål, nynorsk, English, North Sami and easy Bokmål are there for children; the dashboard has the first three."""
    assert set(CODES) == set(wording)
    assert [True, True, True, False, False] == [wording[code].has_staff for code in CODES]


def test_north_sami_is_not_offered_before_a_native_speaker_has_read_it() -> None:
    """The file says so at its top, and the settings do not name it."""
    assert "WRITTEN BY A NON-NATIVE" in (FOLDER / "se.toml").read_text("utf-8").splitlines()[0]
    assert "se" not in read_helpline(ROOT / "config" / "helpline.toml").languages


@pytest.mark.parametrize("code", CODES)
def test_no_word_shouts(wording: Wording, code: str) -> None:
    """No exclamation mark, and no capitals for emphasis, anywhere."""
    tongue = wording[code]
    for key, text in {**tongue.child, **tongue.staff, **tongue.loader}.items():
        assert "!" not in text, key
        assert not (text.isupper() and len(text) > 4), key


@pytest.mark.parametrize("code", ["nb", "nn"])
def test_a_child_is_spoken_to_plainly(wording: Wording, code: str) -> None:
    """No word of the trade on the child's side, and no sentence of more than 25 words."""
    for key, text in wording[code].child.items():
        assert not any(word in text.lower() for word in HEAVY), key
        for sentence in text.replace("?", ".").split(". "):
            assert len(sentence.split()) <= 25, key


def test_north_sami_is_offered_when_the_settings_say_that_it_was_checked(wording: Wording) -> None:
    """Named without that, it stops the start and says why; with it, it is there."""
    with pytest.raises(WordingError, match="native speaker"):
        offered(wording, ("nb", "se"))
    assert list(offered(wording, ("nb", "se"), ("se",))) == ["nb", "se"]


def test_easy_words_are_easy(wording: Wording) -> None:
    """No sentence of more than eleven words, and no word of more than sixteen letters, in anything that a child may read."""
    for key, text in wording["nb-easy"].child.items():
        for sentence in re.split(r"[.?:] ?", text):
            assert len(sentence.split()) <= 11, key
            assert all(len(word) <= 16 for word in sentence.split()), key


def test_easy_words_are_bokmaal_to_a_screen_reader(wording: Wording) -> None:
    """What is not said more easily is said as in Bokmål; a language that is based on none stops the start."""
    easy = wording["nb-easy"]
    assert easy.spoken == "nb"
    assert easy.child["send"] == wording["nb"].child["send"]
    assert easy.child["told_body"] != wording["nb"].child["told_body"]


@pytest.mark.parametrize("base", ['"nb-easy"', '"xx"'])
def test_a_base_that_is_none_stops_the_start(copy: Path, base: str) -> None:
    """Itself, or a language that is not there."""
    spoil(copy, "nb-easy", 'base = "nb"', f"base = {base}")
    with pytest.raises(WordingError, match="base"):
        read_wording(copy)


@pytest.mark.parametrize("code", CODES)
def test_every_number_has_a_name(wording: Wording, code: str) -> None:
    """The numbers of the settings have a label in each language."""
    helpline = read_helpline(ROOT / "config" / "helpline.toml")

    for number in (*helpline.numbers, *helpline.other_help):
        assert wording[code].child[number.label]


@pytest.mark.parametrize(
    ("code", "old", "new", "named"),
    [
        ("nn", 'you = "Du"\n', "", ["nn.toml", "you", "missing"]),
        ("en", 'you = "You"\n', 'you = "You"\nyuo = "You"\n', ["en.toml", "yuo", "unknown"]),
        ("en", "number {n} in", "number {m} in", ["en.toml", "place", "'m'", "'n'"]),
        ("nn", 'you = "Du"\n', 'you = " "\n', ["nn.toml", "you", "empty"]),
        ("nb", "[loader]", "[laoder]", ["nb.toml", "laoder"]),
        ("se", 'name = "Davvisámegiella"\n', "", ["se.toml", "name", "missing"]),
        ("nn", 'you = "Du"\n', "you = Du\n", ["nn.toml", "TOML"]),
        ("nn", "[staff]", "[child.staff]", ["nn.toml", "staff"]),
    ],
)
def test_what_is_wrong_names_itself(copy: Path, code: str, old: str, new: str, named: list[str]) -> None:
    """A missing, unknown, empty or different word stops the start, with file and key."""
    spoil(copy, code, old, new)

    with pytest.raises(WordingError) as error:
        read_wording(copy)
    assert [word for word in named if word not in str(error.value)] == []


def test_a_language_that_babel_does_not_know_stops_the_start(copy: Path) -> None:
    """Its days and months could not be said."""
    shutil.copy(copy / "se.toml", copy / "qqq.toml")

    with pytest.raises(WordingError, match=r"qqq\.toml"):
        read_wording(copy)


def test_a_language_without_words_cannot_be_offered(wording: Wording) -> None:
    """A setting that names it stops the start."""
    with pytest.raises(WordingError, match="sma"):
        offered(wording, ("nb", "sma"))


def test_an_empty_folder_stops_the_start(tmp_path: Path) -> None:
    """There is nothing to say."""
    with pytest.raises(WordingError):
        read_wording(tmp_path)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "nb"),
        ("nn-NO,nn;q=0.9,nb;q=0.8", "nn"),
        ("no,en;q=0.8", "nb"),
        ("no-NO,nn;q=0.9", "nb"),
        ("en-GB", "en"),
        ("de,en;q=0.5,nn;q=0.6", "nn"),
        ("de", "nb"),
        ("se", "nb"),
        ("nn;q=0,en;q=0.1", "en"),
        ("EN", "en"),
        ("*", "nb"),
        ("en;q=abc,;;;,nn", "nn"),
        ("x" * 100_000, "nb"),
    ],
)
def test_the_browsers_wish_is_followed_among_what_is_offered(accept: str, chosen: str) -> None:
    """The best offered language; Norwegian of no kind, nonsense or nothing is the helpline's own."""
    assert chosen == choose(accept, ("nb", "nn", "en"), "nb")


@pytest.mark.parametrize(
    ("code", "now", "said"),
    [
        ("nb", "2026-11-25T08:00", "Den åpner i dag klokka 16.15."),
        ("nn", "2026-11-24T22:00", "Han opnar i morgon klokka 16.15."),
        ("en", "2026-11-21T12:00", "It opens on Wednesday at 16:15."),
        ("nb", "2026-11-18T12:00", "Den åpner onsdag 25. november klokka 16.15."),
        ("se", "2026-11-18T12:00", "Dat rahppo gaskavahkku skábmamánnu 25. diibmu 16.15."),
    ],
)
def test_when_it_opens_next_is_said_in_words(wording: Wording, code: str, now: str, said: str) -> None:
    """As a person would say it, in the helpline's own time."""
    opens = datetime(2026, 11, 25, 15, 15, tzinfo=UTC)

    assert said == wording[code].opens(opens, datetime.fromisoformat(now).replace(tzinfo=UTC), "Europe/Oslo")


def test_when_nothing_is_known_of_the_next_opening_that_is_said(wording: Wording) -> None:
    """No date is made up."""
    assert wording["nb"].child["opens_unknown"] == wording["nb"].opens(None, datetime(2026, 1, 1, tzinfo=UTC), "Europe/Oslo")


def test_places_are_found() -> None:
    """What a text leaves open."""
    assert places("Den åpner {day} klokka {time}.") == {"day", "time"}


def test_until_when_it_is_open_is_said_in_local_time(wording: Wording) -> None:
    """Without a script too; and nothing where no end is in sight."""
    when = datetime(2026, 11, 25, 21, 45, tzinfo=UTC)

    assert wording["nb"].until(when, "Europe/Oslo") == "Chatten er åpen til klokka 22.45."
    assert wording["nb"].until(None, "Europe/Oslo") == ""

"""The stories of practice children are whole, or the start stops and says why."""

import shutil
from pathlib import Path

import msgspec
import pytest

from server.helpline import SettingsError
from server.training import BUILT_IN, INTENTS, LANGUAGES, Training, as_json, read_training

OURS = Path(__file__).resolve().parents[1] / "config" / "training"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of our stories, to be broken."""
    return Path(shutil.copytree(OURS, tmp_path / "training"))


def changed(folder: Path, before: str, after: str, name: str = "quarrel.toml") -> Path:
    """Change one place of a story."""
    text = (folder / name).read_text("utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), "utf-8")
    return folder


def test_G16_there_are_five_stories_in_two_languages_in_their_order() -> None:
    """Each told in nb and en, each with something to practise, and moments to talk about afterwards."""
    training = read_training(OURS)

    assert [story.id for story in training.stories] == ["quarrel", "friend", "drinks", "now", "testing"]
    assert [story.danger for story in training.stories] == [False, False, False, True, False]
    for story in training.stories:
        assert len(story.moments) >= 4
        for language in LANGUAGES:
            assert all(getattr(text, language) for text in (story.title, story.goal, story.background))


def test_G16_a_browser_gets_what_was_read() -> None:
    """What travels is the stories and the word lists, whole."""
    training = read_training(OURS)

    assert msgspec.json.decode(as_json(training), type=Training) == training


def test_G16_every_intent_is_used_and_known() -> None:
    """A word list that no story listens to is a lie about what the child understands."""
    training = read_training(OURS)
    used = {intent for story in training.stories for beat in story.beats for intent in beat.on}
    used |= {intent for story in training.stories for moment in story.moments for intent in (*moment.did, *moment.never)}

    assert set(training.intents) - used == set()
    assert not set(training.intents) & BUILT_IN


def test_without_a_folder_nobody_can_practise(tmp_path: Path) -> None:
    """A helpline that has no stories starts."""
    assert read_training(tmp_path / "training") == Training()


@pytest.mark.parametrize(
    ("before", "after", "named", "why"),
    [
        ('next = "begin"', 'next = "nowhere"', "quarrel.toml: start", "nowhere"),
        ('on = { short = "sure" }', 'on = { shout = "sure" }', "quarrel.toml", "shout"),
        ('on = { short = "sure" }\n', "", "quarrel.toml: beats", "sure is not"),
        ('id = "sure"', 'id = "start"', "quarrel.toml: beats", "start, start"),
        ('nb = ["hei"]', 'nb = ["hei", "du"]', "quarrel.toml: start", "'nb': 2"),
        ('nb = ["hei"]', 'nb = ["hei!"]', "quarrel.toml: start", "hei!"),
        ('nb = ["hei"]', "", "quarrel.toml", "nb"),
        ("ends = true", 'next = "bed"', "quarrel.toml: beats", "none from"),
        ("ends = true", "", "quarrel.toml: bye", "ends = False"),
        ('at = ["tell", "not_angry"]', 'at = ["told"]', "quarrel.toml: moments.at", "told"),
        ('did = ["adult"]', 'did = ["grown_up"]', "quarrel.toml: moments", "grown_up"),
        ("order = 1", "order = 1\ncolour = 2", "quarrel.toml", "colour"),
        ("order = 1", "order = ", "quarrel.toml", "Invalid value"),
    ],
)
def test_G16_a_broken_story_stops_the_start_and_names_itself(folder: Path, before: str, after: str, named: str, why: str) -> None:
    """Which file, which place, what is wrong."""
    with pytest.raises(SettingsError) as error:
        read_training(changed(folder, before, after))

    assert named in str(error.value)
    assert why in str(error.value)


def test_G16_a_broken_word_list_names_itself(folder: Path) -> None:
    """Words are in small letters; without the list there are no stories."""
    with pytest.raises(SettingsError, match=r"intents\.toml"):
        read_training(changed(folder, '"heisann"', '"Heisann"', INTENTS))
    (folder / INTENTS).unlink()
    with pytest.raises(SettingsError, match=r"intents\.toml"):
        read_training(folder)

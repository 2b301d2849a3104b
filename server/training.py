"""The stories of practice children: `config/training/*.toml`, one story a file, and the intents that they answer to in `intents.toml`.

Rules of this file:

1. Only what a story says is read here. It is played in the counsellor's own browser (`counsellor_ui/training/`); nothing comes back.
2. What is wrong in a file stops the start and names itself. No folder: nobody can practise.
3. Every story is whole in every language of `LANGUAGES`, every beat can be reached, and from every beat it ends.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from server.helpline import SettingsError

LANGUAGES = ("nb", "en")
"""The languages in which stories are told; each text is in all of them."""
INTENTS = "intents.toml"
BUILT_IN = frozenset({"question", "many_questions", "short", "long", "must_tell", "quick", "called"})
"""What is seen without a word list: what it is, stands in `counsellor_ui/training/intents.ts`."""
MOST_LINES = 6

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,29}$")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=300)]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is not known is wrong."""


class Text(Strict, frozen=True):
    """A text in each language."""

    nb: Annotated[str, msgspec.Meta(min_length=1, max_length=900)]
    en: Annotated[str, msgspec.Meta(min_length=1, max_length=900)]


class Said(Strict, frozen=True):
    """What the child says, message by message, in each language."""

    nb: Lines
    en: Lines


class Beat(Said, frozen=True):
    """One step of a story: what the child says, and what comes after what the counsellor answers."""

    id: Name
    on: dict[Name, Name] = {}
    """Intent -> the next beat; the first that fits, in this order."""
    next: Name | None = None
    """The next beat when none of them fits."""
    quiet: Seconds = 0
    """So long (s) the child is silent before it writes."""
    away: Seconds = 0
    """After its words its connection is gone for so long (s), and comes back."""
    ends: bool = False
    """Here the child says goodbye and leaves."""


class Reaction(Said, frozen=True):
    """What the child says first, once in a story, when the counsellor has written in this way."""

    did: Name


class Moment(Strict, frozen=True):
    """A moment that matters: told after the talk, with what she did there."""

    nb: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    en: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    did: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    """One of these intents is enough."""
    at: tuple[Name, ...] = ()
    """At these beats; none: anywhere."""
    never: tuple[Name, ...] = ()
    """And none of these."""


class Story(Strict, frozen=True):
    """One practice child."""

    order: int
    about: Literal["unsaid", "me", "other"]
    danger: bool
    waited: Annotated[int, msgspec.Meta(ge=0, le=60)]
    """For how many minutes the child seems to have waited when it rings."""
    title: Text
    goal: Text
    """What to practise, told before."""
    background: Text
    """What it was about, told afterwards."""
    beats: Annotated[tuple[Beat, ...], msgspec.Meta(min_length=2)]
    asks: Said
    """What the child says when nobody answers, one after the other."""
    gives_up: Said
    moments: Annotated[tuple[Moment, ...], msgspec.Meta(min_length=1)]
    reactions: tuple[Reaction, ...] = ()
    id: str = ""
    """The name of its file."""


class Words(Strict, frozen=True):
    """How an intent is recognised: whole words or, with a star at the end, beginnings of words."""

    nb: tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-zæøå0-9' ]+\*?$")], ...]
    en: tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9' ]+\*?$")], ...]


class Training(Strict, frozen=True):
    """All that a browser needs to play."""

    intents: dict[Name, Words] = {}
    stories: tuple[Story, ...] = ()


def read_training(folder: Path) -> Training:
    """Return the stories in their order, each checked. Raises SettingsError."""
    if not folder.is_dir():
        return Training()
    intents = _convert(folder / INTENTS, dict[Name, Words])
    known = frozenset(intents) | BUILT_IN
    stories = [_story(path, known) for path in sorted(folder.glob("*.toml")) if path.name != INTENTS]
    return Training(intents, tuple(sorted(stories, key=lambda story: (story.order, story.id))))


def _convert(path: Path, shape: Any) -> Any:  # noqa: ANN401 - what comes back is what was asked for
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), shape)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"training/{path.name}", "a story as config/README.md tells it", error) from error


def _story(path: Path, known: frozenset[str]) -> Story:
    story: Story = msgspec.structs.replace(_convert(path, Story), id=path.stem)
    name = f"training/{path.name}"
    beats = {beat.id: beat for beat in story.beats}
    if len(beats) < len(story.beats):
        raise SettingsError(f"{name}: beats", "each id only once", ", ".join(beat.id for beat in story.beats))
    for said, where in _all_said(story):
        _same_number(said, f"{name}: {where}")
    for beat in story.beats:
        _goes_on(beat, beats, f"{name}: {beat.id}")
    _known({*(it for beat in story.beats for it in beat.on), *(one.did for one in story.reactions)}, known, name)
    for moment in story.moments:
        _known({*moment.did, *moment.never}, known, f"{name}: moments")
        _known(set(moment.at), frozenset(beats), f"{name}: moments.at")
    _whole(story, beats, name)
    return story


def _all_said(story: Story) -> list[tuple[Said, str]]:
    return [
        *((beat, beat.id) for beat in story.beats),
        *((one, f"reactions.{one.did}") for one in story.reactions),
        (story.asks, "asks"),
        (story.gives_up, "gives_up"),
    ]


def _same_number(said: Said, name: str) -> None:
    counts = {language: len(getattr(said, language)) for language in LANGUAGES}
    if len(set(counts.values())) > 1:
        raise SettingsError(name, "as many messages in each language", counts)
    for language in LANGUAGES:
        if loud := [line for line in getattr(said, language) if "!" in line]:
            raise SettingsError(name, "no exclamation marks", loud[0])


def _goes_on(beat: Beat, beats: dict[str, Beat], name: str) -> None:
    if beat.ends == (beat.next is not None) or (beat.ends and beat.on):
        raise SettingsError(name, "either ends, or next", f"ends = {beat.ends}, next = {beat.next}")
    _known({*beat.on.values(), *({beat.next} if beat.next else ())}, frozenset(beats), name)


def _known(names: set[str], known: frozenset[str], where: str) -> None:
    if unknown := names - known:
        raise SettingsError(where, f"one of {', '.join(sorted(known))}", ", ".join(sorted(unknown)))


def _whole(story: Story, beats: dict[str, Beat], name: str) -> None:
    """Every beat is reached from the first, and from every beat an end is reached. Raises SettingsError."""
    follows = {beat.id: {*beat.on.values(), *({beat.next} if beat.next else ())} for beat in story.beats}
    reached = _closure({story.beats[0].id}, follows)
    if alone := set(beats) - reached:
        raise SettingsError(f"{name}: beats", "each reached from the first", f"{', '.join(sorted(alone))} is not")
    back: dict[str, set[str]] = {beat: {one for one, ways in follows.items() if beat in ways} for beat in follows}
    ending = _closure({beat.id for beat in story.beats if beat.ends}, back)
    if stuck := set(beats) - ending:
        raise SettingsError(f"{name}: beats", "an end from each", f"none from {', '.join(sorted(stuck))}")


def _closure(first: set[str], ways: dict[str, set[str]]) -> set[str]:
    found, new = set(first), set(first)
    while new:
        new = {way for one in new for way in ways[one]} - found
        found |= new
    return found


def as_json(training: Training) -> bytes:
    """Return what a browser is given."""
    return msgspec.json.encode(training)

"""Opening a package: what verifies is text, what does not is a problem with the sealed bytes kept."""

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import sealing
from server.ids import new_id
from server.registrar.opener import open_package, sealed_elsewhere
from server.registrar.page import page
from server.registrar.record import Line, read, write
from server.registrar.words import Words
from server.wire.package import Entry, Package, pack
from tests.handoff.talks import Keys, Talk, a_talk, point

KEYS = Keys()
STRANGER = Keys()


def changed(package: Package, **changes: Any) -> Package:  # noqa: ANN401 - any field of a package
    """Return the package with other fields."""
    return msgspec.structs.replace(package, **changes)


def test_a_whole_talk_opens() -> None:
    """Every message is text in its place, the form is there, nothing is a problem and nothing is kept sealed."""
    talk = a_talk(KEYS)
    record = open_package(talk.package(form=talk.form(summary="Trygg nå")), KEYS.registrar)

    assert [("child", "Hei"), ("counsellor", "Hei. Jeg er her."), ("child", "Takk")] == [(line.role, line.text) for line in record.lines]
    assert record.problems == []
    assert record.sealed is None
    assert "Trygg nå" in (record.form or "")
    assert not sealed_elsewhere(record)
    assert record == read(write(record))


def test_a_row_without_text_is_a_record() -> None:
    """One who never had a counsellor has no key, no message, no form, and no problem."""
    package = changed(a_talk(KEYS).package("gave_up"), entries=[], wrapped_key=None, paired_at=None)
    record = open_package(package, KEYS.registrar)

    assert (record.lines, record.form, record.problems, record.ending) == ([], None, [], "gave_up")
    assert not sealed_elsewhere(record)


def test_a_talk_that_was_not_written_up_is_a_transcript_without_form() -> None:
    """Unregistered: all messages, no form, no problem."""
    record = open_package(a_talk(KEYS).package("unregistered"), KEYS.registrar)
    assert (len(record.lines), record.form, record.problems) == (3, None, [])


def test_an_empty_talk_can_be_registered() -> None:
    """Nobody wrote a word, and the counsellor wrote it up: a form and no transcript."""
    record = open_package(Talk(point(KEYS.registrar)).package(), KEYS.registrar)
    assert (record.lines, record.problems) == ([], [])
    assert record.form


def _tampered(entries: list[Entry]) -> dict[str, tuple[list[Entry], set[str]]]:
    """Return what can be done to three entries, and the problems that must be told. The digest covers the boxes, in order."""
    one, two, three = entries
    again = msgspec.structs.replace
    flipped = again(two, box=two.box[:-1] + bytes([two.box[-1] ^ 1]))
    return {
        "replayed at the end": ([*entries, again(one, seq=4)], {"entries_changed", "form_saw_less"}),
        "replayed in place": ([one, two, three, three], {"entries_changed", "form_saw_less"}),
        "turned round": ([again(three, seq=1), two, again(one, seq=3)], {"entries_missing", "entries_changed", "form_saw_other"}),
        "missing in the middle": ([one, three], {"entries_missing", "form_saw_other"}),
        "missing in the middle, renumbered": ([again(two, seq=1), again(three, seq=2)], {"entries_missing", "form_saw_other"}),
        "missing at the start": ([two, three], {"entries_missing", "form_saw_other"}),
        "missing at the end": ([one, two], {"form_saw_other"}),
        "another role": ([again(one, role="counsellor"), two, three], {"entries_missing", "entries_changed"}),
        "a role that is none": ([again(one, role="system"), two, three], {"entries_missing", "entries_changed"}),
        "another id": ([one, again(two, id=new_id()), three], {"entries_changed"}),
        "another counter": ([one, two, again(three, n=7)], {"entries_missing", "entries_changed"}),
        "a changed byte": ([one, flipped, three], {"entries_changed", "form_saw_other"}),
        "a cut box": ([one, again(two, box=two.box[:-256]), three], {"entries_changed", "form_saw_other"}),
    }


NAMES = list(_tampered(a_talk(KEYS).entries))


@pytest.mark.parametrize("name", NAMES)
def test_what_was_tampered_with_is_a_problem(name: str) -> None:
    """Each is told, nothing is dropped, the broken message has no text, and the whole package is kept sealed."""
    talk = a_talk(KEYS)
    entries, problems = _tampered(talk.entries)[name]
    package = changed(talk.package(), entries=entries)

    record = open_package(package, KEYS.registrar)

    assert set(record.problems) == problems
    assert len(record.lines) == len(entries)
    assert ("entries_changed" in problems) == any(line.problem and line.text is None for line in record.lines)
    assert record.sealed == pack(package)


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_shown_only_where_it_was_said(name: str) -> None:
    """However the entries are turned round, what is shown of a side was said by it, in that order, and once."""
    talk = a_talk(KEYS)
    entries, _ = _tampered(talk.entries)[name]
    record = open_package(changed(talk.package(), entries=entries), KEYS.registrar)

    for role, said in (("child", ["Hei", "Takk"]), ("counsellor", ["Hei. Jeg er her."]), ("system", [])):
        shown = [line.text for line in record.lines if line.role == role and line.text is not None]
        assert shown == [text for text in said if text in shown]


@given(st.permutations(range(6)), st.integers(0, 6))
def test_no_order_but_the_true_one_is_clean(order: list[int], length: int) -> None:
    """Reordered, cut or whole: only the talk as it was has no problem."""
    talk = SIX
    entries = [msgspec.structs.replace(talk.entries[old], seq=new + 1) for new, old in enumerate(order)][:length]
    record = open_package(changed(SIX_PACKAGE, entries=entries), KEYS.registrar)
    assert (record.problems == []) == (entries == talk.entries)


SIX = Talk(point(KEYS.registrar))
for word in ("a", "b", "c"):
    SIX.says("child", word).says("counsellor", word)
SIX_PACKAGE = SIX.package()


def test_another_registrar_opens_nothing() -> None:
    """All that came is kept, no message has text, and it is known that the key is the wrong one."""
    package = a_talk(STRANGER).package()
    record = open_package(package, KEYS.registrar)

    assert set(record.problems) == {"key_cannot_open", "form_cannot_open"}
    assert {(line.text, line.problem) for line in record.lines} == {(None, "cannot_open")}
    assert record.sealed == pack(package)
    assert sealed_elsewhere(record)


def test_a_key_that_never_fitted_does_not_hide_the_form() -> None:
    """A child's browser that wrapped nonsense: the form is there, so this is the right registrar."""
    package = changed(a_talk(KEYS).package(), wrapped_key=b"x" * 113)
    record = open_package(package, KEYS.registrar)

    assert record.form
    assert record.problems == ["key_cannot_open"]
    assert not sealed_elsewhere(record)


def test_messages_without_a_key_are_kept() -> None:
    """The key did not come at all: told, and kept sealed."""
    record = open_package(changed(a_talk(KEYS).package(), wrapped_key=None), KEYS.registrar)
    assert record.problems == ["no_key"]
    assert record.sealed


def _other_forms(talk: Talk) -> dict[str, tuple[bytes, str]]:
    elsewhere = a_talk(KEYS)
    sealed_here = sealing.seal_form
    key = talk.registrar
    return {
        "of another talk": (elsewhere.form(), "form_cannot_open"),
        "that names another talk": (talk.form(conversation=elsewhere.conversation), "form_of_another_talk"),
        "that saw another talk": (talk.form(digest="0" * 64), "form_saw_other"),
        "that saw more than came": (talk.form(seq=4), "form_saw_other"),
        "with a code that is none": (talk.form(who="wizard"), "form_unreadable"),
        "with a field too many": (talk.form(name="x"), "form_unreadable"),
        "that is no form": (sealed_here(b"[]", key, talk.conversation), "form_unreadable"),
        "in bad UTF-8": (sealed_here(b'{"who":"\xff"}', key, talk.conversation), "form_unreadable"),
        "of random bytes": (b"x" * 400, "form_cannot_open"),
    }


@pytest.mark.parametrize("name", list(_other_forms(a_talk(KEYS))))
def test_a_form_that_does_not_verify_is_a_problem(name: str) -> None:
    """The transcript stands; the form is told as what it is, and kept sealed."""
    talk = a_talk(KEYS)
    form, problem = _other_forms(talk)[name]
    record = open_package(talk.package(form=form), KEYS.registrar)

    assert record.problems == [problem]
    assert [line.text for line in record.lines] == ["Hei", "Hei. Jeg er her.", "Takk"]
    assert (record.form is not None) == (problem == "form_saw_other")
    assert record.sealed


def test_a_form_written_before_the_last_message_says_so() -> None:
    """The counsellor saw the beginning of this very talk: the form stands, with a note."""
    talk = a_talk(KEYS)
    form = talk.form()
    record = open_package(talk.says("child", "En ting til").package(form=form), KEYS.registrar)

    assert record.problems == ["form_saw_less"]
    assert record.form


def test_a_registration_without_its_form_is_a_problem() -> None:
    """Registered, and the form is not there."""
    assert open_package(changed(a_talk(KEYS).package(), form=None), KEYS.registrar).problems == ["no_form"]


def test_an_unknown_kind_is_not_text() -> None:
    """A message of a kind that this version does not know is kept, and not shown as text."""
    talk = a_talk(KEYS).says("child", "M 0 0 L 9 9", kind="drawing")
    record = open_package(talk.package(), KEYS.registrar)

    assert record.lines[-1] == Line(4, "child", talk.entries[-1].at, None, "unknown_kind")
    assert record.problems == ["entries_changed"]
    assert record.sealed


def test_each_side_has_kinds_of_its_own() -> None:
    """Who and where is the child's to say, that somebody must be told the counsellor's; the other way round it is not shown."""
    talk = a_talk(KEYS).says("child", "Navn: Ola", kind="who_where").says("counsellor", "Politiet", kind="must_tell")
    talk.says("child", "Politiet", kind="must_tell").says("counsellor", "Ola", kind="who_where")
    record = open_package(talk.package(), KEYS.registrar)

    assert [(line.kind, line.text) for line in record.lines[3:5]] == [("who_where", "Navn: Ola"), ("must_tell", "Politiet")]
    assert [(line.text, line.problem) for line in record.lines[5:]] == [(None, "unknown_kind")] * 2
    assert record == read(write(record))
    assert "sier hvem og hvor" in "\n".join(page(1, 1, record, Words("nb"), {}))


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300))
def test_nothing_in_a_package_stops_the_registrar(key: bytes, form: bytes, box: bytes) -> None:
    """Random bytes everywhere: a record with problems, never an error."""
    entry = Entry(3, "child", base64.urlsafe_b64encode(box).decode(), 2, 0, box)
    record = open_package(changed(a_talk(KEYS).package(), wrapped_key=key, form=form, entries=[entry]), KEYS.registrar)
    assert record.problems
    assert record.sealed

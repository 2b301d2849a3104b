"""Frames: what fits the schema is a frame, everything else is one named error and nothing more."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ids import new_id
from server.wire import frames as f
from server.wire.closes import CLOSES

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)
NAMES = st.sampled_from([kind.__struct_config__.tag for kind in (*f.ChildFrame.__args__, *f.StaffFrame.__args__, *f.ToChild.__args__)])


@pytest.mark.parametrize("parse", [f.parse_child, f.parse_staff])
@given(content=st.text() | st.binary())
def test_no_text_is_more_than_a_frame_error(parse: object, content: str | bytes) -> None:
    """Whatever comes, it is a frame or a FrameError."""
    assert callable(parse)
    with contextlib.suppress(f.FrameError):
        parse(content)


@pytest.mark.parametrize("parse", [f.parse_child, f.parse_staff])
@given(name=NAMES, fields=st.dictionaries(st.sampled_from(["token", "seq", "n", "id", "box", "key", "conversation", "on", "x"]), ANYTHING))
def test_no_json_is_more_than_a_frame_error(parse: object, name: str, fields: dict[str, object]) -> None:
    """Known names with unknown, missing or wrong fields."""
    assert callable(parse)
    with contextlib.suppress(f.FrameError):
        parse(json.dumps({"t": name, **fields}))


def test_bounds_are_kept() -> None:
    """A box below or above its bounds, an id of another shape, a counter below zero."""
    good = f.ChildSay(new_id(), 0, b"x" * 284)
    assert f.parse_child(f.dump(good)) == good
    for bad in (
        f.ChildSay(new_id(), 0, b"x" * 283),
        f.ChildSay(new_id(), 0, b"x" * (f.MAX_BOX + 1)),
        f.ChildSay("short", 0, b"x" * 284),
        f.ChildSay(new_id(), -1, b"x" * 284),
    ):
        with pytest.raises(f.FrameError):
            f.parse_child(f.dump(bad))


def test_the_largest_message_and_form_fit_in_a_frame() -> None:
    """As base64, with everything round it."""
    say = f.StaffSay(new_id(), new_id(), 2**31, b"x" * f.MAX_BOX)
    form = f.Register(new_id(), b"x" * f.MAX_SEALED_FORM)

    assert max(len(f.dump(say)), len(f.dump(form))) <= f.MAX_FRAME


def test_every_close_code_is_ours_or_the_standards() -> None:
    """4000-4499 connect again, 4500-4999 final; reasons are short fixed words."""
    for code, close in CLOSES.items():
        assert code in (1003, 1009, 1012) or 4000 <= code < 5000
        assert close.reason == close.reason.lower()
        assert len(close.reason) < 40


@pytest.mark.parametrize(("more", "good"), [(0, True), (1, False), (255, False), (256, True)])
def test_A12_a_box_that_is_not_padded_to_a_step_is_refused(more: int, *, good: bool) -> None:
    """So no size that is stored tells more than how many steps of 256 bytes, whatever a client does."""
    box = b"x" * (f.STEP + f.NONCE_AND_TAG + more)
    said = (f.parse_child, f.ChildSay("i" * 22, 0, box)), (f.parse_staff, f.StaffSay("c" * 22, "i" * 22, 0, box))
    for parse, frame in said:
        if good:
            assert parse(f.dump(frame)) == frame
        else:
            with pytest.raises(f.FrameError):
                parse(f.dump(frame))

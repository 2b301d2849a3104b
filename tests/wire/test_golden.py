"""The golden files: one example of each frame, read by this half and by the browser tests, so that neither can drift."""

from typing import get_args

import msgspec
import pytest

from server.wire import frames as f
from tests.wire.examples import EXAMPLES, GOLDEN, SIDES, TYPED, name_of, text_of, typed
from tools import frames_to_ts

ALL = [(side, frame) for side, examples in EXAMPLES.items() for frame in examples]
NAMES = [name_of(side, frame) for side, frame in ALL]


def test_every_frame_has_exactly_one_file() -> None:
    """No frame of the wire is without an example, and no file is left of a frame that is gone."""
    wanted = sorted(name_of(side, frame) for side, union in SIDES.items() for frame in get_args(union))

    assert wanted == sorted(path.name for path in GOLDEN.iterdir())
    assert wanted == sorted(NAMES)


@pytest.mark.parametrize(("side", "frame"), ALL, ids=NAMES)
def test_the_file_holds_what_this_half_writes(side: str, frame: f.Frame) -> None:
    """The server writes a frame exactly as its golden file has it."""
    assert text_of(frame) == (GOLDEN / name_of(side, frame)).read_bytes()


@pytest.mark.parametrize(("side", "frame"), ALL, ids=NAMES)
def test_the_file_is_read_back_as_the_same_frame(side: str, frame: f.Frame) -> None:
    """The decoder of its side reads a golden file back as the frame it was made from."""
    read = msgspec.json.decode((GOLDEN / name_of(side, frame)).read_bytes(), type=SIDES[side])

    assert frame == read


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("child-")])
def test_a_child_may_send_it(name: str) -> None:
    """What is golden on the child's side is accepted by the child's socket."""
    assert isinstance(f.parse_child((GOLDEN / name).read_bytes()), f.Frame)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("staff-")])
def test_staff_may_send_it(name: str) -> None:
    """What is golden on the staff side is accepted by the staff socket."""
    assert isinstance(f.parse_staff((GOLDEN / name).read_bytes()), f.Frame)


def test_the_browsers_types_are_fresh() -> None:
    """browser/frames.ts is what tools/frames_to_ts.py writes from the wire today."""
    assert frames_to_ts.render() == frames_to_ts.TARGET.read_text("utf-8")


def test_the_browsers_examples_are_fresh() -> None:
    """What the TypeScript compiler holds against the browser's types is what this half writes."""
    assert typed() == TYPED.read_text("utf-8")

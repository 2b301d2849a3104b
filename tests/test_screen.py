"""What a counsellor's screen shows of the line, when the helpline hides who is next."""

import pytest

from server.screen import line_of
from server.wire import frames as f

C = "c" * 22
LINE = f.Line(1, 5, [f.InLine(C, 1, 5, "nb", "me", danger=False, lost=False)], open=True, free=1)
WRAPPING = f.Held(C, "wrapping_up", "nb", "me", danger=False, since=1, here=False, seq=0)
TALKING = f.Held(C, "talking", "nb", "me", danger=False, since=1, here=True, seq=0)


@pytest.mark.parametrize(
    ("desk", "sees"),
    [
        (f.Desk(free=True, room=1, offer=None, talks=[]), 1),
        (f.Desk(free=True, room=2, offer=None, talks=[TALKING]), 1),
        (f.Desk(free=False, room=1, offer=None, talks=[]), 0),
        (f.Desk(free=True, room=1, offer=None, talks=[TALKING]), 0),
        (f.Desk(free=True, room=2, offer=None, talks=[WRAPPING]), 0),
        (None, 0),
    ],
)
def test_who_is_next_is_hidden_until_she_is_ready(desk: f.Desk | None, sees: int) -> None:
    """Away, full or writing up, she sees how many wait and for how long, and nobody of them; without the setting everybody."""
    hidden = line_of(LINE, desk, hidden=True)
    assert len(hidden.first) == sees
    assert (hidden.count, hidden.longest) == (1, 5)
    assert line_of(LINE, desk, hidden=False) == LINE

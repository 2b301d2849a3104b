"""What a counsellor's screen shows of a talk and of an offer. Pure."""

from typing import cast

import msgspec

from server.conversation.rules import State, Talk
from server.waiting.rules import Wait
from server.wire import frames as f


def held_of(conversation: str, talk: Talk, run_until: int | None) -> f.Held:
    """Return one of her talks as her desk shows it."""
    return f.Held(
        conversation=conversation,
        state="talking" if talk.state is State.TALKING else "wrapping_up",
        language=cast("f.Language", talk.language),
        about=cast("f.About", talk.about),
        danger=talk.danger,
        since=talk.paired,
        here=bool(talk.child_at),
        seq=talk.seq,
        ended_by=cast("f.EndedBy", talk.ended_by) if talk.ended_by else None,
        run_until=run_until,
        planned=talk.planned or None,
        ended=talk.ended or None,
        over=talk.over or None,
        over_said=talk.over_said or None,
        second=talk.second or None,
        signed=talk.signed or None,
    )


def line_of(line: f.Line, desk: f.Desk | None, *, hidden: bool) -> f.Line:
    """Return the line as one desk sees it: with `hidden`, who waits is not told to a desk that could take nobody."""
    able = desk is not None and desk.free and len(desk.talks) < desk.room and all(talk.state == "talking" for talk in desk.talks)
    return line if able or not hidden else msgspec.structs.replace(line, first=[])


def offer_of(conversation: str, until: int, wait: Wait) -> f.Offer:
    """Return an offer as her desk shows it."""
    language, about = cast("f.Language", wait.language), cast("f.About", wait.about)
    return f.Offer(conversation, language, about, wait.danger, wait.lost, wait.since, until)

"""Every close code of both sockets: its fixed reason, what has happened, and what a client does then."""

from typing import Literal

import msgspec

Then = Literal["again", "rest", "forget", "final"]
"""What a client does: connect again; rest, then connect again; forget the visit; nothing more by itself."""
REST_SECONDS = 5


class Close(msgspec.Struct, frozen=True):
    """One way in which a socket ends. The reason is short fixed words that travel with the code."""

    reason: str
    then: Then
    meaning: str


CLOSES: dict[int, Close] = {
    1003: Close("text frames only", "final", "A binary message came. Nothing but text is a frame."),
    1009: Close("too big", "final", "A message was larger than a frame, or the first one larger than a first frame, may be."),
    1012: Close("restarting", "again", "This worker stops. Another one takes over: nothing is lost."),
    4000: Close("try again", "again", "An error of ours. What was acknowledged is stored."),
    4008: Close(
        "slow", "again", "More waited for this client than may, since it does not read. What it missed follows on the next connection."
    ),
    4010: Close(
        "state lost", "forget", "Child: the token's visit is not known any more. It was handed off or given up, or the store lost it."
    ),
    4013: Close("overloaded", "again", "The store does not answer, or takes no writes. What was acknowledged is stored."),
    4500: Close(
        "bad frame", "final", "Not JSON, an unknown `t` or field, a wrong type, a value out of bounds, no `hello`, or a second one."
    ),
    4501: Close(
        "signed out", "final", "Counsellor: a ticket that is spent or older than 30 s, or her session or her account is at an end."
    ),
    4503: Close("not allowed", "final", "Child: the token is not one of ours, or older than a day. Counsellor: not with her roles."),
    4504: Close("ended", "final", "Child: the talk is over, or it has left the line. `ended` has said by whom, if there was more to say."),
    4508: Close("no hello", "again", "The first frame did not come in time: a slow network, or a ticket that could not be fetched."),
    4509: Close("replaced by a newer tab", "final", "Another connection speaks for this visit, or for this counsellor, from now on."),
    4510: Close(
        "closed by opening hours",
        "final",
        "Child: the chat is closed; `closed` has said when it opens. After `ended`: the line was emptied.",
    ),
    4526: Close("version too old", "final", "The handshake did not offer the subprotocol of this page."),
    4529: Close(
        "too many",
        "rest",
        "Child: the work that was asked for was not done, not in time, or done before; or its address is shut out for a while.",
    ),
}
"""4000-4499: connect again; 4500-4999: final, unless this table says otherwise (Centrifuge's rule)."""

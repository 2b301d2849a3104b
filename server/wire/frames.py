"""Every frame of both sockets.

Rules of this file:

1. A frame is a JSON object whose `t` names it. Text frames only.
2. A browser sends one frame in a text message; the server sends one frame, or an array of frames.
3. Bytes are standard base64. Instants are whole milliseconds since 1970 UTC.
4. What is sealed stays sealed: no struct here has a field for the text of a talk.
5. An unknown `t`, an unknown field, a wrong type or a value out of bounds is a `FrameError`.
"""

from typing import Annotated, Literal, TypeVar

import msgspec

from server.ids import ID_PATTERN
from server.wire.order import OrderKind

PROTOCOL = "alarmtelefonen.v1"
MAX_FRAME = 16 * 1024
MAX_FIRST_FRAME = 2 * 1024
STEP = 256
NONCE_AND_TAG = 12 + 16
MAX_BOX = 33 * STEP + NONCE_AND_TAG
"""A sealed message is at most 33 steps of padded plaintext, with nonce and tag (8 476 bytes)."""
MAX_SEALED_FORM = 11_500
"""A sealed registration form, so that it fits in one frame as base64 (bytes)."""

Id = Annotated[str, msgspec.Meta(pattern=ID_PATTERN)]
"""128 bits as unpadded base64url: a conversation, an epoch, a message, a key."""
Token = Annotated[str, msgspec.Meta(min_length=20, max_length=512)]
"""What lets a browser in again: kept in memory or, if the child asks for it, in its tab; not to be read."""
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{2,128}$")]
"""Bytes as lower-case hex."""
Box = Annotated[bytes, msgspec.Meta(min_length=STEP + NONCE_AND_TAG, max_length=MAX_BOX)]
"""A sealed message: 1 to 33 steps of 256 bytes, and 28 more."""
WrappedKey = Annotated[bytes, msgspec.Meta(min_length=113, max_length=113)]
"""An HPKE box of a 32-byte conversation key: 65 (encapsulation) + 32 + 16 (tag)."""
PublicKey = Annotated[bytes, msgspec.Meta(min_length=65, max_length=65)]
"""An uncompressed P-256 point."""
SealedForm = Annotated[bytes, msgspec.Meta(min_length=STEP, max_length=MAX_SEALED_FORM)]
"""A sealed registration form."""
AsideBox = Annotated[bytes, msgspec.Meta(min_length=STEP, max_length=MAX_SEALED_FORM)]
"""What a colleague says to another, sealed to her key."""
Room = Annotated[int, msgspec.Meta(ge=1, le=3)]
"""How many talks a counsellor has at once; a helpline may set less."""

Language = Literal["nb", "nn", "en", "se", "nb-easy"]
"""What the child wants to talk in; `nb-easy` is easy to read Bokmål."""
About = Literal["unsaid", "me", "other"]
"""Whom it is about, if the child says so."""
Role = Literal["child", "counsellor"]
EndedBy = Literal["child", "counsellor", "silence", "hours", "left", "lead"]
"""Who or what ended it; `left`: the quick exit, or gone for too long; `lead`: the shift lead."""
Refusal = Literal[
    "not_talking",  # the talk is not in a state that allows this
    "out_of_order",  # the sender counter is not the next one: read the history and send again
    "too_many",  # the talk has reached its cap of messages
    "line_full",  # the waiting line has reached its cap
    "not_yours",  # the conversation is not held by this counsellor
    "taken",  # a colleague was first, or the child has gone
    "at_capacity",  # no room for one more talk, or one is still to be written up
    "nobody",  # nobody is waiting
    "not_there",  # this colleague is not signed in, or does not read along
    "not_now",  # the store does not answer: nothing was lost, try again
]


class Frame(msgspec.Struct, tag_field="t", frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all frames share: `t` names them and unknown fields are refused."""


# --- child to server ---------------------------------------------------------------------------


class ChildHello(Frame, frozen=True, tag="hello"):
    """The first frame of a child: nothing, or what is needed to resume."""

    token: Token | None = None
    epoch: Id | None = None
    seq: Count = 0
    """The last sequence number that this browser holds."""


class Join(Frame, frozen=True, tag="join"):
    """The child wants to talk: it enters the line, and the registrar's copy of its key is stored."""

    key: WrappedKey
    language: Language = "nb"
    about: About = "unsaid"
    danger: bool = False


class Danger(Frame, frozen=True, tag="danger"):
    """The child, waiting, says that it is dangerous now: to the front of the line."""


class Speak(Frame, frozen=True, tag="language"):
    """The child changed its language; the counsellor is told which."""

    language: Language


class ChildKey(Frame, frozen=True, tag="key"):
    """The conversation key, wrapped for the counsellor whose key was named in `paired`."""

    key_id: Id
    key: WrappedKey


class ChildSay(Frame, frozen=True, tag="say"):
    """A sealed message. The same id again gives the same `seq` and no second entry."""

    id: Id
    n: Count
    box: Box


class ChildTyping(Frame, frozen=True, tag="typing"):
    """The child is typing, or has stopped. Never the text."""

    on: bool


class ChildSeen(Frame, frozen=True, tag="seen"):
    """How far this browser has received (`delivered`) and shown (`read`) the talk."""

    delivered: Count
    read: Count


class ChildRange(Frame, frozen=True, tag="range"):
    """The child's browser saw a gap and asks for what comes after `after`."""

    after: Count


class ChildEnd(Frame, frozen=True, tag="end"):
    """The child ends, or leaves the line. `fast`: by the quick exit."""

    fast: bool = False


class Ping(Frame, frozen=True, tag="ping"):
    """Heartbeat every 10 s, with the last `seq` held: the position check of a live connection."""

    seq: Count = 0


class Puzzle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Work to be done by a browser, signed: ALTCHA version 2, PBKDF2/SHA-256, keys of 32 bytes. Sent back as it came."""

    nonce: Hex
    salt: Hex
    cost: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """Rounds of one try."""
    prefix: Hex
    """How the key that is looked for begins."""
    until: Annotated[int, msgspec.Meta(ge=0, le=2**40)]
    """Until when it is good (s since 1970)."""
    signature: Hex


class Worked(Frame, frozen=True, tag="worked"):
    """The answer to `work`. Each solution is good once."""

    puzzle: Puzzle
    counter: Count
    """The number whose key begins as it must."""
    key: Hex
    """That key."""


class AnswerOver(Frame, frozen=True, tag="answer_over"):
    """The child answers `hand_over`: whether the colleague may go on with the talk."""

    yes: bool


ChildFrame = (
    AnswerOver | ChildHello | Worked | Join | Danger | Speak | ChildKey | ChildSay | ChildTyping | ChildSeen | ChildRange | ChildEnd | Ping
)

# --- server to child ---------------------------------------------------------------------------


class Work(Frame, frozen=True, tag="work"):
    """Instead of `welcome`, while very many come: try n = 0, 1, 2 ... until PBKDF2(nonce and n as 4 bytes, salt) begins with `prefix`.

    Then `worked`, and `welcome` follows. Heartbeats go on meanwhile. A `hello` with a token gets it where many wrong ones
    were said, and only there.

    What was found for a connection that is lost is not said on the next one, which may have let the client in: it would be a bad frame.
    """

    puzzle: Puzzle


class Welcome(Frame, frozen=True, tag="welcome"):
    """The answer to `hello`: who you are in this visit and where it stands."""

    conversation: Id
    token: Token
    """For the next hello."""
    epoch: Id
    """Names this copy of the talk; for the next hello."""
    seq: Count
    """The talk's last entry."""
    state: Literal["arrived", "waiting", "talking", "wrapping_up"]
    recovered: bool
    """True: every entry after the `seq` of the hello follows. False: forget what you hold, all follows from 1."""
    n: Count
    """The next sender counter of this child."""


class Position(Frame, frozen=True, tag="position"):
    """The place in the line, 1 is next; and between how many and how many minutes it may take, when that is known."""

    place: Annotated[int, msgspec.Meta(ge=1)]
    low: int | None = None
    """Minutes, the lower end."""
    high: int | None = None
    """Minutes, the upper end."""


class Paired(Frame, frozen=True, tag="paired"):
    """A counsellor is here (or has come back with another key): wrap the conversation key for this one."""

    alias: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    """The name that the child sees; not her own."""
    key_id: Id
    """The id of `key`: compute it, and compare."""
    key: PublicKey


class Said(Frame, frozen=True, tag="said"):
    """The message with this id is stored, durably, as entry `seq`."""

    id: Id
    seq: Count
    at: int
    """When it was stored (ms)."""


class Message(Frame, frozen=True, tag="message"):
    """One entry of the talk, sealed."""

    seq: Count
    role: Role
    id: Id
    n: Count
    at: int
    box: Box


class History(Frame, frozen=True, tag="history"):
    """A complete range of entries after `after`, in order; `more`: the next one follows by itself."""

    after: Count
    messages: list[Message]
    more: bool = False


class Typing(Frame, frozen=True, tag="typing"):
    """The other side is typing, or has stopped."""

    on: bool


class Seen(Frame, frozen=True, tag="seen"):
    """How far the other side has received and shown the talk."""

    delivered: Count
    read: Count


class CounsellorLost(Frame, frozen=True, tag="counsellor_lost"):
    """The counsellor's connection is gone. `waiting`: you are in the line again, at the front."""

    waiting: bool


class ClosingSoon(Frame, frozen=True, tag="closing_soon"):
    """To one who talks: the talk must end at `at`. To one who waits: the chat closes at `at`. Said in good time; None: not any more."""

    at: int | None
    """An instant (ms)."""


class OtherNumber(msgspec.Struct, frozen=True):
    """Somebody else to ring: as written, its label, what is dialled; open now, and when (ms) that changes; null: not known."""

    number: str
    label: str
    tel: str
    open: bool | None = None
    changes: int | None = None


class OtherHelpNow(Frame, frozen=True, tag="other_help"):
    """Whom else one can ring was changed since this connection began."""

    numbers: list[OtherNumber]


class Planned(Frame, frozen=True, tag="planned"):
    """The counsellor has said until when they have; nothing ends by itself then. None: she has taken it back."""

    at: int | None
    """An instant (ms)."""


class HandOver(Frame, frozen=True, tag="hand_over"):
    """The counsellor asks whether a colleague may go on with the talk; both stay for a while. None: it is not asked any more."""

    alias: Annotated[str, msgspec.Meta(max_length=40)] | None
    """The name of the colleague, as the child would see it."""


class Ended(Frame, frozen=True, tag="ended"):
    """The talk is over; the socket closes with 4504 after it."""

    by: EndedBy


class Closed(Frame, frozen=True, tag="closed"):
    """The chat is closed, by its opening hours or by hand; the socket closes with 4510 after it."""

    opens_at: int | None
    """When it opens next (ms); null: nobody knows."""
    down: bool = False
    """It was taken down: it does not work just now."""


class Refused(Frame, frozen=True, tag="refused"):
    """A frame had no effect, and why; nothing else was lost."""

    what: str
    """The name of the frame that had no effect."""
    why: Refusal
    id: Id | None = None
    """The message that was refused."""
    conversation: Id | None = None
    """The talk it was about; on the counsellor's socket only."""


class Pong(Frame, frozen=True, tag="pong"):
    """The answer to `ping`: the talk's last `seq`."""

    seq: Count = 0


ToChild = (
    Work
    | Welcome
    | Position
    | Paired
    | Said
    | Message
    | History
    | Typing
    | Seen
    | CounsellorLost
    | ClosingSoon
    | OtherHelpNow
    | Planned
    | HandOver
    | Ended
    | Closed
    | Refused
    | Pong
)

# --- staff to server ---------------------------------------------------------------------------


class StaffHello(Frame, frozen=True, tag="hello"):
    """The first frame of a counsellor: the single-use ticket and this browser's public key."""

    ticket: Token
    key: PublicKey


class Free(Frame, frozen=True, tag="free"):
    """Ready for children, up to `room` talks at once."""

    room: Room


class Away(Frame, frozen=True, tag="away"):
    """Not ready for another child. Running talks go on."""


class Take(Frame, frozen=True, tag="take"):
    """Take this child, or the next one: an offer to her or somebody waiting in the line."""

    conversation: Id | None = None


class Decline(Frame, frozen=True, tag="decline"):
    """The offered child goes back to its old place; she is away until she says free."""

    conversation: Id


class Open(Frame, frozen=True, tag="open"):
    """Send the whole of a talk she holds: wrapped key, history, marks (after a reload)."""

    conversation: Id
    after: Count = 0


class StaffSay(Frame, frozen=True, tag="say"):
    """A sealed message in one of her talks."""

    conversation: Id
    id: Id
    n: Count
    box: Box


class StaffTyping(Frame, frozen=True, tag="typing"):
    """She is typing in one of her talks, or has stopped."""

    conversation: Id
    on: bool


class StaffSeen(Frame, frozen=True, tag="seen"):
    """How far her browser has received and shown one of her talks."""

    conversation: Id
    delivered: Count
    read: Count


class StaffRange(Frame, frozen=True, tag="range"):
    """Her browser saw a gap in one of her talks."""

    conversation: Id
    after: Count


class StaffEnd(Frame, frozen=True, tag="end"):
    """End one of her talks; it is to be written up."""

    conversation: Id


class NoChild(Frame, frozen=True, tag="no_child"):
    """Whoever writes in one of her talks is no child: end it, and let nobody from there in for a day, where that can be done."""

    conversation: Id


class Plan(Frame, frozen=True, tag="plan"):
    """Tell the child of one of her talks how many minutes they have left. Nothing ends by itself then. 0: take it back."""

    conversation: Id
    minutes: Annotated[int, msgspec.Meta(ge=0, le=60)]


class Register(Frame, frozen=True, tag="register"):
    """The written-up form, sealed to the registrar's key. Ends the talk first when it still runs."""

    conversation: Id
    box: SealedForm


class AskIn(Frame, frozen=True, tag="ask_in"):
    """Let a colleague read along in one of her talks: its key, wrapped for the key of that colleague's browser."""

    conversation: Id
    desk: Id
    key_id: Id
    key: WrappedKey


class LookIn(Frame, frozen=True, tag="look_in"):
    """Read along in a talk that she was asked in to: its key, and what was said after `after`."""

    conversation: Id
    after: Count = 0


class LookOut(Frame, frozen=True, tag="look_out"):
    """Read along no more."""

    conversation: Id


class Help(Frame, frozen=True, tag="help"):
    """She needs help now with one of her talks: all who are signed in are called. Or not any more."""

    conversation: Id
    on: bool


class Come(Frame, frozen=True, tag="come"):
    """She comes to help the colleague at this desk."""

    desk: Id


class BoxFor(msgspec.Struct, frozen=True):
    """Something sealed for one reader."""

    key_id: Id
    box: AsideBox


class Whisper(Frame, frozen=True, tag="whisper"):
    """Something said among colleagues, sealed for each reader: in a talk (never to the child), or in the staff room."""

    id: Id
    boxes: list[BoxFor]
    conversation: Id | None = None
    """None: the staff room."""


class AskOver(Frame, frozen=True, tag="ask_over"):
    """Ask the child whether this colleague, who reads along, may go on with the talk. None: take the question back."""

    conversation: Id
    desk: Id | None = None


class Sign(Frame, frozen=True, tag="sign"):
    """As one who reads along: sign what is written up of this talk, as the second person."""

    conversation: Id
    what: Id
    """The digest of the text that she was shown: 22 characters of base64url of its SHA-256."""


class Here(Frame, frozen=True, tag="here"):
    """She is at work: the answer to `session_ends`, when nothing else is to be done."""


Reason = Annotated[str, msgspec.Meta(pattern=r"\S", max_length=300)]
"""Why a shift lead did something by hand, in her words: kept where staff data is, and shown to shift leads and auditors."""
Instant = Annotated[int, msgspec.Meta(ge=0, le=2**43)]
"""Whole milliseconds since 1970 UTC."""


class GiveOrder(Frame, frozen=True, tag="order"):
    """A shift lead opens, closes, lets in nobody new, announces a closing or takes the chat down, instead of what the hours say."""

    kind: OrderKind
    reason: Reason
    until: Instant | None = None
    """When it ends by itself; None: with this evening. A day is the longest."""
    closes_at: Instant | None = None
    """`closing`: when it closes."""


class LiftOrder(Frame, frozen=True, tag="lift"):
    """A shift lead takes the order that stands back: the hours count again."""

    reason: Reason


class EndTalk(Frame, frozen=True, tag="end_talk"):
    """A shift lead ends a running talk; whoever has it writes it up."""

    conversation: Id
    reason: Reason


class MoveTalk(Frame, frozen=True, tag="move_talk"):
    """A shift lead lets a running talk go on at another desk that has room, or (None) with the next who is free: first in the line."""

    conversation: Id
    reason: Reason
    desk: Id | None = None


StaffFrame = (
    StaffHello
    | Free
    | Away
    | Take
    | Decline
    | Open
    | StaffSay
    | StaffTyping
    | StaffSeen
    | StaffRange
    | StaffEnd
    | NoChild
    | Plan
    | Register
    | AskIn
    | LookIn
    | LookOut
    | Help
    | Come
    | Whisper
    | AskOver
    | Sign
    | Here
    | GiveOrder
    | LiftOrder
    | EndTalk
    | MoveTalk
    | Ping
)

# --- server to staff ---------------------------------------------------------------------------


class StaffWelcome(Frame, frozen=True, tag="welcome"):
    """Signed in on this socket."""

    name: str
    """Her own name, as it stands in the accounts."""
    registrar_key: PublicKey
    """What the form is sealed to."""
    now: int
    """The server's clock (ms)."""


class Offer(msgspec.Struct, frozen=True):
    """A child that rings at her desk until `until`."""

    conversation: Id
    language: Language
    about: About
    danger: bool
    lost: bool
    """This child has lost its counsellor and is at the front again."""
    since: int
    """When it began to wait (ms)."""
    until: int
    """When the offer runs out (ms)."""


class Held(msgspec.Struct, frozen=True):
    """One of her talks."""

    conversation: Id
    state: Literal["talking", "wrapping_up"]
    language: Language
    about: About
    danger: bool
    since: int
    here: bool
    """The child's browser is connected."""
    seq: Count
    """The talk's last entry: a browser that holds less asks for the rest."""
    ended_by: EndedBy | None = None
    """Who or what ended it; null while it runs."""
    run_until: int | None = None
    """When it must end (ms), by the opening hours; null: they set no limit."""
    planned: int | None = None
    """Until when she has told the child that they have (ms)."""
    ended: int | None = None
    """When it ended (ms); null while it runs."""
    over: Id | None = None
    """The desk of the colleague about whom the child is asked now."""
    over_said: str | None = None
    """What came of the last question: `no`, or the refusal that kept it from being done."""
    second: Id | None = None
    """The desk of the second person who has signed what is written up."""
    signed: Id | None = None
    """The digest of what that one has signed."""


class Desk(Frame, frozen=True, tag="desk"):
    """Her desk, whole; sent whenever it changed. The screen is a function of this and the talks."""

    free: bool
    room: Room
    offer: Offer | None
    talks: list[Held]


class InLine(msgspec.Struct, frozen=True):
    """One who waits, as the counsellors see it: nothing that names anyone."""

    conversation: Id
    place: int
    since: int
    language: Language
    about: About
    danger: bool
    lost: bool


class Line(Frame, frozen=True, tag="line"):
    """The line as all counsellors see it; sent whenever it changed. `first` holds at most 20."""

    count: Count
    longest: int | None
    """The instant since when the one who waits longest has waited."""
    first: list[InLine]
    open: bool
    free: Count
    """Counsellors that are ready now."""
    unconfirmed: Count = 0
    """Hand-offs that have waited for a receipt for longer than the alarm allows (15 minutes)."""
    attack: bool = False
    """Very many come at once: whoever comes now has to let its browser work for a moment first."""


class StaffPaired(Frame, frozen=True, tag="key"):
    """The conversation key wrapped for her browser's key; None: the child's browser has yet to wrap it."""

    conversation: Id
    key_id: Id
    key: WrappedKey | None


class StaffSaid(Frame, frozen=True, tag="said"):
    """Her message is stored, durably, as entry `seq`."""

    conversation: Id
    id: Id
    seq: Count
    at: int


class StaffMessage(Frame, frozen=True, tag="message"):
    """One entry of one of her talks, sealed."""

    conversation: Id
    seq: Count
    role: Role
    id: Id
    n: Count
    at: int
    box: Box


class StaffHistory(Frame, frozen=True, tag="history"):
    """A complete range of one talk after `after`; `n` is her side's next sender counter."""

    conversation: Id
    epoch: Id
    after: Count
    n: Count
    messages: list[Message]
    more: bool = False


class StaffTypingNow(Frame, frozen=True, tag="typing"):
    """The child is typing, or has stopped."""

    conversation: Id
    on: bool


class StaffSeenNow(Frame, frozen=True, tag="seen"):
    """How far the child has received and shown the talk."""

    conversation: Id
    delivered: Count
    read: Count


class Registered(Frame, frozen=True, tag="registered"):
    """The talk is sealed for the registrar: clear the screen. It is confirmed later by a receipt."""

    conversation: Id


class SessionEnds(Frame, frozen=True, tag="session_ends"):
    """Her session is over at `at` unless she does something; null: not soon. Then her talks go to the front of the line: close 4501."""

    at: int | None = None
    last: bool = False
    """Nothing prolongs it: the shift has lasted as long as one may. No new child comes to her meanwhile."""


class Colleague(msgspec.Struct, frozen=True):
    """One who is signed in, she herself not."""

    desk: Id
    name: str
    key_id: Id
    key: PublicKey
    free: bool
    talks: int


class Asked(msgspec.Struct, frozen=True):
    """A talk of a colleague that she was asked in to."""

    conversation: Id
    desk: Id
    since: int


class Reader(msgspec.Struct, frozen=True):
    """A colleague who was asked in to one of her talks."""

    conversation: Id
    desk: Id


class HelpCall(msgspec.Struct, frozen=True):
    """Somebody (perhaps she herself) needs help now; `coming`: the desk of who comes."""

    desk: Id
    conversation: Id
    since: int
    coming: Id | None = None


class Beside(Frame, frozen=True, tag="beside"):
    """Who is at work beside her, whole; sent whenever it changed."""

    colleagues: list[Colleague]
    asked: list[Asked]
    readers: list[Reader]
    calls: list[HelpCall]
    late: Count = 0
    """Talks that are over and were not written up in time: told to shift leads only."""


class BlockAsked(msgspec.Struct, frozen=True):
    """A block that a colleague (`name`) asks to last for a week: made at `since`, over at `until` unless somebody else agrees."""

    block: Id
    name: str
    since: int
    until: int


class HouseNow(Frame, frozen=True, tag="house"):
    """How often the leads have changed something (replies and numbers are fetched anew), and which blocks wait for a second person."""

    changed: Count = 0
    asked: list[BlockAsked] = []


class Whispered(Frame, frozen=True, tag="whispered"):
    """Something said among colleagues, sealed for her."""

    id: Id
    desk: Id
    name: str
    at: int
    box: AsideBox
    conversation: Id | None = None


Light = Literal["green", "yellow", "red"]
LightRule = Literal["nobody", "each", "longest", "danger", "help", "attack", "unconfirmed", "late"]
"""What the light of a shift looks at."""


class Lit(msgspec.Struct, frozen=True):
    """One rule of the light: what is counted, how much it is now, from how much on it is yellow and red, and what follows."""

    what: LightRule
    now: int
    yellow: int | None
    red: int | None
    light: Light


class SomeTalk(msgspec.Struct, frozen=True):
    """A talk at some desk as a shift lead sees it: nothing that names a child, and nothing that was said."""

    conversation: Id
    state: Literal["talking", "wrapping_up"]
    since: int
    ended: int | None
    danger: bool


class AtWork(msgspec.Struct, frozen=True):
    """One who is at work, or has talks though she is not heard."""

    desk: Id
    name: str
    alias: str
    """What a child sees."""
    free: bool
    """She takes children; False: she is on a break."""
    here: bool
    """Her browser is heard."""
    room: int
    rings: bool
    """A child rings at her desk now."""
    talks: list[SomeTalk]


class Stands(msgspec.Struct, frozen=True):
    """The order by hand that stands."""

    kind: OrderKind
    name: str
    """Who has given it."""
    reason: str
    at: int
    until: int
    closes_at: int | None


class Answered(msgspec.Struct, frozen=True):
    """How many were answered in one hour of the last three."""

    hour: int
    """When the hour begins (ms)."""
    count: int


class Overview(Frame, frozen=True, tag="overview"):
    """The whole shift, to shift leads only; sent whenever it changed."""

    light: Light
    rules: list[Lit]
    open: bool
    serving: bool
    """Those in the line are still served."""
    closes_at: int | None
    opens_at: int | None
    waiting: Count
    longest: int | None
    """The instant since when the one who waits longest has waited."""
    talking: Count
    wrapping_up: Count
    late: Count
    """Talks that are over and were not written up in time."""
    unconfirmed: Count
    attack: bool
    at_work: list[AtWork]
    answered: list[Answered]
    order: Stands | None


ToStaff = (
    StaffWelcome
    | Desk
    | Line
    | StaffPaired
    | StaffSaid
    | StaffMessage
    | StaffHistory
    | StaffTypingNow
    | StaffSeenNow
    | Registered
    | SessionEnds
    | Beside
    | HouseNow
    | Whispered
    | Overview
    | Refused
    | Pong
)

# --- reading and writing ------------------------------------------------------------------------


class FrameError(Exception):
    """A frame is not what the schema allows. Their fault: the socket closes with 4500."""


_child: msgspec.json.Decoder[ChildFrame] = msgspec.json.Decoder(ChildFrame)
_staff: msgspec.json.Decoder[StaffFrame] = msgspec.json.Decoder(StaffFrame)
_encoder = msgspec.json.Encoder()


Sent = TypeVar("Sent")


def _in_steps(frame: Sent) -> Sent:
    """Return the frame, unless it says how long a message is: a box that is no whole number of steps. Raises FrameError."""
    if isinstance(frame, ChildSay | StaffSay) and (len(frame.box) - NONCE_AND_TAG) % STEP:
        msg = "a box that is not padded to a step"
        raise FrameError(msg)
    return frame


def parse_child(text: str | bytes) -> ChildFrame:
    """Return the frame a child's browser sent. Raises FrameError."""
    try:
        return _in_steps(_child.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = "not a frame that a child may send"
        raise FrameError(msg) from error


def parse_staff(text: str | bytes) -> StaffFrame:
    """Return the frame a staff browser sent. Raises FrameError."""
    try:
        return _in_steps(_staff.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = "not a frame that staff may send"
        raise FrameError(msg) from error


def dump(frame: Frame) -> bytes:
    """Return a frame as JSON."""
    return _encoder.encode(frame)

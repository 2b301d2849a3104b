"""Every Redis key: its builder, type, time to live and who writes it.

Rules of this file:

1. No key is built anywhere else, and none lives without an expiry (`tests/promises` looks at every key).
2. All that belongs to one conversation shares the hash tag `{c:<id>}`; the line, the desks and the hand-offs that
   are due share `{q}`. A script's keys lie in one slot, so everything runs on a Cluster unchanged.
3. What is stored of a talk is ciphertext, its size, its times and coded facts. Never text, address or agent.
"""

from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR
"""The longest time to live. Whoever still needs a key renews it; nothing is kept by forgetting."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of key: how it is written, its Redis type, its time to live (s), who writes it and what it holds."""

    pattern: str
    type: str
    ttl: int
    writer: str
    holds: str


KINDS: dict[str, Kind] = {
    "talk": Kind("{{c:{c}}}:talk", "hash", DAY, "session, conversation, handoff", "state, epoch, token hash, marks, form"),
    "log": Kind("{{c:{c}}}:log", "stream", DAY, "conversation", "the entries, sealed; entry n has the id n-0"),
    "ids": Kind("{{c:{c}}}:ids", "hash", DAY, "conversation", "client message id -> seq:at, so that a repeat is no second entry"),
    "wraps": Kind("{{c:{c}}}:wraps", "hash", DAY, "conversation", "reader -> wrapped conversation key"),
    "line": Kind("{{q}}:line", "zset", DAY, "waiting, pairing", "conversation -> band and ticket: who waits or is offered, in order"),
    "present": Kind("{{q}}:present", "zset", DAY, "waiting, pairing", "of the line: who can be offered now, with the same scores"),
    "tickets": Kind("{{q}}:tickets", "string", DAY, "waiting", "the last ticket given"),
    "waits": Kind("{{q}}:waits", "hash", DAY, "waiting, pairing", "conversation -> ticket, since, language, about, danger, lost (JSON)"),
    "where": Kind("{{q}}:where", "hash", DAY, "waiting, pairing", "conversation -> line, offer:<desk> or held:<desk>: one place each"),
    "absent": Kind("{{q}}:absent", "set", DAY, "waiting", "conversations that wait while their browser is away: not offered"),
    "recent": Kind("{{q}}:recent", "zset", 3 * HOUR, "waiting", "minute, wait and place of those who were answered; not who"),
    "offers": Kind("{{q}}:offers", "zset", DAY, "pairing", "conversation -> deadline of its offer (ms)"),
    "ready": Kind("{{q}}:ready", "zset", DAY, "pairing", "desk -> ready since (ms): who can take a child now"),
    "desks": Kind("{{q}}:desks", "hash", DAY, "pairing", "desk -> room, free, since, offer, talks (JSON)"),
    "claims": Kind("{{q}}:claims", "zset", DAY, "pairing", "conversation -> claimed at (ms), not yet opened"),
    "pulse": Kind("{{q}}:pulse", "zset", DAY, "session, staff", "y:<conversation> or s:<desk> -> last heartbeat (ms)"),
    "posts": Kind("{{q}}:posts", "hash", DAY, "session", "desk -> tab and worker of the counsellor's connection"),
    "due": Kind("{{q}}:due", "zset", DAY, "handoff", "sealed conversation -> next try (ms)"),
    "sealed": Kind("{{q}}:sealed", "zset", DAY, "handoff", "sealed conversation -> sealed at (ms), until confirmed"),
    "receipts": Kind("{{q}}:receipts", "hash", DAY, "registrar", "conversation -> receipt, until its talk is erased"),
    "colleagues": Kind("{{q}}:colleagues", "hash", DAY, "colleagues", "desk -> the key of the browser that is signed in there (JSON)"),
    "beside": Kind("{{q}}:beside", "hash", DAY, "colleagues", "conversation:desk -> who asked her in, when, for which key (JSON)"),
    "calls": Kind("{{q}}:calls", "hash", DAY, "colleagues", "desk -> the talk with which she needs help now, since, who comes (JSON)"),
    "aside": Kind("{{m:{m}}}:aside", "stream", DAY, "colleagues", "what colleagues say to each other, sealed for each reader's key"),
    "keeper": Kind("{{q}}:keeper", "string", 5, "app", "the worker that looks after time-outs now"),
    "copied": Kind(
        "{{{x}}}:copied",
        "string",
        1,
        "link",
        "nothing: written after a step so that WAIT has a write to count, also when the step was repeated",
    ),
    "inbox": Kind("{{w:{w}}}:inbox", "stream", HOUR, "every worker", "hints for the sockets of one worker"),
    "session": Kind("{{s:{s}}}:session", "hash", DAY, "staff", "SHA-256 of a staff session -> desk, signed in at, seen"),
    "sessions": Kind("{{d:{d}}}:sessions", "zset", DAY, "staff", "hashes of the sessions of one desk -> signed in at (ms)"),
    "ticket": Kind("{{t:{t}}}:ticket", "string", 30, "staff", "SHA-256 of a socket ticket -> staff session hash; single use"),
    "used": Kind("{{o:{o}}}:used", "string", 120, "staff", "SHA-256 of an account and a half minute whose one-time code was used"),
    "asked": Kind("{{a:{a}}}:asked", "string", DAY, "session", "nothing: this visit has answered this question (a hash of both)"),
    "begun": Kind("{{b:{b}}}:begun", "string", 600, "staff", "SHA-256 of a browser's cookie -> what it has to answer; single use"),
    "elsewhere": Kind(
        "{{e:{e}}}:elsewhere",
        "string",
        DAY,
        "staff",
        "SHA-256 of a provider's name for a session or a person -> the session's SHA-256, or the desk",
    ),
    "attack": Kind("{{q}}:attack", "string", 300, "flood", "until when the service is under attack (ms)"),
    "blocks": Kind("{{q}}:blocks", "hash", DAY, "flood", "block -> by which desk, since, until, why, who agreed (JSON); not whom"),
    "order": Kind("{{q}}:order", "string", DAY, "by_hand", "what a shift lead has decided about the opening, until when, and why (JSON)"),
    "spent": Kind("{{p:{p}}}:spent", "string", 240, "flood", "SHA-256 of a puzzle whose solution was used; not by whom"),
    "tries": Kind("{{l:{l}}}:tries", "string", 60, "staff", "wrong sign-ins of one account in this minute"),
}


def _around(kind: Kind, mark: str) -> tuple[str, str]:
    """Return what stands before and after a conversation: these keys are written for each message."""
    before, _, after = kind.pattern.format(c=mark).partition(mark)
    return before, after


_TALK, _LOG, _IDS, _WRAPS = (_around(KINDS[kind], "\n") for kind in ("talk", "log", "ids", "wraps"))


def talk(conversation: str) -> str:
    """Return the key of a conversation's hash."""
    return _TALK[0] + conversation + _TALK[1]


def log(conversation: str) -> str:
    """Return the key of a conversation's stream of sealed entries."""
    return _LOG[0] + conversation + _LOG[1]


def ids(conversation: str) -> str:
    """Return the key of a conversation's client ids."""
    return _IDS[0] + conversation + _IDS[1]


def wraps(conversation: str) -> str:
    """Return the key of a conversation's wrapped keys."""
    return _WRAPS[0] + conversation + _WRAPS[1]


def of_conversation(conversation: str) -> tuple[str, str, str, str]:
    """Return every key of one conversation: talk, log, ids, wraps."""
    return talk(conversation), log(conversation), ids(conversation), wraps(conversation)


LINE = KINDS["line"].pattern.format()
PRESENT = KINDS["present"].pattern.format()
TICKETS = KINDS["tickets"].pattern.format()
WAITS = KINDS["waits"].pattern.format()
WHERE = KINDS["where"].pattern.format()
ABSENT = KINDS["absent"].pattern.format()
RECENT = KINDS["recent"].pattern.format()
OFFERS = KINDS["offers"].pattern.format()
READY = KINDS["ready"].pattern.format()
DESKS = KINDS["desks"].pattern.format()
CLAIMS = KINDS["claims"].pattern.format()
PULSE = KINDS["pulse"].pattern.format()
POSTS = KINDS["posts"].pattern.format()
DUE = KINDS["due"].pattern.format()
SEALED = KINDS["sealed"].pattern.format()
RECEIPTS = KINDS["receipts"].pattern.format()
COLLEAGUES = KINDS["colleagues"].pattern.format()
BESIDE = KINDS["beside"].pattern.format()
CALLS = KINDS["calls"].pattern.format()
KEEPER = KINDS["keeper"].pattern.format()
ATTACK = KINDS["attack"].pattern.format()
BLOCKS = KINDS["blocks"].pattern.format()
ORDER = KINDS["order"].pattern.format()

BOOKS = (LINE, PRESENT, TICKETS, WAITS, WHERE, ABSENT, OFFERS, READY, DESKS, CLAIMS)
"""The books of the line and the desks, in the order of `server/lua/books.lua`; every step of both rooms takes them all."""


def copied(tag: str) -> str:
    """Return the key that is written after a step whose keys bear this hash tag."""
    return KINDS["copied"].pattern.format(x=tag)


def inbox(worker: str) -> str:
    """Return the key of a worker's inbox of hints."""
    return KINDS["inbox"].pattern.format(w=worker)


def aside(channel: str) -> str:
    """Return the key of what colleagues say to each other in a channel: a conversation, or the staff room."""
    return KINDS["aside"].pattern.format(m=channel)


def session(session_hash: str) -> str:
    """Return the key of a staff session, by the hex SHA-256 of its cookie."""
    return KINDS["session"].pattern.format(s=session_hash)


def sessions(desk: str) -> str:
    """Return the key of the list of a desk's staff sessions."""
    return KINDS["sessions"].pattern.format(d=desk)


def ticket(ticket_hash: str) -> str:
    """Return the key of a single-use socket ticket, by its hex SHA-256."""
    return KINDS["ticket"].pattern.format(t=ticket_hash)


def asked(answer_hash: str) -> str:
    """Return the key that says that a visit has answered a question, by the hex SHA-256 of both."""
    return KINDS["asked"].pattern.format(a=answer_hash)


def used(code_hash: str) -> str:
    """Return the key that says that a one-time code was used, by the hex SHA-256 of account and half minute."""
    return KINDS["used"].pattern.format(o=code_hash)


def elsewhere(name_hash: str) -> str:
    """Return the key of what a provider calls a session or a person, by the hex SHA-256 of provider, kind and name."""
    return KINDS["elsewhere"].pattern.format(e=name_hash)


def begun(browser_hash: str) -> str:
    """Return the key of what a browser has begun on the way to signing in, by the hex SHA-256 of its cookie."""
    return KINDS["begun"].pattern.format(b=browser_hash)


def spent(puzzle_hash: str) -> str:
    """Return the key that says that the solution of a puzzle was used, by the hex SHA-256 of its signature."""
    return KINDS["spent"].pattern.format(p=puzzle_hash)


def tries(account: str) -> str:
    """Return the key that counts an account's wrong sign-ins."""
    return KINDS["tries"].pattern.format(l=account)

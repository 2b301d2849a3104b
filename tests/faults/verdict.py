"""The checker: compares what people saw with what the service kept. Pure.

What must hold, whatever was killed meanwhile:

1. Every acknowledged message is in its talk exactly once, at the number that was told; in no other talk.
2. A talk is numbered from 1 without a hole, each side's counter from 0 without a hole, each side's words in the order written.
3. A screen shows its talk in order: all of it, or the beginning for those who stopped looking.
4. Nothing is shown or kept that nobody said.
5. What was not acknowledged is still on the writer's screen as not sent.
6. Nobody is overtaken by one who came later in the same band, or by one of a later band.
7. A child is in one place, no desk holds more than it has room for.
8. Each finished contact is in the journal exactly once, and nothing of it is left in the store. No key lives for ever.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.faults.history import MOST_ROOM, NEVER, Books, History, Line, Said, Screen, Take, Truth, Wait

Kind = Literal["lost", "doubled", "crossed", "invented", "disordered", "unsaid", "overtaken", "misplaced", "left_over"]
ABSENT = 10.0
"""Seconds without a connection after which a child may have been passed over (the service waits longer)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: Kind
    what: str

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.kind}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is wrong with a run."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings

    def count(self, *kinds: Kind) -> int:
        """Return how many things of these kinds are wrong."""
        return sum(finding.kind in kinds for finding in self.findings)

    def __str__(self) -> str:
        """Return all of it, a line each, the first hundred."""
        return "\n".join(map(str, self.findings[:100])) or "clean"


def check(history: History, truth: Truth) -> Verdict:
    """Return all that is wrong."""
    findings = [Finding("crossed", fault) for fault in history.faults]
    findings += [Finding("crossed", f"{who} got a frame of {one}, never hers") for who, one in _strays(history)]
    findings += [Finding("disordered", f"the registrar: {problem}") for problem in truth.problems]
    findings += _words(history, truth)
    said_in: dict[str, list[Said]] = defaultdict(list)
    for said in history.said:
        said_in[said.conversation].append(said)
    for conversation, lines in truth.talks.items():
        findings += _talk(conversation, lines, said_in[conversation])
    for screen in history.screens:
        if screen.conversation in truth.talks:
            findings += _screen(screen, truth.talks[screen.conversation])
    findings += overtaken(history)
    findings += [
        Finding("misplaced", f"{desk} was shown {count} talks, has room for {room}") for desk, count, room in history.desks if count > room
    ]
    if truth.books is not None:
        findings += _books(truth.books)
    findings += _ends(truth)
    return Verdict(findings)


def _strays(history: History) -> set[tuple[str, str]]:
    return history.strays - {(screen.who, screen.conversation) for screen in history.screens}


# --- the words ---------------------------------------------------------------------------------


def _words(history: History, truth: Truth) -> Iterator[Finding]:
    """Rules 1, 4 and 5, message by message."""
    said = {one.id: one for one in history.said}
    of_text = {one.text: one for one in history.said}
    numbers: dict[str, set[int]] = {}
    for name, seq in history.acknowledged:
        numbers.setdefault(name, set()).add(seq)
    places: dict[str, list[tuple[str, int]]] = {}
    for conversation, lines in truth.talks.items():
        for line in lines:
            yield from _known(conversation, line, of_text)
            if line.text in of_text:
                places.setdefault(of_text[line.text].id, []).append((conversation, line.seq))
    for name, one in said.items():
        if one.conversation in truth.talks:
            yield from _one(one, numbers.get(name, set()), places.get(name, []), is_pending=name in history.pending)
    for name in numbers.keys() - said.keys():
        yield Finding("invented", f"an acknowledgement for {name}, which nobody wrote")


def _known(conversation: str, line: Line, of_text: dict[str, Said]) -> Iterator[Finding]:
    said = of_text.get(line.text or "")
    if said is None:
        yield Finding("invented", f"{conversation} holds at {line.seq} what nobody said: {line.text!r}")
    elif said.conversation != conversation:
        yield Finding("crossed", f"{said.text!r} of {said.conversation} is in {conversation} at {line.seq}")
    elif said.role != line.role or (line.id and line.id != said.id):
        yield Finding("crossed", f"{said.text!r} of a {said.role} is kept as a {line.role}'s, as {line.id}")


def _one(said: Said, told: set[int], places: list[tuple[str, int]], *, is_pending: bool) -> Iterator[Finding]:
    here = [seq for conversation, seq in places if conversation == said.conversation]
    if len(here) > 1:
        yield Finding("doubled", f"{said.text!r} is in its talk at {here}")
    if len(told) > 1:
        yield Finding("doubled", f"{said.text!r} was acknowledged as {sorted(told)}")
    if told and not here:
        yield Finding("lost", f"{said.text!r} was acknowledged as {sorted(told)} and is not in its talk")
    elif told and not told <= set(here):
        yield Finding("disordered", f"{said.text!r} was acknowledged as {sorted(told)} and is at {here}")
    if not told and not is_pending:
        yield Finding("unsaid", f"{said.text!r} was never acknowledged, and {said.who} does not show it as not sent")


# --- a talk and its screens --------------------------------------------------------------------


def _talk(conversation: str, lines: list[Line], words: list[Said]) -> Iterator[Finding]:
    """Rule 2."""
    if [line.seq for line in lines] != list(range(1, len(lines) + 1)):
        yield Finding("disordered", f"{conversation} is numbered {[line.seq for line in lines]}")
    for role in ("child", "counsellor"):
        counters = [line.n for line in lines if line.role == role and line.n >= 0]
        if counters != list(range(len(counters))):
            yield Finding("disordered", f"the {role} of {conversation} counts {counters}")
    kept = Counter(line.text for line in lines)
    for who in {said.who for said in words}:
        written = [said.text for said in words if said.who == who and kept[said.text] == 1]
        ours = set(written)
        stored = [line.text for line in lines if line.text in ours]
        if stored != written:
            yield Finding("disordered", f"what {who} wrote in {conversation} is kept in another order: {stored[:20]}")


def _screen(screen: Screen, lines: list[Line]) -> Iterator[Finding]:
    """Rule 3."""
    shown = [(line.seq, line.role, line.text) for line in screen.lines]
    kept = [(line.seq, line.role, line.text) for line in lines]
    if shown == kept or (screen.closed and shown == kept[: len(shown)]):
        return
    there = set(kept)
    strange = [line for line in shown if line not in there]
    again = [line for line, times in Counter(shown).items() if times > 1]
    missing = kept[len(shown) :] if shown == kept[: len(shown)] else [line for line in kept if line not in set(shown)]
    if strange:
        yield Finding("invented", f"{screen.who} was shown in {screen.conversation} what is not there: {strange[:5]}")
    if again:
        yield Finding("doubled", f"{screen.who} was shown twice in {screen.conversation}: {again[:5]}")
    if missing and not screen.closed:
        yield Finding("lost", f"{screen.who} was never shown in {screen.conversation}: {missing[:5]} of {len(kept)}")
    if not strange and not again and (screen.closed or not missing):
        yield Finding("disordered", f"{screen.who} was shown {screen.conversation} as {[seq for seq, _, _ in shown]}")


# --- the line ----------------------------------------------------------------------------------


def overtaken(history: History) -> list[Finding]:
    """Rule 6: who was taken while one before it, who was surely there, was surely still waiting."""
    taken: dict[str, list[Take]] = {}
    for take in history.takes:
        taken.setdefault(take.conversation, []).append(take)
    pairs = [(take, late) for take in history.takes if (late := _waiting_when(history.waits, take))]
    return [
        Finding("overtaken", f"{_named(late)} was taken before {_named(early)}, which had stood there for {take.shown - early.since:.1f} s")
        for take, late in pairs
        for early in history.waits
        if early is not late and _is_before(early, late) and _waits_through(early, take, taken.get(early.conversation, []))
    ]


def _named(wait: Wait) -> str:
    return f"{wait.conversation} (band {wait.band})"


def _waiting_when(waits: list[Wait], take: Take) -> Wait | None:
    """Return the wait that a take ended: the last one of that child that began before it was shown."""
    fitting = [wait for wait in waits if wait.conversation == take.conversation and wait.joined <= take.shown and wait.since <= take.shown]
    return fitting[-1] if fitting else None


def _is_before(early: Wait, late: Wait) -> bool:
    if early.band != late.band:
        return early.band < late.band
    return early.placed < late.joined


def _waits_through(early: Wait, take: Take, takes: list[Take]) -> bool:
    """Tell whether a child surely stood in the line, present, from before the take was asked until it was answered."""
    if not early.since < take.asked or early.gone <= take.shown or take.shown == NEVER:
        return False
    if any(other.asked <= take.shown and other.shown >= early.since for other in takes):
        return False
    return not any(end - begin > ABSENT and end > take.asked - ABSENT and begin < take.shown for begin, end in early.away)


# --- the books and the end ---------------------------------------------------------------------


def _books(books: Books) -> Iterator[Finding]:
    """Rule 7, in the store's own books at a quiet moment. Who asks for less room than before keeps the talks that she has."""
    holders: dict[str, list[str]] = {}
    for desk, (room, talks) in books.desks.items():
        if len(talks) > max(room, MOST_ROOM):
            yield Finding("misplaced", f"{desk} holds {len(talks)} talks")
        for conversation in talks:
            holders.setdefault(conversation, []).append(desk)
    for conversation, desks in holders.items():
        if len(desks) > 1:
            yield Finding("misplaced", f"{conversation} is held by {desks}")
        if books.where.get(conversation) != f"held:{desks[0]}":
            yield Finding("misplaced", f"{conversation} is at {books.where.get(conversation)} and held by {desks}")
    yield from _states(books, set(holders))


def _states(books: Books, held: set[str]) -> Iterator[Finding]:
    """Each talk stands where its own books say, and nobody stands anywhere without a talk."""
    for conversation, state in books.states.items():
        in_line = conversation in books.line
        if (state == "waiting") != in_line:
            yield Finding("misplaced", f"{conversation} is {state} and {'in' if in_line else 'not in'} the line")
        if (state in ("talking", "wrapping_up")) != (conversation in held):
            yield Finding("misplaced", f"{conversation} is {state} and {'held' if conversation in held else 'held by nobody'}")
    for conversation in (held | set(books.line)) - books.states.keys():
        yield Finding("misplaced", f"{conversation} is in the line or at a desk, and there is no such talk")


def books_agree(books: Books) -> bool:
    """Tell whether the books agree with each other: a step between two of them takes a moment."""
    return not list(_books(books))


def _ends(truth: Truth) -> Iterator[Finding]:
    """Rule 8."""
    for key in truth.forever:
        yield Finding("left_over", f"{key} has no expiry")
    for key in truth.left_over:
        yield Finding("left_over", f"{key} is still in the store")
    if truth.journalled is None:
        return
    entries = Counter(truth.journalled)
    for conversation in truth.contacts - entries.keys():
        yield Finding("lost", f"{conversation} is not in the journal")
    for conversation, times in entries.items():
        if times > 1:
            yield Finding("doubled", f"{conversation} is in the journal {times} times")

"""One example of each frame, made once and kept as tests/wire/golden/<side>-<name>.json for both halves to read.

The same examples stand in tests/browser/golden.ts, so that the TypeScript compiler holds each against the browser's own types.

python -m tests.wire.examples     write the files (after a change to the wire, on purpose)
"""

from pathlib import Path

import msgspec

from server.wire import frames as f

GOLDEN = Path(__file__).resolve().parent / "golden"
TYPED = Path(__file__).resolve().parents[1] / "browser" / "golden.ts"
SIDES = {"child": f.ChildFrame, "to_child": f.ToChild, "staff": f.StaffFrame, "to_staff": f.ToStaff}
UNIONS = {"child": "ChildFrame", "to_child": "ToChild", "staff": "StaffFrame", "to_staff": "ToStaff"}

C = "c" * 22
EPOCH = "e" * 22
ID = "i" * 22
KEY_ID = "k" * 22
TOKEN = "t" * 64
AT = 1_798_761_600_000
BOX = bytes(range(256)) + b"\x01" * 28
WRAPPED = b"\x04" + b"\x02" * 112
POINT = b"\x04" + b"\x03" * 64

MESSAGE = f.Message(seq=7, role="counsellor", id=ID, n=2, at=AT, box=BOX)
OWN = f.Message(seq=6, role="child", id="j" * 22, n=3, at=AT - 60_000, box=BOX)

PUZZLE = f.Puzzle(nonce="0a" * 16, salt="0b" * 16, cost=2000, prefix="3a" * 16, until=AT // 1000, signature="0c" * 32)

EXAMPLES: dict[str, tuple[f.Frame, ...]] = {
    "child": (
        f.ChildHello(token=TOKEN, epoch=EPOCH, seq=7),
        f.Worked(puzzle=PUZZLE, counter=117, key="3a" * 32),
        f.Join(key=WRAPPED, language="nn", about="other", danger=True),
        f.Danger(),
        f.Speak(language="en"),
        f.ChildKey(key_id=KEY_ID, key=WRAPPED),
        f.ChildSay(id=ID, n=3, box=BOX),
        f.ChildTyping(on=True),
        f.ChildSeen(delivered=7, read=6),
        f.ChildRange(after=5),
        f.ChildEnd(fast=True),
        f.AnswerOver(yes=True),
        f.Ping(seq=7),
    ),
    "to_child": (
        f.Work(puzzle=PUZZLE),
        f.Welcome(conversation=C, token=TOKEN, epoch=EPOCH, seq=7, state="talking", recovered=True, n=4),
        f.Position(place=3, low=10, high=25),
        f.Paired(alias="Mia", key_id=KEY_ID, key=POINT),
        f.Said(id=ID, seq=8, at=AT),
        MESSAGE,
        f.History(after=5, messages=[OWN, MESSAGE], more=True),
        f.Typing(on=True),
        f.Seen(delivered=8, read=7),
        f.CounsellorLost(waiting=True),
        f.ClosingSoon(at=AT),
        f.OtherHelpNow([f.OtherNumber("116 123", "number_mental_health", "116123", open=True, changes=AT)]),
        f.Planned(at=AT),
        f.HandOver(alias="Mia"),
        f.Ended(by="counsellor"),
        f.Closed(opens_at=AT, down=True),
        f.Refused(what="say", why="not_now", id=ID),
        f.Pong(seq=8),
    ),
    "staff": (
        f.StaffHello(ticket=TOKEN, key=POINT),
        f.Free(room=2),
        f.Away(),
        f.Take(conversation=C),
        f.Decline(conversation=C),
        f.Open(conversation=C, after=5),
        f.StaffSay(conversation=C, id=ID, n=2, box=BOX),
        f.StaffTyping(conversation=C, on=True),
        f.StaffSeen(conversation=C, delivered=8, read=8),
        f.StaffRange(conversation=C, after=5),
        f.StaffEnd(conversation=C),
        f.NoChild(conversation=C),
        f.Plan(conversation=C, minutes=10),
        f.Register(conversation=C, box=BOX),
        f.AskIn(conversation=C, desk=ID, key_id=KEY_ID, key=WRAPPED),
        f.LookIn(conversation=C, after=5),
        f.LookOut(conversation=C),
        f.Help(conversation=C, on=True),
        f.Come(desk=ID),
        f.Whisper(id=ID, boxes=[f.BoxFor(KEY_ID, BOX)], conversation=C),
        f.AskOver(conversation=C, desk=ID),
        f.Sign(conversation=C, what=KEY_ID),
        f.Here(),
        f.GiveOrder(kind="closing", reason="Sykdom på vakten", until=AT + 7_200_000, closes_at=AT + 1_800_000),
        f.LiftOrder(reason="Alle er på plass"),
        f.EndTalk(conversation=C, reason="Ikke et barn"),
        f.MoveTalk(conversation=C, reason="Kari må gå", desk=ID),
        f.Ping(),
    ),
    "to_staff": (
        f.StaffWelcome(name="Kari Nordmann", registrar_key=POINT, now=AT),
        f.Desk(
            free=True,
            room=2,
            offer=f.Offer(conversation=C, language="se", about="me", danger=True, lost=False, since=AT, until=AT + 45_000),
            talks=[f.Held(conversation=ID, state="talking", language="nb", about="unsaid", danger=False, since=AT, here=True, seq=7)],
        ),
        f.Line(
            count=1,
            longest=AT,
            first=[f.InLine(conversation=C, place=1, since=AT, language="nb", about="me", danger=False, lost=False)],
            open=True,
            free=1,
            unconfirmed=2,
            attack=True,
        ),
        f.StaffPaired(conversation=C, key_id=KEY_ID, key=WRAPPED),
        f.StaffSaid(conversation=C, id=ID, seq=8, at=AT),
        f.StaffMessage(conversation=C, seq=6, role="child", id=ID, n=3, at=AT, box=BOX),
        f.StaffHistory(conversation=C, epoch=EPOCH, after=5, n=3, messages=[OWN, MESSAGE]),
        f.StaffTypingNow(conversation=C, on=False),
        f.StaffSeenNow(conversation=C, delivered=7, read=7),
        f.Registered(conversation=C),
        f.SessionEnds(at=AT, last=True),
        f.Beside(
            colleagues=[f.Colleague(desk=ID, name="Ola", key_id=KEY_ID, key=POINT, free=True, talks=1)],
            asked=[f.Asked(conversation=C, desk=ID, since=AT)],
            readers=[f.Reader(conversation=C, desk=ID)],
            calls=[f.HelpCall(desk=ID, conversation=C, since=AT, coming=KEY_ID)],
            late=1,
        ),
        f.HouseNow(changed=3, asked=[f.BlockAsked(block=ID, name="Ola", since=AT, until=AT)]),
        f.Overview(
            light="yellow",
            rules=[f.Lit("nobody", 2, None, 0, "green"), f.Lit("longest", 7, 5, 15, "yellow")],
            open=True,
            serving=True,
            closes_at=AT + 3_600_000,
            opens_at=None,
            waiting=2,
            longest=AT - 420_000,
            talking=1,
            wrapping_up=0,
            late=0,
            unconfirmed=0,
            attack=False,
            at_work=[
                f.AtWork(
                    ID,
                    "Kari",
                    "Mia",
                    free=True,
                    here=True,
                    room=2,
                    rings=True,
                    talks=[f.SomeTalk(C, "talking", AT - 60_000, None, danger=False)],
                )
            ],
            answered=[f.Answered(hour=AT - 3_600_000, count=4)],
            order=f.Stands("closing", "Lea", "Sykdom på vakten", AT, AT + 7_200_000, AT + 3_600_000),
        ),
        f.Whispered(id=ID, desk=ID, name="Ola", at=AT, box=BOX, conversation=C),
        f.Refused(what="take", why="taken", conversation=C),
        f.Pong(),
    ),
}


def name_of(side: str, frame: type[f.Frame] | f.Frame) -> str:
    """Return the file name of a frame's example."""
    return f"{side}-{frame.__struct_config__.tag}.json"


def text_of(frame: f.Frame) -> bytes:
    """Return a frame as its golden file holds it: what the server writes, indented."""
    return msgspec.json.format(f.dump(frame), indent=1) + b"\n"


def typed() -> str:
    """Return the examples as TypeScript, each side with its type."""
    lines = ["/** One example of each frame. Written by `python -m tests.wire.examples`: change it there. */", ""]
    lines += [f'import type {{ {", ".join(sorted(UNIONS.values()))} }} from "../../browser/frames.ts";']
    for side, union in UNIONS.items():
        lines += ["", f"export const {side}: readonly {union}[] = ["]
        lines += [f"  {f.dump(frame).decode()}," for frame in EXAMPLES[side]]
        lines += ["];"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every golden file, and take away those of frames that are gone."""
    TYPED.write_text(typed(), "utf-8")
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.json"):
        old.unlink()
    for side, examples in EXAMPLES.items():
        for frame in examples:
            (GOLDEN / name_of(side, frame)).write_bytes(text_of(frame))


if __name__ == "__main__":
    main()

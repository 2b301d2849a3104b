"""docs/protocol.md is enough: a client that knows nothing else lives a talk as a child, and as a counsellor, with real workers."""

import ast
import asyncio
import contextlib
import json
import re
import tomllib
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

from server.wire import frames as f
from tests.paths import third_party
from tests.paths.conftest import ROOT, Service
from tests.paths.staff import signed_in
from tests.paths.test_the_path import erased, pair
from tests.paths.third_party import OtherChild, OtherCounsellor, Side
from tests.people import Child, Counsellor, canary, gone_after

KNOWN = {"cryptography", "websockets"}


@contextlib.asynccontextmanager
async def living(*sides: Side) -> AsyncIterator[None]:
    """Let these live until the end of a play."""
    tasks = [asyncio.create_task(side.live()) for side in sides]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def doors(service: Service, first: int) -> list[str]:
    """Return both workers, this one first."""
    return [f"ws://127.0.0.1:{service.ports[number]}" for number in (first, 1 - first)]


def key_of_the_page(service: Service) -> str:
    """Return the registrar's public key as the frame page tells it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{service.ports[0]}/w", timeout=30) as answer:
        page = answer.read().decode()
    facts = re.search(r'<script type="application/json" id="page">(.*?)</script>', page, re.DOTALL)
    assert facts is not None
    return str(json.loads(facts[1])["registrar_key"])


def journalled(service: Service) -> str:
    """Return the journal's last entry as it is shown, if nothing in it was found wrong."""
    number = re.findall(r"^\s*(\d+)\b", service.journal("list"), re.MULTILINE)[-1]
    shown = " ".join(service.journal("show", number, "--language", "en").split())
    problems = tomllib.loads((ROOT / "config" / "wording" / "journal" / "en.toml").read_text("utf-8"))["problem"]
    assert [text for text in problems.values() if " ".join(text.split()) in shown] == []
    return shown


def test_it_knows_nothing_of_the_server() -> None:
    """It imports the standard library, `websockets` and `cryptography`, and no line of ours."""
    tree = ast.parse(Path(third_party.__file__).read_text("utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]

    assert KNOWN <= {name.split(".")[0] for name in modules}
    assert not {name.split(".")[0] for name in modules} & {"server", "tests", "tools", ""}


async def test_a_child_of_somebody_else_gets_help(service: Service) -> None:
    """Arrives, waits, writes while it waits, is paired, talks, loses its connection, comes back at the other worker, ends."""
    words = [canary("before"), canary("hello"), canary("meanwhile"), canary("unsaid"), canary("after")]
    child = OtherChild(doors(service, 0), service.origin, await asyncio.to_thread(key_of_the_page, service))
    kari = Counsellor(service.place(1))
    async with gone_after(kari), living(child):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await child.until(lambda: any(frame["t"] == "position" for frame in child.frames))
        assert child.talk is not None
        child.talk.write(words[0])
        await child.pump()
        conversation = await kari.takes()
        await kari.has_key(conversation)
        await kari.says(conversation, words[1])
        talk = child.talk
        await child.until(lambda: len(talk.entries) == 2)
        assert child.socket is not None
        child.socket.transport.abort()
        await kari.says(conversation, words[2])
        talk.write(words[3])
        talk.write(words[4])
        await child.until(lambda: len(talk.entries) == 5)
        await kari.sees(f.StaffMessage, seq=5)

        assert [
            ("child", words[0]),
            ("counsellor", words[1]),
            ("counsellor", words[2]),
            ("child", words[3]),
            ("child", words[4]),
        ] == talk.shown()
        assert [word for _, _, word in kari.screen(conversation)] == words
        welcomes = [frame for frame in child.frames if frame["t"] == "welcome"]
        assert [frame["recovered"] for frame in welcomes] == [False, True]
        assert child.counsellor["alias"]
        await child.send({"t": "end"})
        await child.until(lambda: child.code == 4504)
        assert child.frames[-1] == {"t": "ended", "by": "child"}
        await kari.registers(conversation)
        await erased(service, conversation)

    shown = await asyncio.to_thread(journalled, service)
    assert [word for word in words if word not in shown] == []


async def test_a_counsellor_of_somebody_else_gives_it(service: Service) -> None:
    """Signs on, is free, takes an offer, reads, answers, reloads in the middle, ends, registers; the journal finds nothing wrong."""
    words = [canary("first"), canary("answer"), canary("later"), canary("last"), canary("summary")]
    child = Child(service.place(0))
    kari = OtherCounsellor(doors(service, 1), service.origin, lambda: signed_in(service, "Kari", worker=1))
    async with gone_after(child), living(kari):
        await kari.until(lambda: kari.registrar_key)
        await kari.send({"t": "free", "room": 1})
        await child.arrives()
        await child.joins()
        await child.says(words[0])
        await kari.until(lambda: kari.desk.get("offer"))
        await kari.send({"t": "take", "conversation": kari.desk["offer"]["conversation"]})
        await child.opens_for(await child.sees(f.Paired))
        conversation = child.conversation
        await kari.until(lambda: conversation in kari.talks and kari.talks[conversation].key)
        talk = kari.talks[conversation]
        talk.write(words[1])
        await kari.pump()
        await child.sees(f.Message)
        assert kari.socket is not None
        kari.socket.transport.abort()
        await child.says(words[2])
        talk.write(words[3])
        await kari.until(lambda: len(talk.entries) == 4)

        assert [("child", words[0]), ("counsellor", words[1]), ("child", words[2]), ("counsellor", words[3])] == talk.shown()
        assert [text for _, text in sorted(child.screen.values())]
        await kari.send({"t": "end", "conversation": conversation})
        await kari.until(lambda: kari.desk["talks"][0]["state"] == "wrapping_up")
        await kari.registers(conversation, summary=words[4], outcomes=["advice"], age="13-15", reasons=["mental_health"])
        await kari.until(lambda: {"t": "registered", "conversation": conversation} in kari.frames)
        await erased(service, conversation)

    shown = await asyncio.to_thread(journalled, service)
    assert [word for word in words if word not in shown] == []


async def test_a_box_in_another_place_is_shown_as_broken(service: Service) -> None:
    """What the server moved, repeated or changed does not open in somebody else's client either."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        for text in ("one", "two"):
            await child.says(text)
        await child.send(f.ChildEnd())
        await child.is_closed_with()
        entries = [json.loads(f.dump(entry)) for _, entry in sorted(kari.panes[conversation].entries.items())]
        await kari.registers(conversation)

    def shown(*given: dict[str, object]) -> list[str]:
        talk = third_party.Talk(conversation, "counsellor", child.key)
        talk.take([dict(one, seq=at) for at, one in enumerate(given, 1)])
        return [text for _, text in talk.shown()]

    first, second = entries
    assert shown(first, second) == ["one", "two"]
    assert shown(second, first) == ["(cannot be shown)"] * 2
    assert shown(first, first) == ["one", "(cannot be shown)"]
    assert shown(first, dict(second, box=first["box"])) == ["one", "(broken)"]
    assert shown(dict(first, role="counsellor"), second) == ["(broken)", "(cannot be shown)"]

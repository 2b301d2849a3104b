"""T7 on real workers: what is done with a talk stands in the audit log, by desk and contact, without a word of it."""

import time
from pathlib import Path

from server import keyfiles
from server.staff import people
from server.staff.audit import contents, verify
from server.staff.chain import Deeds, read
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import session, sign_out, signed_in
from tests.people import Child, Counsellor


def deeds(service: Service, since: int) -> list[Deeds]:
    """Return what the log says from a line on."""
    return [entry.deed for line in contents(service.data / "audit.log")[0][since:] if (entry := read(line))]


def told(service: Service, since: int, wanted: int) -> list[Deeds]:
    """Wait until there are so many more entries."""
    deadline = time.monotonic() + 30
    while len(found := deeds(service, since)) < wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


async def test_T7_every_take_read_and_transfer_is_written_down(service: Service) -> None:
    """Two counsellors on two workers, one child: signed in, took, read, given back by signing out, taken and read again, registered."""
    file = service.data / "staff.json"
    kari_desk, ola_desk = people.named(file, "Kari").id, people.named(file, "Ola").id
    since = len(contents(service.data / "audit.log")[0])
    child, kari, ola = Child(service.place(0)), Counsellor(service.place(0)), Counsellor(service.place(1))
    await child.waits()
    cookie, ticket = await session(service, "Kari", worker=0)
    await kari.signs_on(ticket)
    conversation = await kari.takes()
    await child.opens_for(await child.sees(f.Paired))
    await kari.has_key(conversation)
    await child.says("CANARY-IN-THE-TALK")
    await kari.sees(f.StaffMessage, seq=1)
    await sign_out(service, cookie, worker=0)
    assert await kari.is_closed_with() == 4501

    await ola.signs_on(await signed_in(service, "Ola", worker=1))
    assert await ola.takes() == conversation
    await child.opens_for(await child.sees(f.Paired))
    await ola.has_key(conversation)
    await ola.send(f.StaffEnd(conversation))
    await child.sees(f.Ended)
    await ola.registers(conversation)
    await ola.drop()

    found = told(service, since, 9)
    assert [(deed.what, deed.who) for deed in found] == [
        ("signed_in", kari_desk),
        ("took", kari_desk),
        ("read", kari_desk),
        ("signed_out", kari_desk),
        ("given_back", kari_desk),
        ("signed_in", ola_desk),
        ("took", ola_desk),
        ("read", ola_desk),
        ("registered", ola_desk),
    ]
    contacts = {deed.contact for deed in found if deed.what not in {"signed_in", "signed_out"}}
    assert len(contacts) == 1
    assert len(contacts.pop()) == 64
    text = Path(service.data / "audit.log").read_text("utf-8")  # noqa: ASYNC240 - a test may look
    for secret in ("CANARY", conversation, "Kari", "Ola", cookie, ticket, child.token or "CANARY"):
        assert secret not in text
    assert verify(service.data / "audit.log", keyfiles.read_secret(service.data / "audit.secret"))[1] == []

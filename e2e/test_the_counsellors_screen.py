"""The counsellor's screen: talks that cannot be confused, drafts that outlive a reload, nothing left when it is over."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, WebSocketRoute, expect

from e2e.conftest import CHROMIUM, DESKTOP, FLAGS, Product, Rooms
from e2e.kept import until_kept, until_nothing_is_kept
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.together import comes

LOOK = """pane => {
  const style = element => getComputedStyle(element);
  const [article, write] = [pane, pane.querySelector(".write")];
  return {
    border: style(article).borderTopColor,
    label: style(write.querySelector("label")).color,
    shape: write.querySelector("svg").innerHTML,
    says: [pane.querySelector("h2").innerText, write.querySelector("label").innerText, write.querySelector("button").innerText],
  };
}"""
DRAFTS = """async () => {
  const open = indexedDB.open("shift");
  const database = await new Promise(done => { open.onsuccess = () => done(open.result); });
  const ask = request => new Promise(done => { request.onsuccess = () => done(request.result); });
  const all = store => ask(database.transaction(store).objectStore(store).getAll());
  const [keys, drafts] = [await all("keys"), await all("drafts")];
  const key = one => one instanceof CryptoKey ? [one.extractable] : one.privateKey ? [one.privateKey.extractable] : [];
  database.close();
  return { private: keys.flatMap(key), drafts: drafts.map(one => new TextDecoder("latin1").decode(one)) };
}"""

SETTLED, LOOKS = 2_000, 5
"""So long (ms), and so many times, a browser that does much else may hold what it was about to draw."""


@pytest.fixture
def kari(product: Product, rooms: Rooms) -> Iterator[Counsellor]:
    """A counsellor with room for three, whose desk is empty again afterwards."""
    one = Counsellor(rooms.page(phone=False), "Kari")
    one.signs_in(product)
    one.is_free(3)
    yield one
    if one.page.get_by_text("Tilkoblet").is_visible():
        for name in one.names():
            one.closes(name, "Test")
        one.pauses()


def field(who: Counsellor, name: str) -> Locator:
    """Return the writing field of a talk."""
    return who.pane(name).get_by_role("textbox", name=f"Skriv til {name}")


def test_three_talks_cannot_be_confused(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Each has a colour, a shape and a name of its own, at its head, its border and its writing field; the order stays."""
    names = []
    for number in range(3):
        comes(product, rooms, f"barn {number}")
        names.append(kari.accepts())
        assert kari.names() == names
    looks = [kari.pane(name).evaluate(LOOK) for name in names]
    for part in ("border", "label", "shape"):
        assert len({look[part] for look in looks}) == 3
    for name, look in zip(names, looks, strict=True):
        assert look["says"] == [name, f"Skriv til {name}", f"Send til {name}"]
    words = [word for name in names for word in name.split()]
    assert len(set(words)) == 6
    for number, name in enumerate(names):
        expect(kari.pane(name).get_by_role("log")).to_contain_text(f"barn {number}")
        for other in {0, 1, 2} - {number}:
            expect(kari.pane(name)).not_to_contain_text(f"barn {other}")


def test_a_message_leaves_only_from_the_talk_in_which_she_writes(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """A press on another talk's button moves the focus there and sends nothing; the keys lead to each talk."""
    first, second = comes(product, rooms, "en"), comes(product, rooms, "to")
    one, two = kari.accepts(), kari.accepts()
    field(kari, one).fill("til den ene")
    field(kari, two).fill("til den andre")
    kari.pane(one).get_by_role("button", name=f"Send til {one}").click()
    expect(field(kari, one)).to_be_focused()
    expect(field(kari, one)).to_have_value("til den ene")
    kari.page.keyboard.press("Alt+Digit2")
    expect(field(kari, two)).to_be_focused()
    kari.page.keyboard.press("Alt+Digit1")
    expect(field(kari, one)).to_be_focused()
    kari.page.keyboard.press("Enter")
    first.reads("til den ene")
    kari.pane(two).get_by_role("button", name=f"Send til {two}").click()
    kari.pane(two).get_by_role("button", name=f"Send til {two}").click()
    second.reads("til den andre")
    assert "til den ene" not in second.page.content()


def test_a_press_on_the_button_leaves_the_focus_in_the_field(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """So that the message leaves in a browser that gives a pressed button no focus, too."""
    child = comes(product, rooms, "hei")
    name = kari.accepts()
    kari.reads(name, "hei")
    field(kari, name).fill("med knappen")
    kari.pane(name).get_by_role("button", name=f"Send til {name}").hover()
    kari.page.mouse.down()
    expect(field(kari, name)).to_be_focused()
    kari.page.mouse.up()
    child.reads("med knappen")


def test_a_registered_talk_is_gone_from_the_screen_and_from_memory(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Not in the page, not in this browser's keeping, not in the heap of the page."""
    comes(product, rooms, "kanarifugl fra barnet")
    name = kari.accepts()
    kari.reads(name, "kanarifugl fra barnet")
    kari.writes(name, "kanarifugl fra rådgiveren")
    kari.ends(name)
    kari.writes_up(name, "kanarifugl i sammendraget")
    assert "kanarifugl" in heap(kari.page)
    kari.registers(name)
    expect(kari.page.get_by_text("Ingen samtaler.")).to_be_visible()
    assert "kanarifugl" not in kari.page.content()
    until_nothing_is_kept(kari.page)
    looks = (settled(kari.page) for _ in range(LOOKS))
    assert any("kanarifugl" not in strings for strings in looks)


def settled(page: Page) -> str:
    """Return every string that the page holds when it has had a moment to draw."""
    page.wait_for_timeout(SETTLED)
    return heap(page)


def heap(page: Page) -> str:
    """Return every string that the page holds, after its garbage is collected."""
    session = page.context.new_cdp_session(page)
    pieces: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: pieces.append(event["chunk"]))
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.detach()
    return "\n".join(json.loads("".join(pieces))["strings"])


def test_what_is_missing_is_said_and_nothing_is_lost(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Each question says what it lacks, beside it; the first of them gets the focus; what was answered stays."""
    child = comes(product, rooms, "hei")
    name = kari.accepts()
    kari.answers(name, "Alder", "13–15")
    child.ends()
    expect(kari.pane(name).get_by_text("Barnet avsluttet.")).to_be_visible()
    pane = kari.pane(name)
    pane.get_by_role("button", name="Registrer").click()
    expect(pane.get_by_role("alert").filter(has_text="8 svar mangler.")).to_be_visible()
    expect(pane.get_by_role("radio", name="Barn, om seg selv")).to_be_focused()
    expect(pane.get_by_role("group", name="Hvem tok kontakt?")).to_contain_text("Velg ett svar.")
    expect(pane.get_by_role("group", name="Alder")).not_to_contain_text("Velg ett svar.")
    kari.answers(name, "Meldeplikt", "Vurdert: ja")
    expect(pane.get_by_text("Skriv hvorfor.")).to_be_visible()
    expect(pane.get_by_role("radio", name="13–15")).to_be_checked()


def test_a_municipality_is_found_by_keyboard_and_without_its_letters(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """The county tells Herøy from Herøy; arrows and Enter choose; Escape leaves what was there."""
    comes(product, rooms, "hei")
    name = kari.accepts()
    box = kari.opens_the_form(name).get_by_role("combobox", name="Oppholdskommune")
    options = kari.pane(name).get_by_role("listbox").get_by_role("option")
    box.press_sequentially("heroy")
    expect(options).to_have_text(["Herøy, Møre og Romsdal", "Herøy, Nordland"])
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("Herøy, Nordland")
    box.fill("karasjohka")
    expect(options).to_have_count(1)
    box.press("Escape")
    expect(box).to_have_value("Herøy, Nordland")
    kari.pane(name).get_by_role("button", name="Fjern").click()
    expect(box).to_have_value("")


@pytest.mark.parametrize("kind", ["Stille", "Test", "Plaging"])
def test_a_contact_that_is_none_closes_in_one_tap(product: Product, rooms: Rooms, kari: Counsellor, kind: str) -> None:
    """A child who wrote nothing sees a calm last page, and the next child may come."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    name = kari.accepts()
    kari.opens_the_form(name).get_by_role("button", name=kind, exact=True).click()
    expect(kari.pane(name)).to_have_count(0)
    child.sees("Samtalen er ferdig")
    expect(kari.page.get_by_text("Neste barn ringer her.")).to_be_visible()


def test_a_tap_before_the_talk_has_come_asks_nothing(product: Product, rooms: Rooms) -> None:
    """She is quicker than the network: nobody has written, so she is not asked whether somebody has."""
    held: list[tuple[WebSocketRoute, str | bytes]] = []

    def slow(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda said: held.append((socket, said)) if '"t":"history"' in str(said) else socket.send(said))

    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.page.route_web_socket(re.compile("/staff/ws"), slow)
    kari.signs_in(product)
    kari.is_free()
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    name = kari.accepts()
    kari.opens_the_form(name).get_by_role("button", name="Test", exact=True).click()
    while not held:
        kari.page.wait_for_timeout(20)
    expect(kari.pane(name).get_by_role("button", name="Ja, avslutt og registrer")).to_have_count(0)
    for socket, said in held:
        socket.send(said)
    expect(kari.pane(name)).to_have_count(0)
    child.sees("Samtalen er ferdig")
    kari.pauses()


def test_a_child_who_has_written_is_not_closed_by_one_tap(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """She is asked first, with the focus on no; no leaves the talk as it was; when the talk is over, one tap does it."""
    child = comes(product, rooms, "jeg er redd")
    name = kari.accepts()
    kari.reads(name, "jeg er redd")
    kari.opens_the_form(name).get_by_role("button", name="Plaging", exact=True).click()
    question = kari.pane(name).get_by_role("group", name="Barnet har skrevet. Avslutte og registrere som Plaging?")
    expect(question.get_by_role("button", name="Nei")).to_be_focused()
    question.get_by_role("button", name="Nei").click()
    expect(question).to_have_count(0)
    kari.writes(name, "Her er jeg")
    child.reads("Her er jeg")
    child.ends()
    expect(kari.pane(name).get_by_text("Barnet avsluttet.")).to_be_visible()
    kari.pane(name).get_by_role("button", name="Test", exact=True).click()
    expect(kari.pane(name)).to_have_count(0)


def test_a_tap_without_a_connection_is_said_and_marks_nothing(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """The reason stands beside the buttons, the form is as unanswered as it was, and the talk is still hers."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    name = kari.accepts()
    form = kari.opens_the_form(name)
    kari.page.context.set_offline(offline=True)
    kari.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(kari.page.get_by_text("Uten kontakt")).to_be_visible(timeout=20_000)
    form.get_by_role("button", name="Plaging", exact=True).click()
    expect(form.get_by_role("alert").filter(has_text="Ingenting er borte.")).to_be_visible()
    expect(kari.pane(name).get_by_text("0 av 9")).to_be_visible()
    kari.page.context.set_offline(offline=False)
    expect(kari.page.get_by_text("Tilkoblet")).to_be_visible(timeout=20_000)
    rooms.watch.told.clear()
    kari.writes(name, "Er du der?")
    child.reads("Er du der?")


def test_signing_out_without_a_connection_is_said_and_deletes_nothing(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """She is still signed in, so the talk and the draft stay here; the one open talk is said as one."""
    comes(product, rooms, "hei")
    name = kari.accepts()
    kari.opens_the_form(name).get_by_label("Sammendrag").fill("utkast")
    until_kept(kari.page, "utkast")
    kari.page.context.set_offline(offline=True)
    kari.page.get_by_role("button", name="Logg ut").click()
    question = kari.page.get_by_role("group", name="Logg ut")
    expect(question).to_contain_text("Du har en åpen samtale.")
    question.get_by_role("button", name="Logg ut").click()
    expect(kari.page.get_by_role("status").filter(has_text="Du er ikke logget ut ennå")).to_be_visible()
    expect(kari.pane(name).get_by_label("Sammendrag")).to_have_value("utkast")
    assert len(kari.page.evaluate(DRAFTS)["drafts"]) == 1
    kari.page.context.set_offline(offline=False)
    rooms.watch.told.clear()
    kari.page.reload()
    kari.reads(name, "hei")
    expect(kari.opens_the_form(name).get_by_label("Sammendrag")).to_have_value("utkast")


def test_she_who_does_not_answer_now_is_left_in_peace(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """The child goes back to its place, no sound was made, and it does not ring again until she is free."""
    comes(product, rooms, "hei")
    expect(kari.page.get_by_role("alert").filter(has_text="Et barn ringer")).to_be_visible()
    assert not kari.page.get_by_role("checkbox", name="Lyd når det ringer").is_checked()
    kari.page.get_by_role("button", name="Ikke nå").click()
    expect(kari.page.get_by_role("heading", name="Du har pause")).to_be_visible()
    row = kari.page.get_by_role("listitem").filter(has_text="Bokmål")
    expect(row).to_be_visible()
    before = kari.names()
    row.get_by_role("button", name="Ta nummer 1 i køen").click()
    kari.new_pane(before)
    kari.page.get_by_role("button", name="Jeg er ledig").click()


def test_another_window_takes_over(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """The older window shows nothing more, calmly; the newer one has everything."""
    comes(product, rooms, "kanarifugl")
    name = kari.accepts()
    kari.reads(name, "kanarifugl")
    older = kari.page
    kari.page = older.context.new_page()
    rooms.watch.on(kari.page)
    kari.page.goto(product.staff_page)
    kari.reads(name, "kanarifugl")
    expect(older.get_by_role("heading", name="Vakten er åpen i et annet vindu")).to_be_visible()
    assert "kanarifugl" not in older.content()


def test_another_counsellor_at_the_same_browser_finds_nothing(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """What this browser keeps belongs to one; when she is back with a new key, the child's browser opens the talk for it."""
    child = comes(product, rooms, "kanarifugl")
    name = kari.accepts()
    kari.opens_the_form(name).get_by_label("Sammendrag").fill("utkast")
    expect(kari.pane(name).get_by_text("1 av 9")).to_be_visible()
    kari.page.context.clear_cookies()
    ola = Counsellor(kari.page, "Ola")
    ola.signs_in(product)
    expect(ola.page.get_by_text("Ingen samtaler.")).to_be_visible()
    assert ola.page.evaluate(DRAFTS)["drafts"] == []
    ola.page.context.clear_cookies()
    kari.signs_in(product)
    expect(kari.panes()).to_have_count(1)
    (again,) = kari.names()
    kari.reads(again, "kanarifugl")
    expect(kari.opens_the_form(again).get_by_label("Sammendrag")).to_have_value("")
    kari.writes(again, "Her er jeg igjen")
    child.reads("Her er jeg igjen")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The folder in which a browser keeps all that it keeps."""
    return tmp_path / "profile"


def test_a_draft_outlives_a_reload_and_cannot_be_read_on_the_disk(
    product: Product, rooms: Rooms, playwright: Playwright, profile: Path
) -> None:
    """Form, half-written message, colour and name come back; the profile holds none of the words; signing out leaves nothing."""
    browser = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS, viewport=DESKTOP, locale="nb-NO")  # type: ignore[arg-type]
    rooms.contexts.append(browser)
    kari = Counsellor(browser.pages[0], "Kari")
    kari.signs_in(product)
    kari.is_free(1)
    comes(product, rooms, "kanarifugl fra barnet")
    name = kari.accepts()
    kari.reads(name, "kanarifugl fra barnet")
    kari.opens_the_form(name).get_by_label("Sammendrag").fill("kanarifugl i sammendraget")
    kari.answers(name, "Alder", "10–12")
    field(kari, name).press_sequentially("kanarifugl i feltet")
    until_kept(kari.page, "kanarifugl i feltet")
    kari.page.reload()
    kari.reads(name, "kanarifugl fra barnet")
    expect(field(kari, name)).to_have_value("kanarifugl i feltet")
    expect(kari.pane(name).get_by_label("Sammendrag")).to_have_value("kanarifugl i sammendraget")
    expect(kari.pane(name).get_by_role("radio", name="10–12")).to_be_checked()
    kept = kari.page.evaluate(DRAFTS)
    assert kept["private"] == [False, False]
    assert len(kept["drafts"]) == 1
    assert "kanarifugl" not in kept["drafts"][0]
    kari.closes(name, "Test")
    until_nothing_is_kept(kari.page)
    kari.pauses()
    kari.page.get_by_role("button", name="Logg ut").click()
    kari.page.get_by_role("group", name="Logg ut").get_by_role("button", name="Logg ut").click()
    kari.page.wait_for_url("**/staff/sign-in*")
    assert kari.page.evaluate("indexedDB.databases()") == []
    browser.close()
    rooms.contexts.remove(browser)
    assert on_disk(profile, "127.0.0.1")
    assert on_disk(profile, "kanarifugl") == []
    assert on_disk(profile, "10–12") == []


def on_disk(folder: Path, text: str) -> list[Path]:
    """Return the files that hold a text, in either of the two ways in which a browser writes."""
    coded = [text.encode(coding) for coding in ("utf-8", "utf-16-le")]
    return [path for path in folder.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in coded)]

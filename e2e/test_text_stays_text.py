"""W7: two hundred texts that would do something if a page took them for more than text, in every place where people's words are shown."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Dialog, Frame, Locator, Page, expect

from e2e.conftest import Product, Rooms, rooms_at, start_with
from e2e.payloads import BREAKOUTS, PAYLOADS, SCRIPTS
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from server.ids import new_id
from server.staff import directory
from tests.promises import size

NAME = BREAKOUTS[0] + SCRIPTS[0]
"""What this helpline is called."""
SHORT = [payload for payload in PAYLOADS if len(payload) <= 40 and payload.strip() == payload]
"""Those that fit where a name stands."""
ALIAS = "<img src=x onerror=owned=alert(1)>"
MOST = 1_800
LINE = 450
"""What fits in one line among colleagues."""
SLOW = 90_000
SAY = "texts => { const {talk} = document.querySelector('talk-pane'); texts.forEach(text => void talk.say(text)) }"
TEXTS = "all => all.map(one => one.textContent)"
MADE = "[role=log] :is(script, img, svg, math, iframe, object, embed, form, style, link, meta, base, video, audio, input, a, marquee)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A helpline in whose settings, quick replies and names somebody has written all of it."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = (f'[[reply]]\nshort = "r{at}"\nnb = {json.dumps(payload)}\n' for at, payload in enumerate(PAYLOADS))
    (folder / "replies.toml").write_text("\n".join(rows), "utf-8")
    one = start_with(folder, name=json.dumps(NAME))
    name_all(one.data / "staff.json")
    yield one
    one.stop()


def name_all(path: Path) -> None:
    """Give counsellors names that no command of ours takes, by hand; Kari may look at all of them."""
    staff = directory.read(path)
    named = [msgspec.structs.replace(one, alias=ALIAS, roles=("counsellor", "administrator")) for one in staff.accounts]
    more = [directory.Account(new_id(), f"{name}", name, ("counsellor",)) for name in SHORT]
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(staff, accounts=[*named, *more])))


@pytest.fixture
def there(chromium: Browser, hostile: Product) -> Iterator[Rooms]:
    """Rooms at it. Afterwards nothing was run anywhere."""
    with rooms_at(chromium, hostile) as one:
        yield one
        frames = [frame for context in one.contexts for page in context.pages for frame in page.frames]
        assert frames
        assert [frame.url for frame in frames if frame.evaluate("typeof owned") != "undefined"] == []


def opened(rooms: Rooms, *, phone: bool) -> Page:
    """Return a page on which a dialog is an answer: something ran."""
    page = rooms.page(phone=phone)

    def ran(dialog: Dialog) -> None:
        rooms.watch.told.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", ran)
    return page


def together() -> list[str]:
    """Return all payloads in as few messages as can be."""
    messages = [PAYLOADS[0]]
    for payload in PAYLOADS[1:]:
        if len(messages[-1]) + len(payload) > MOST:
            messages.append(payload)
        else:
            messages[-1] += f"\n{payload}"
    return [as_typed(message) for message in messages]


def as_typed(text: str) -> str:
    """Return what a field makes of a text: one sign for the end of a line, none around it."""
    return text.replace("\r\n", "\n").strip()


def shown(where: Frame | Locator | Page, many: int) -> list[str]:
    """Return the texts of a talk, once so many are there."""
    texts = where.locator("[role=log] .message .text")
    expect(texts).to_have_count(many, timeout=SLOW)
    expect(where.locator("[role=log] .odd")).to_have_count(0, timeout=SLOW)
    assert where.locator(MADE).count() == 0
    return list(texts.evaluate_all(TEXTS))


def a_talk(hostile: Product, there: Rooms) -> tuple[Counsellor, Child, Frame, str]:
    """Let a child and a counsellor come together."""
    kari, child = Counsellor(opened(there, phone=False), "Kari"), Child(opened(there, phone=True))
    kari.signs_in(hostile)
    kari.is_free()
    child.comes_to(hostile.child_page)
    child.begins()
    name = kari.accepts()
    child.sees(ALIAS)
    frame = next(one for one in child.page.frames if one.url.endswith("/w"))
    return kari, child, frame, name


def test_W7_two_hundred_payloads_on_both_sides_of_a_talk_stay_text(hostile: Product, there: Rooms) -> None:
    """Said by the child and by the counsellor: letter by letter on both screens, no element made of them, nothing run."""
    kari, child, frame, name = a_talk(hostile, there)
    expect(kari.pane(name).get_by_role("textbox", name=re.compile(f"Skriv til {name}"))).to_be_enabled()
    said = [*together(), *PAYLOADS[:: size.of(7, 1)]]
    kari.page.evaluate(SAY, said)
    for page in (frame, kari.pane(name)):
        assert shown(page, len(said)) == said
    typed = size.of(together(), [as_typed(one) for one in PAYLOADS])
    for text in typed:
        child.writes(text)
    for page in (frame, kari.pane(name)):
        assert shown(page, len(said) + len(typed))[len(said) :] == typed
    size.told("payloads of cross-site scripting, said by each side, looked at on both screens", len(PAYLOADS), "0 run, all shown as text")


def test_W7_in_settings_names_replies_and_forms_they_stay_text(hostile: Product, there: Rooms) -> None:
    """The helpline's name, staff's names, quick replies, what somebody has to be told, notes: text, wherever it is shown."""
    kari, child, _, name = a_talk(hostile, there)
    pane = kari.pane(name)
    pane.get_by_role("button", name=re.compile("^Hurtigsvar")).click()
    replies = pane.locator("quick-replies .phrase span:first-of-type")
    expect(replies.nth(len(PAYLOADS) - 1)).to_be_attached()
    assert list(replies.evaluate_all(TEXTS))[: len(PAYLOADS)] == [one.replace("{alias}", ALIAS) for one in PAYLOADS]
    pane.locator("quick-replies .phrase").nth(2).click()
    expect(pane.get_by_role("textbox", name=re.compile(f"Skriv til {name}"))).to_have_value(PAYLOADS[2])
    kari.has_to_tell(name, together()[0])
    expect(child.frame.get_by_role("log").get_by_text(together()[0][:40])).to_be_visible()
    form = kari.opens_the_form(name)
    form.get_by_label("Sammendrag").fill(together()[1])
    expect(form.get_by_label("Sammendrag")).to_have_value(together()[1])

    people = opened(there, phone=False)
    people.goto(f"{hostile.staff_page}")
    expect(people.get_by_text(NAME)).to_be_visible()
    people.get_by_label("Navn").fill("Ola")
    people.get_by_label("Passord").fill(hostile.passwords["Ola"])
    people.get_by_role("button", name="Logg inn").click()
    expect(people.get_by_text("Tilkoblet")).to_be_visible()
    people.goto(f"{hostile.staff_page}/people")
    assert set(people.locator("tbody th[scope=row]").evaluate_all(TEXTS)) >= set(SHORT)
    assert people.locator("tbody :is(script, img, svg, iframe, style, a)").count() == 0
    assert NAME in people.title()


def test_W7_among_colleagues_and_on_paper_they_stay_text(hostile: Product, there: Rooms) -> None:
    """What colleagues whisper, what is said in the staff room, and the sheet that is printed."""
    kari, _, _, name = a_talk(hostile, there)
    ola = Counsellor(opened(there, phone=False), "Ola")
    ola.signs_in(hostile)
    kari.pane(name).get_by_role("button", name="Kollega", exact=True).click()
    kari.pane(name).get_by_role("button", name="Jeg trenger hjelp nå").click()
    ola.page.get_by_role("button", name="Jeg kommer").click()
    along = ola.page.locator(".along")
    whispers(along, along.get_by_role("textbox", name=re.compile("^Hvisk til")))
    stays(kari.pane(name))
    for one in (kari, ola):
        one.page.locator("summary").filter(has_text="Vaktrommet").click()
    whispers(kari.page.get_by_role("complementary"), kari.page.get_by_role("textbox", name="Vaktrommet"))
    stays(ola.page.get_by_role("complementary"))

    kari.ends(name)
    form = kari.opens_the_form(name)
    sheet = kari.page.locator(".print")
    for payload in together():
        form.get_by_label("Sammendrag").fill(payload)
        expect(sheet).to_contain_text(payload, use_inner_text=False)
    assert sheet.locator(":is(script, img, svg, math, iframe, style, a, input)").count() == 0
    kari.closes(name, "Test")


def lines() -> list[str]:
    """Return all payloads in as few lines as can be."""
    found = [""]
    for payload in (" ".join(one.split()) for one in PAYLOADS):
        found = [*found, payload] if len(found[-1]) + len(payload) > LINE else [*found[:-1], f"{found[-1]} {payload}".strip()]
    return found


def whispers(where: Locator, field: Locator) -> None:
    """Say every line among colleagues, each once the one before can be read."""
    for text in lines():
        field.fill(text)
        field.press("Enter")
        expect(where.locator("[role=log]").filter(has_text=text).first).to_be_attached(timeout=SLOW)
    stays(where)


def stays(where: Locator) -> None:
    """Wait until every line can be read there, letter by letter, and no element was made of it."""
    for text in lines():
        expect(where.locator("[role=log]").filter(has_text=text).first).to_be_attached(timeout=SLOW)
    assert where.locator(MADE).count() == 0

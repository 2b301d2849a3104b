"""Small screens, keyboards, screen readers, other languages: the child's side is for every child."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import Product

TINY = {"width": 320, "height": 480}
PRESSABLE = "a, button, select, textarea, summary, label.choice, label.check"
SIZES = f"""() => [...document.querySelectorAll("{PRESSABLE}")].filter((one) => one.checkVisibility()).map((one) => {{
  const {{width, height}} = one.getBoundingClientRect();
  return [one.textContent.trim().slice(0, 30) || one.tagName, width, height];
}})"""
WIDER = """() => [...document.querySelectorAll("body, body *:not(.unseen)")]
  .filter((one) => one.checkVisibility() && (one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > innerWidth))
  .map((one) => one.outerHTML.slice(0, 80))"""
ON_TOP = """() => {
  const exit = document.getElementById("exit"), {left, top, width, height} = exit.getBoundingClientRect();
  const points = [[left + 4, top + height / 2], [left + width / 2, top + height / 2], [left + width - 4, top + height / 2]];
  return top >= 0 && top + height <= innerHeight && points.every(([x, y]) => exit.contains(document.elementFromPoint(x, y)));
}"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  const all = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }";
  sheet.replaceSync(all + " p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.fixture
def page(chromium: Browser, product: Product) -> Iterator[Page]:
    """The smallest screen there is, at the chat's own address."""
    context = chromium.new_context(viewport=TINY, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{product.chat}/w")
    expect(page.get_by_role("button", name="Begynn å skrive")).to_be_visible()
    yield page
    context.close()


def wait_in_line(page: Page) -> None:
    """Begin."""
    page.get_by_role("button", name="Begynn å skrive").click()
    expect(page.get_by_text(re.compile("Du er (den neste|nummer)")).first).to_be_visible()


def leave_the_line(page: Page) -> None:
    """Leave it again."""
    page.get_by_role("button", name="Gå ut av køen").click()
    page.get_by_role("button", name="Ja, gå ut").click()
    expect(page.get_by_role("heading", name="Du er ute av køen")).to_be_visible()


def check(page: Page) -> None:
    """Check what must hold of every screen."""
    assert page.evaluate(ON_TOP), "the way out is in sight and nothing lies over it"
    assert page.evaluate(WIDER) == [], "nothing is wider than the screen"
    small = [one for one in page.evaluate(SIZES) if one[1] < 24 or one[2] < 24]
    assert small == [], "everything is large enough to press"


@pytest.mark.parametrize("spaced", [False, True])
def test_every_screen_fits_the_smallest_one(page: Page, *, spaced: bool) -> None:
    """320 by 480 (or 200 % on a small laptop), and with the widest spacing of text: before, waiting, last page."""
    if spaced:
        page.evaluate(SPACED)
    check(page)
    wait_in_line(page)
    check(page)
    page.get_by_role("button", name="Det er farlig nå").click()
    check(page)
    page.get_by_role("textbox", name="Skriv her").fill("langt ord: " + "x" * 300)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("Ingen har lest det ennå")
    check(page)
    leave_the_line(page)
    check(page)


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    """The way out first, then language, numbers, choices, start; the field has the focus when it is time to write."""
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.type"))
    assert order[0] == "Gå ut fort"
    assert order[2].startswith("112")

    page.get_by_role("button", name="Begynn å skrive").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Skriv her")).to_be_focused()
    page.keyboard.type("hei")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("du")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("hei\ndu")
    expect(page.get_by_role("textbox", name="Skriv her")).to_be_focused()
    leave_the_line(page)
    expect(page.get_by_role("heading", name="Du er ute av køen")).to_be_focused()


def test_a_question_has_the_focus_of_the_press_that_asked_it(page: Page) -> None:
    """By keyboard: to the gentle answer, where it is heard with its question, and back to where it was asked."""
    wait_in_line(page)
    page.get_by_role("button", name="Gå ut av køen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Vil du gå ut av køen?").get_by_role("button", name="Nei, bli her")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Gå ut av køen")).to_be_focused()
    leave_the_line(page)


def test_a_screen_reader_is_told_what_changes(page: Page) -> None:
    """The lines that are read out are there from the beginning; messages are a log with who and when as text."""
    expect(page.get_by_role("status")).to_be_attached()
    expect(page.get_by_role("alert")).to_be_empty()
    wait_in_line(page)
    expect(page.get_by_role("status")).to_have_text(re.compile("Du er (den neste|nummer)"))
    page.get_by_role("textbox", name="Skriv her").fill("hei")
    page.get_by_role("textbox", name="Skriv her").press("Enter")

    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-relevant", "additions")
    expect(log.locator(".message").last).to_contain_text(re.compile(r"Du\s+\d\d\.\d\d\s+hei"))
    leave_the_line(page)


def test_another_language_is_one_press_away_and_the_page_says_which(page: Page) -> None:
    """Every word changes, the way out too, and what is read out is pronounced right."""
    page.get_by_role("combobox", name="Språk").select_option("English")

    expect(page.get_by_role("heading", level=1)).to_have_text("Hi. Do you want to talk to someone?")
    expect(page.locator("#exit")).to_have_text("Leave quickly")
    assert page.locator("html").get_attribute("lang") == "en"


def test_W7_what_is_written_is_shown_as_text_whatever_it_is(page: Page) -> None:
    """Marks of a page, of a script, of a template: letters, nothing else."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if not message.text.startswith("Clear-Site-Data header on") else None)
    page.on("dialog", lambda dialog: told.append(dialog.message))
    wait_in_line(page)
    payloads = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        '"><svg/onload=alert(1)>',
        "javascript:alert(1)",
        "${alert(1)} {{7*7}} <!--",
        "</textarea><iframe srcdoc='<script>alert(1)</script>'>",
    ]
    for payload in payloads:
        page.get_by_role("textbox", name="Skriv her").fill(payload)
        page.get_by_role("textbox", name="Skriv her").press("Enter")
        expect(page.get_by_role("log").get_by_text(payload, exact=True)).to_be_visible()

    assert told == []
    assert page.locator("[role=log] :is(img, script, svg, iframe)").count() == 0
    leave_the_line(page)


def test_a_long_text_becomes_several_messages_and_nothing_is_cut(page: Page) -> None:
    """The rest is counted near the end; beyond it, and after a paste of 5,000 characters, it is said how many messages it will be."""
    wait_in_line(page)
    field = page.get_by_role("textbox", name="Skriv her")
    field.fill("x" * 1_801)
    expect(page.get_by_text("199 tegn igjen")).to_be_visible()
    told = " ".join(f"Setning nummer {number} handler om 👩‍👩‍👧." for number in range(135))
    assert len(told.encode("utf-16-le")) // 2 > 5_000
    field.fill("")
    page.keyboard.insert_text(told)
    expect(page.get_by_text("Det blir sendt som 3 meldinger")).to_be_visible()
    field.press("Enter")

    expect(field).to_have_value("")
    log = page.get_by_role("log")
    texts = log.locator(".text")
    expect(log.locator("[aria-live=off] .message")).to_have_count(0)  # all are stored
    expect(texts).to_have_count(3)  # and opened
    assert " ".join(texts.all_inner_texts()) == told
    expect(page.get_by_role("log").locator(".message").last).to_contain_text("Ingen har lest det ennå")
    leave_the_line(page)


def test_what_is_far_too_long_stays_in_the_field_with_words(page: Page) -> None:
    """Nothing is cut away silently: it is said that it does not go, and all of it is still there."""
    wait_in_line(page)
    field = page.get_by_role("textbox", name="Skriv her")
    field.fill("x " * 25_000)
    expect(page.get_by_text("Teksten er for lang")).to_be_visible()
    field.press("Enter")

    expect(field).to_have_value("x " * 25_000)
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    leave_the_line(page)

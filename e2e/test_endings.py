"""Kind endings: the limit is said early, a quiet talk is asked before it ends, and nobody is left without a word afterwards."""

from pathlib import Path

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.together import meet


def test_the_limit_is_said_before_the_first_word(product: Product, rooms: Rooms) -> None:
    """How long a talk may be, what ends it, and that it is said first."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.sees("Hvor lenge kan vi skrive?")
    child.sees("Hvis ingen skriver på 15 minutter, slutter samtalen. Vi sier alltid fra først.")


def test_the_counsellor_says_how_long_there_is(product: Product, rooms: Rooms) -> None:
    """The child reads until when, calmly; she sees what the child knows, can take it back, and nothing ends by itself."""
    kari, child, talk = meet(product, rooms)
    choice = kari.pane(talk).get_by_role("combobox", name=f"Si til {talk} hvor lenge dere har")
    choice.select_option("10 minutter igjen")

    child.sees("Vi kan skrive sammen til omtrent klokka")
    expect(child.frame.get_by_role("status")).to_contain_text("Vi kan skrive sammen til omtrent klokka")
    expect(kari.pane(talk).get_by_text("Barnet vet at dere har til klokka")).to_be_visible()
    child.writes("da sier jeg det nå")
    kari.reads(talk, "da sier jeg det nå")

    choice.select_option("Ta det tilbake")
    expect(kari.pane(talk).get_by_text("Barnet vet at dere har til klokka")).to_have_count(0)
    expect(child.frame.get_by_text("Vi kan skrive sammen til")).to_have_count(0)
    child.ends()
    kari.closes(talk, "Test")


def test_a_quiet_talk_is_asked_before_it_ends(product: Product, rooms: Rooms) -> None:
    """Eleven quiet minutes on the child's clock: why it would end, how long there is, and one press that keeps it."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.page.clock.install()
    child.comes_to(product.child_page)
    child.begins()
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    child.page.clock.fast_forward(11 * 60_000)

    child.sees("så andre som venter, kan få svar.")
    child.frame.get_by_role("button", name="Jeg er her").click()
    expect(child.frame.get_by_text("Er du der ennå?")).to_have_count(0)
    child.page.clock.resume()
    child.writes("jeg tenkte litt")
    kari.reads(talk, "jeg tenkte litt")
    child.ends()
    kari.closes(talk, "Test")


def test_after_a_talk_there_is_care_a_way_back_and_a_copy_for_who_wants_it(product: Product, rooms: Rooms) -> None:
    """How to come back without an account, and that it works; two questions nobody has to answer; a copy whose risk is said first."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.writes("jeg er redd")
    talk = kari.takes_next()
    kari.writes(talk, "Takk for at du sier det")
    child.reads("Takk for at du sier det")
    kari.ends(talk)

    child.sees("Samtalen er ferdig")
    child.sees("Det er vanlig å kjenne seg sliten")
    child.sees("Du finner oss på 116111.no, i morgen og alle andre dager.")
    helped = child.frame.get_by_role("group", name="Hjalp det å skrive med oss?")
    with child.page.expect_response("**/answers") as counted:
        helped.get_by_role("button", name="Litt, eller kanskje").click()
    assert counted.value.status == 204
    expect(helped).to_contain_text("Takk for svaret.")
    expect(child.frame.get_by_role("group", name="Vil du skrive til oss en annen gang?").get_by_role("button")).to_have_count(3)

    child.frame.get_by_text("Ta vare på samtalen").click()
    child.sees("andre som bruker den, kan lese den")
    with child.page.expect_download() as saved:
        child.frame.get_by_role("button", name="Lagre som tekst").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert saved.value.suggested_filename == "tekst.txt"
    assert "jeg er redd" in text
    assert "Kari" in text
    assert text.index("jeg er redd") < text.index("Takk for at du sier det")
    kari.closes(talk, "Test")

    child.frame.get_by_role("button", name="Skriv til oss igjen").click()
    child.begins()
    child.writes("det er meg igjen")
    talk = kari.takes_next()
    kari.reads(talk, "det er meg igjen")
    expect(kari.pane(talk).get_by_role("log").locator(".message")).to_have_count(1)
    expect(child.frame.get_by_text("jeg er redd")).to_have_count(0)
    child.ends()
    kari.closes(talk, "Test")

"""Lines drop and browsers are reloaded: nothing that was sent is lost, and no draft either."""

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.kept import until_kept
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor


def talking(product: Product, rooms: Rooms) -> tuple[Child, Counsellor, str]:
    """Return a child and a counsellor who talk."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    talk = kari.takes_next()
    child.writes("hei")
    kari.reads(talk, "hei")
    return child, kari, talk


def put_away(kari: Counsellor, talk: str) -> None:
    """Close the talk in one tap."""
    kari.closes(talk, "Test")
    expect(kari.pane(talk)).to_have_count(0)


def test_a_phone_without_net_loses_nothing(product: Product, rooms: Rooms) -> None:
    """Written without a line: "not sent" until it is; what came meanwhile is there, once and in order."""
    child, kari, talk = talking(product, rooms)
    child.page.context.set_offline(True)
    child.writes("uten nett")
    child.has_sent("uten nett", "Ikke sendt ennå")
    kari.writes(talk, "mens du var borte")
    rooms.watch.told.clear()
    child.page.context.set_offline(False)
    child.reads("mens du var borte")
    kari.reads(talk, "uten nett")
    child.has_sent("uten nett", "Lest")

    assert child.frame.get_by_role("log").get_by_text("uten nett").count() == 1
    assert kari.pane(talk).get_by_role("log").get_by_text("uten nett").count() == 1
    rooms.watch.told.clear()
    put_away(kari, talk)


def test_a_counsellors_reload_keeps_talk_and_drafts(product: Product, rooms: Rooms) -> None:
    """After a reload the words, what she was writing and the form are there; on disk they are sealed."""
    child, kari, talk = talking(product, rooms)
    kari.answers(talk, "Alder", "13–15")
    kari.opens_the_form(talk).get_by_label("Sammendrag").fill("et utkast til sammendrag")
    kari.pane(talk).get_by_role("textbox", name=f"Skriv til {talk}").fill("et utkast til svar")
    until_kept(kari.page, "et utkast til svar")
    kari.page.reload()
    kari.reads(talk, "hei")

    expect(kari.pane(talk).get_by_role("textbox", name=f"Skriv til {talk}")).to_have_value("et utkast til svar")
    form = kari.opens_the_form(talk)
    expect(form.get_by_label("Sammendrag")).to_have_value("et utkast til sammendrag")
    expect(form.get_by_role("group", name="Alder").get_by_label("13–15")).to_be_checked()
    kari.pane(talk).get_by_role("textbox", name=f"Skriv til {talk}").press("Enter")
    child.reads("et utkast til svar")
    put_away(kari, talk)
    kept = kari.page.evaluate(
        """async () => {
          const names = (await indexedDB.databases()).map((db) => db.name);
          return JSON.stringify([localStorage.length, sessionStorage.length, names]);
        }"""
    )
    assert kept.startswith("[0,0,")


def test_a_childs_reload_is_a_fresh_start(product: Product, rooms: Rooms) -> None:
    """Nothing is kept in the child's browser: after a reload there is no trace of the talk, and the counsellor sees it go."""
    child, kari, talk = talking(product, rooms)
    child.page.reload()
    child.page.get_by_role("button", name="Snakk med oss").click()
    child.sees("Hei. Vil du snakke med noen?")

    assert "hei" not in child.frame.locator("body").inner_text().split()
    expect(kari.pane(talk).get_by_text("Borte", exact=True)).to_be_visible()
    kari.ends(talk)
    put_away(kari, talk)

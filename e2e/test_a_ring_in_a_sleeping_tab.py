"""A ring needs no timer and no picture of the browser: both are what a tab loses that lies behind others for long."""

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

SLEEP = """() => {
  window.told = [];
  const Real = Notification;
  globalThis.Notification = class extends Real {
    constructor(title, options) { super(title, options); told.push(title); }
  };
  const {start} = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (...when) { window.sound = this; start.apply(this, when); };
  for (let id = setTimeout(() => {}, 0); id > 0; id--) clearTimeout(id);
  globalThis.setTimeout = globalThis.setInterval = globalThis.requestAnimationFrame = () => 0;
  Object.defineProperty(document, "visibilityState", {get: () => "hidden"});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""From now on no timer comes, not even those that were set, and nothing is painted. What is notified and the sound are noted."""
UNHEARD = 14_000
"""Longer (ms) than somebody may be silent before it is believed gone: only the browser itself answers for a page that sleeps."""


def test_it_rings_in_a_tab_that_sleeps(product: Product, rooms: Rooms) -> None:
    """She is still free when the child comes; title, notification and a repeating sound are there, and the title goes with the child."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.page.context.grant_permissions(["notifications"], origin=product.chat)
    kari.signs_in(product)
    kari.page.get_by_role("checkbox", name="Lyd når det ringer").check()
    kari.page.get_by_role("checkbox", name="Varsel når siden ikke er i bruk").check()
    kari.is_free(1)
    kari.page.evaluate(SLEEP)
    child.page.wait_for_timeout(UNHEARD)
    child.comes_to(product.child_page)
    child.begins()
    expect(kari.page).to_have_title("● Et barn ringer")
    assert kari.page.evaluate("told") == ["Det ringer på vakten"]
    assert kari.page.evaluate("[sound.loop, sound.context.state]") == [True, "running"]
    child.leaves_the_line()
    expect(kari.page).not_to_have_title("● Et barn ringer")

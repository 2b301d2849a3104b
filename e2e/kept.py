"""What a staff browser keeps of her drafts, asked for as the page itself would ask: nothing else can open them."""

from playwright.sync_api import Page

OPEN = """
  const open = indexedDB.open("shift");
  const database = await new Promise(done => { open.onsuccess = () => done(open.result); });
  const ask = request => new Promise(done => { request.onsuccess = () => done(request.result); });
  const store = name => database.transaction(name).objectStore(name);
  const boxes = await ask(store("drafts").getAll());
"""
HOLDS = f"""async text => {{{OPEN}
  const key = await ask(store("keys").get("drafts"));
  database.close();
  const talks = [...document.querySelectorAll("talk-pane")].map(({{view}}) => new TextEncoder().encode(`draft|${{view.conversation}}`));
  for (const box of boxes) for (const additionalData of talks) {{
    const how = {{name: "AES-GCM", iv: box.slice(0, 12), additionalData}};
    const plain = await crypto.subtle.decrypt(how, key, box.slice(12)).catch(() => null);
    if (plain !== null && new TextDecoder().decode(plain).includes(text)) return true;
  }}
  return false;
}}"""
EMPTY = f"""async () => {{{OPEN}
  database.close();
  return boxes.length === 0;
}}"""


def until_kept(page: Page, text: str) -> None:
    """Wait until a draft with this text, and with all that was written before it, is sealed and kept."""
    page.wait_for_function(HOLDS, arg=text)


def until_nothing_is_kept(page: Page) -> None:
    """Wait until no draft is kept any more."""
    page.wait_for_function(EMPTY)

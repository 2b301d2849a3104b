"""axe-core in a page: what it finds against WCAG 2.2 AA and good practice, told in lines that a person can act on."""

from playwright.sync_api import Page

from e2e.conftest import ROOT

SOURCE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIND = """async rules => {
  const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ["violations"], iframes: false});
  return violations.flatMap(({id, help, nodes}) => nodes.map(({html, failureSummary}) =>
    `${id}: ${help} | ${html.slice(0, 160)} | ${(failureSummary || "").replace(/\\s+/g, " ").slice(0, 240)}`));
}"""


def faults(page: Page) -> list[str]:
    """Return one line for each fault on the page as it stands now; a frame in it is a page of its own."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(f"{SOURCE}\n;0")
    found: list[str] = page.evaluate(FIND, RULES)
    return found

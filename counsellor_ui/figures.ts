/** The page of the numbers for who has no desk: the auditor, who administers. */

import { html, render } from "lit";

import { speaker, type Words } from "../browser/words.ts";
import { LeadNumbers } from "./lead/numbers_view.ts";

customElements.define("lead-numbers", LeadNumbers);

function start(): void {
  const { words } = JSON.parse(document.querySelector("script#page")?.textContent ?? "") as { words: Words };
  const place = document.querySelector<HTMLElement>("#numbers");
  if (place !== null) render(html`<lead-numbers .say=${speaker(words)}></lead-numbers>`, place);
}

start();

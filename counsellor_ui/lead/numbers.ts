/** Puts the numbers on the shift lead's bar. */

import { html } from "lit";

import { LeadNumbers } from "./numbers_view.ts";
import { registerTab } from "./tabs.ts";

customElements.define("lead-numbers", LeadNumbers);
registerTab("numbers", {
  draw: ({ say }) => html`<section aria-label=${say("lead_numbers")}>
    <h2>${say("numbers_title")}</h2>
    <lead-numbers .say=${say}></lead-numbers>
  </section>`,
});

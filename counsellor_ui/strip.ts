/**
 * All her talks in one row, each with what calls for her: for a small screen, on which the talks stand below each other.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import type { PaneView } from "./desk.ts";
import { LONG_WAIT } from "./pane_head.ts";
import { nameOf, spanWords } from "./say.ts";
import { shape } from "./shapes.ts";
import type { Shift } from "./shift.ts";

/** Draw the row; nothing for a single talk. */
export function stripView(say: Say, panes: readonly PaneView[], shift: Shift, goTo: (conversation: string) => void): TemplateResult | typeof nothing {
  if (panes.length < 2) return nothing;
  return html`<nav class="strip" aria-label=${say("talks")}>
    ${panes.map((view) => {
      const talk = shift.talks.get(view.conversation);
      if (talk === undefined) return nothing;
      const { unanswered, unread } = view;
      return html`<button type="button" class=${talk.identity.colour} @click=${() => goTo(view.conversation)}>
        ${shape(talk.identity.colour)} <span class="whose">${nameOf(say, talk.identity)}</span>
        ${view.danger ? html`<span class="danger">${say("danger")}</span>` : nothing}
        ${unread === 0 ? nothing : html`<span class="unread">${say(unread === 1 ? "unread_one" : "unread", { n: unread })}</span>`}
        ${unanswered === null ? nothing : html`<span class="clock ${unanswered > LONG_WAIT ? "long" : ""}">${spanWords(say, unanswered)}</span>`}
        ${view.state === "wrapping_up" ? html`<span>${say("to_write_up")}</span>` : nothing}
      </button>`;
    })}
  </nav>`;
}

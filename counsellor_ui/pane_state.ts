/**
 * What is said above and below the words of a talk: how it stands, how it ended, and the step "we must tell someone".
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { Say } from "../browser/words.ts";
import type { PaneView } from "./desk.ts";
import type { HeldTalk } from "./held_talk.ts";
import { spanWords } from "./say.ts";

export interface StateView {
  talk: HeldTalk;
  view: PaneView;
  say: Say;
  name: string;
  zone: string;
  /** The server's clock. */
  now: number;
}

/** Draw what must be known of a talk now. */
export function stateLines(state: StateView): TemplateResult {
  const { say, talk, view, name } = state;
  const lines: (TemplateResult | typeof nothing)[] = [
    talk.keyFault ? html`<p class="warn" role="alert">${say("key_fault")}</p>` : nothing,
    view.unopened && !talk.keyFault ? html`<p role="status">${say("unopened", { name })}</p>` : nothing,
    view.runsFor === null ? nothing : html`<p class="warn" role="status">${runsFor(state, view.runsFor)}</p>`,
    view.planned === null ? nothing : html`<p role="status">${planned(state, view.planned)}</p>`,
  ];
  return html`<div class="state-lines">${lines}</div>`;
}

function planned({ say, now, zone }: StateView, left: number): string {
  if (left === 0) return say("planned_now");
  return say("planned", { time: clockWords(now + left, zone, say), span: spanWords(say, left) });
}

function runsFor({ say, now, zone }: StateView, left: number): string {
  return say("runs_until", { time: clockWords(now + left, zone, say), span: spanWords(say, left) });
}

/** Draw how it ended; and what she had written and not sent, which is hers to use. */
export function overView({ say, talk, view }: StateView): TemplateResult {
  const left = [...talk.outbox.items.map(({ text }) => text), talk.composer].filter((text) => text.trim() !== "");
  return html`<div class="over" tabindex="-1">
    <p>${say(`over_${view.endedBy ?? "counsellor"}`)}</p>
    ${left.map((text) => html`<p class="unsent">${say("over_unsent", { text })}</p>`)}
  </div>`;
}

/** Draw a step of its own, away from the writing field: opened, worded, and only then shown to the child. `told`: it was said. */
export function mustTellView({ say, talk, name }: StateView, told: () => void): TemplateResult {
  const id = `${talk.identity.animal}-must-tell`;
  const tell = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const why = String(new FormData(form).get("why")).trim();
    if (why === "") return;
    void talk.mustTell(why);
    form.reset();
    form.closest("details")?.removeAttribute("open");
    told();
  };
  return html`<details class="must-tell">
    <summary>${say("must_tell_open")}</summary>
    <form autocomplete="off" @submit=${tell}>
      <p class="hint"><strong>${say("must_tell")}</strong> ${say("must_tell_body")}</p>
      <label for=${id}>${say("must_tell_label")}</label>
      <textarea id=${id} name="why" rows="2" maxlength="1000" required autocomplete="off"></textarea>
      <button class="primary">${say("must_tell_send", { name })}</button>
    </form>
  </details>`;
}

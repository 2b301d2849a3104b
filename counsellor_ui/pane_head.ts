/**
 * The head of a talk: whose it is, how it stands, and what she can do with the whole of it. Only shows; the pane acts.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import type { PaneView } from "./desk.ts";
import { spanWords } from "./say.ts";
import { shape } from "./shapes.ts";
import type { HeldTalk } from "./held_talk.ts";
import { progress } from "./form.ts";

/** So long (ms) a child may wait for an answer before that is said loudly. */
export const LONG_WAIT = 120_000;

export interface HeadView {
  talk: HeldTalk;
  view: PaneView;
  say: Say;
  name: string;
  /** The id of the heading. */
  heading: string;
  /** Its place on the screen, from 1. */
  number: number;
  /** She is asked whether she means to end. */
  asking: boolean;
  /** Colleagues are shown. */
  helping: boolean;
  toggleHelp(): void;
  toggleForm(): void;
  plan(minutes: number): void;
  ask(asking: boolean): void;
  end(): void;
}

/** Draw the head. */
export function headView(head: HeadView): TemplateResult {
  const { say, talk, view, name, heading, number } = head;
  return html`<header>
    <div class="title">
      ${shape(talk.identity.colour)}
      <h2 id=${heading}>${name}</h2>
      ${view.unread === 0 ? nothing : html`<span class="unread">${say(view.unread === 1 ? "unread_one" : "unread", { n: view.unread })}</span>`}
      <kbd title=${say("focus_hint", { n: number })}>Alt+${number}</kbd>
    </div>
    <ul class="facts">
      ${waits(say, view)} ${view.danger ? html`<li class="danger">${say("danger")}</li>` : nothing}
      ${view.state === "talking" ? html`<li class=${view.here ? "here" : "gone"}>${say(view.here ? "child_here" : "child_away")}</li>` : nothing}
      <li>${say(`language_${view.language.replace("-", "_")}`)}</li>
      ${view.about === "unsaid" ? nothing : html`<li>${say(`about_${view.about}`)}</li>`}
    </ul>
    <div class="acts">${view.state === "talking" ? acts(head) : html`<span class="progress">${say("form")} ${progressWords(say, talk)}</span>
            <button class="quiet" aria-expanded=${head.helping ? "true" : "false"} @click=${head.toggleHelp}>${say("colleague")}</button>`}</div>
  </header>`;
}

/** How long the child has waited for an answer: always at the same place, louder the longer it is. */
export function waits(say: Say, { unanswered }: PaneView): TemplateResult | typeof nothing {
  if (unanswered === null) return nothing;
  return html`<li class="clock ${unanswered > LONG_WAIT ? "long" : ""}">${say("unanswered", { span: spanWords(say, unanswered) })}</li>`;
}

function acts(head: HeadView): TemplateResult {
  const { say, talk } = head;
  return html`<button class="quiet" aria-expanded=${talk.formOpen ? "true" : "false"} @click=${head.toggleForm}>
      ${say("form")} <span class="progress">${progressWords(say, talk)}</span>
    </button>
    <button class="quiet" aria-expanded=${head.helping ? "true" : "false"} @click=${head.toggleHelp}>${say("colleague")}</button>
    ${plan(head)} ${end(head)}`;
}

function progressWords(say: Say, talk: HeldTalk): string {
  const { done, of } = progress(talk.form);
  return say("form_progress", { n: done, of });
}

/** She tells the child how long they have. Nothing ends by itself then. */
function plan({ say, view, name, plan }: HeadView): TemplateResult {
  const tell = (event: Event): void => {
    const choice = event.target as HTMLSelectElement;
    if (choice.value !== "") plan(Number(choice.value));
    choice.value = "";
  };
  return html`<select class="plan" aria-label=${say("plan_for", { name })} @change=${tell}>
    <option value="">${say("plan")}</option>
    ${[5, 10, 15, 20].map((n) => html`<option value=${n}>${say("plan_minutes", { n })}</option>`)}
    ${view.planned === null ? nothing : html`<option value="0">${say("plan_back")}</option>`}
  </select>`;
}

function end({ say, name, asking, ask, end }: HeadView): TemplateResult {
  if (!asking) return html`<button class="quiet" @click=${() => ask(true)}>${say("end")}</button>`;
  const escape = (event: KeyboardEvent): void => void (event.key === "Escape" && ask(false));
  return html`<span class="asking" role="group" aria-label=${say("end_ask", { name })} @keydown=${escape}>
    <span>${say("end_ask", { name })}</span>
    <button class="primary" @click=${end}>${say("end_yes")}</button>
    <button class="quiet" @click=${() => ask(false)}>${say("end_no")}</button>
  </span>`;
}

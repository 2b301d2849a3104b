/**
 * What is shown of colleagues: calls for help, invitations to read along, the staff room, and the panel beside a talk.
 *
 * Rules of this file:
 * 1. What colleagues say stands on a ground of its own and says that the child does not see it. No field of it is like the one to the child.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { Colleague } from "../browser/frames.ts";
import type { Say } from "../browser/words.ts";
import { type Company, ROOM, type Said } from "./company.ts";
import type { PaneView } from "./desk.ts";
import type { HeldTalk } from "./held_talk.ts";
import { nameOf } from "./say.ts";

export interface CompanyView {
  company: Company;
  say: Say;
  zone: string;
  /** Something was opened, closed or written. */
  changed(): void;
}

/** Draw who calls for help and who asks her to read along: at the top, until it is answered. */
export function callsView({ company, say }: CompanyView, me: string): TemplateResult {
  const { calls, asked } = company.beside;
  const others = calls.filter(({ desk }) => desk !== me);
  const invited = asked.filter(({ conversation }) => !company.along.has(conversation));
  return html`<div class="calls" role="alert">
    ${others.map((call) => {
      const name = company.nameOf(call.desk);
      if (name === "" || call.coming === me) return nothing;
      return call.coming == null
        ? html`<div class="notice call">
            <p><strong>${say("help_called", { name })}</strong></p>
            <button class="primary" @click=${() => company.come(call)}>${say("help_come")}</button>
          </div>`
        : html`<div class="notice"><p>${say("help_other_comes", { name, other: company.nameOf(call.coming) })}</p></div>`;
    })}
    ${invited.map(
      ({ conversation, desk }) => html`<div class="notice">
        <p>${say("asked_in", { name: company.nameOf(desk) })}</p>
        <button class="primary" @click=${() => company.lookIn({ conversation })}>${say("look_in")}</button>
        <button class="quiet" @click=${() => company.lookOut(conversation)}>${say("look_in_no")}</button>
      </div>`,
    )}
  </div>`;
}

/** Draw the staff room: folded away, with how many are new. */
export function roomView(view: CompanyView): TemplateResult {
  const { company, say, changed } = view;
  const toggled = (event: Event): void => {
    company.roomOpen = (event.target as HTMLDetailsElement).open;
    if (company.roomOpen) company.unseen = 0;
    changed();
  };
  const { colleagues, late = 0 } = company.beside;
  return html`<section class="room-of" aria-labelledby="room-of">
    <h2 id="room-of">${say("colleagues")}</h2>
    ${late > 0 ? html`<p class="warn">${say(late === 1 ? "late_one" : "late", { n: late })}</p>` : nothing}
    ${colleagues.length === 0 ? html`<p class="hint">${say("colleagues_none")}</p>` : nothing}
    <ul class="hint">
      ${colleagues.map(({ name, free, talks }) => html`<li>${say(free ? "colleague_free" : "colleague_talks", { name, n: talks })}</li>`)}
    </ul>
    <details @toggle=${toggled}>
      <summary>${say("staff_room")} ${company.unseen === 0 ? nothing : html`<span class="count">${company.unseen}</span>`}</summary>
      ${whispers(view, ROOM, say("staff_room"))}
    </details>
  </section>`;
}

/** Draw the panel of colleagues beside one of her talks. */
export function besideView(view: CompanyView, talk: HeldTalk, pane: PaneView): TemplateResult {
  const { company, say } = view;
  const { conversation } = talk;
  const readers = company.readers(conversation);
  const there = new Set(readers.map(({ desk }) => desk));
  const others = company.beside.colleagues.filter(({ desk }) => !there.has(desk));
  const calls = company.mine().some((call) => call.conversation === conversation);
  return html`<section class="beside" aria-label=${say("beside_of", { name: nameOf(say, talk.identity) })}>
    <p class="unheard">${say("beside_unheard")}</p>
    ${readers.length === 0 ? nothing : whispers(view, conversation, say("whisper_to", { names: readers.map(({ name }) => name).join(", ") }))}
    <div class="acts">
      ${calls
        ? html`<strong>${say("help_called_own")}</strong> <button class="quiet" @click=${() => company.help(conversation, false)}>${say("help_no_more")}</button>`
        : html`<button class="urgent" @click=${() => company.help(conversation, true)}>${say("help_now")}</button>`}
      ${others.map(
        (one) => html`<button class="quiet" @click=${() => void company.askIn(conversation, one)}>${say("ask_in", { name: one.name })}</button>`,
      )}
    </div>
    ${others.length + readers.length === 0 ? html`<p class="hint">${say("colleagues_none")}</p>` : nothing}
    ${readers.map((one) => reader(view, pane, one))}
  </section>`;
}

/** A colleague who reads along, and whether the child is asked about her. */
function reader({ company, say }: CompanyView, pane: PaneView, one: Colleague): TemplateResult {
  const asks = pane.asksOver === one.desk;
  const runs = pane.state === "talking";
  return html`<div class="reader">
    <p>${say("reads_along", { name: one.name })}</p>
    ${asks
      ? html`<p role="status">${say("over_asked", { name: one.name })}</p>
          <button class="quiet" @click=${() => company.askNoMore(pane.conversation)}>${say("over_back")}</button>`
      : runs
        ? html`<button class="quiet" @click=${() => void company.askOver(pane.conversation, one)}>${say("over_ask_child", { name: one.name })}</button>`
        : nothing}
    ${!asks && pane.overSaid !== null && pane.overSaid !== "" ? html`<p role="status">${say(`over_said_${pane.overSaid}`, { name: one.name })}</p>` : nothing}
  </div>`;
}

/** Draw what colleagues have said in a channel, and a field to answer. */
export function whispers({ company, say, zone, changed }: CompanyView, channel: string, label: string): TemplateResult {
  const said = company.said.get(channel) ?? [];
  const id = `whisper-${channel}`;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("whisper")).trim();
    if (text === "") return;
    if (await company.whisper(channel, text)) form.reset();
    changed();
  };
  return html`<div class="whispers">
    <div role="log" aria-label=${label} tabindex="0">${said.map((one) => line(one, say, zone))}</div>
    <form autocomplete="off" @submit=${send}>
      <label for=${id}>${label}</label>
      <div class="row"><input id=${id} name="whisper" maxlength="500" autocomplete="off" /><button>${say("whisper_send")}</button></div>
    </form>
  </div>`;
}

function line({ name, at, text }: Said, say: Say, zone: string): TemplateResult {
  return html`<p><strong>${name}</strong> <time>${clockWords(at, zone, say)}</time> <span dir="auto">${text}</span></p>`;
}

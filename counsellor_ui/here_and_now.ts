/**
 * "Help here and now": whom to call, where the child is as far as it has said, whether it knows, and who was called when.
 *
 * Rules of this file:
 * 1. Nothing is done by itself: she calls by telephone, and what she says here is that she has called.
 * 2. Only numbers that somebody has confirmed are shown; where there is none, that is said.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { Say } from "../browser/words.ts";
import { type Call, type Called, called, MOST_CALLS, type Told, TOLD } from "./form.ts";
import type { HeldTalk } from "./held_talk.ts";
import type { Municipality } from "./municipalities.ts";

/** Who may be called. */
export interface Lines {
  emergency: readonly { who: Called; number: string }[];
  onCall: readonly { name: string; number: string; municipalities: readonly string[] }[];
  /** She practises: nothing here can be rung. */
  practice?: boolean;
}

export const NO_LINES: Lines = { emergency: [], onCall: [] };

export interface HereView {
  talk: HeldTalk;
  say: Say;
  name: string;
  zone: string;
  lines: Lines;
  municipalities: readonly Municipality[];
  /** Whether the child knows of the call that she writes down next. */
  told: Told;
  setTold(told: Told): void;
  /** The server's clock. */
  now: number;
  close(): void;
}

/** Draw the panel. */
export function hereView(view: HereView): TemplateResult {
  const { talk, say, name, close } = view;
  return html`<section class="here-now" aria-label=${say("here_now_of", { name })}>
    <header><h3>${say("here_now")}</h3> <button class="quiet" @click=${close}>${say("put_away")}</button></header>
    <ol>
      <li><h4>${say("here_where")}</h4>${where(view)}</li>
      <li><h4>${say("here_told")}</h4>${toldFirst(view)}</li>
      <li><h4>${say("here_call")}</h4>${numbers(view)}</li>
      <li><h4>${say("here_calls")}</h4>${calls(talk, say, view.zone)}</li>
    </ol>
  </section>`;
}

/** What the child has told of where it is, in its own words, and the municipality that is responsible there. */
function where({ talk, say, municipalities }: HereView): TemplateResult {
  const shared = talk.talk.entries.flatMap(({ shown }) => (shown.kind === "who_where" ? [shown.text] : []));
  return html`
    ${shared.length === 0 ? html`<p class="hint">${say("here_nothing_shared")}</p>` : shared.map((text) => html`<p class="shared" dir="auto">${text}</p>`)}
    <municipality-search
      .all=${municipalities}
      .chosen=${talk.form.stay_municipality}
      .say=${say}
      name="${talk.identity.animal}-here"
      text=${say("form_stay_municipality")}
      @chosen=${(event: CustomEvent<string | null>) => talk.answer({ stay_municipality: event.detail })}
    ></municipality-search>
  `;
}

/** Said to the child first, where that is safe. */
function toldFirst({ talk, say, told, setTold }: HereView): TemplateResult {
  return html`<p class="hint">${say("here_told_help")}</p>
    <div class="chips" role="radiogroup" aria-label=${say("here_told")}>
      ${TOLD.map(
        (code) => html`<label class="chip"
          ><input type="radio" name="${talk.identity.animal}-told" .checked=${code === told} @change=${() => setTold(code)} /><span
            >${say(`told_${code}`)}</span
          ></label
        >`,
      )}
    </div>`;
}

function numbers(view: HereView): TemplateResult {
  const { say, lines, talk } = view;
  const place = talk.form.stay_municipality;
  const onCall = place === null ? [] : lines.onCall.filter(({ municipalities }) => municipalities.includes(place));
  const row = (who: Called, words: string, number: string) => html`<li>
    ${lines.practice ? html`<span>${words} <strong>${number}</strong> <em>${say("practice_number")}</em></span>` : html`<a href="tel:${number}">${words} <strong>${number}</strong></a>`}
    <button ?disabled=${talk.form.calls.length >= MOST_CALLS} aria-label=${say("here_called_label", { who: words })} @click=${() => note(view, who, number)}>
      ${say("here_called")}
    </button>
  </li>`;
  return html`<ul class="numbers">
      ${lines.emergency.map(({ who, number }) => row(who, say(`called_${who}`), number))}
      ${onCall.map(({ name, number }) => row("child_welfare", name, number))}
      <li>
        <span>${say("called_other")}</span>
        <button ?disabled=${talk.form.calls.length >= MOST_CALLS} aria-label=${say("here_called_label", { who: say("called_other") })} @click=${() => note(view, "other", "")}>
          ${say("here_called")}
        </button>
      </li>
    </ul>
    ${onCall.length === 0 ? html`<p class="hint">${say(place === null ? "here_no_place" : "here_unconfirmed")}</p>` : nothing}`;
}

/** Write down that somebody was called now, and what follows from it in the form. */
function note({ talk, told, now }: HereView, who: Called, number: string): void {
  talk.answer(called(talk.form, { who, number, at: now, told }));
}

function calls(talk: HeldTalk, say: Say, zone: string): TemplateResult {
  const all = talk.form.calls;
  if (all.length === 0) return html`<p class="hint">${say("here_no_calls")}</p>`;
  const remove = (call: Call): void => talk.answer({ calls: all.filter((one) => one !== call) });
  return html`<ul class="numbers">
    ${all.map((call) => {
      const who = say(`called_${call.who}`);
      return html`<li>
        <span><time>${clockWords(call.at, zone, say)}</time> ${who} ${call.number}, ${say(`told_${call.told}`)}</span>
        <button class="quiet" aria-label=${say("here_remove", { who })} @click=${() => remove(call)}>${say("own_remove")}</button>
      </li>`;
    })}
  </ul>`;
}

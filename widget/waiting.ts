/**
 * The card above what one writes while nobody is there yet: the place, what is known of the time, what to do meanwhile.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import type { Conversation } from "./conversation.ts";
import { numberList, otherNumbers, pressable } from "./pieces.ts";
import type { Visit } from "./visit.ts";

/** Beyond so many minutes it is only said that it may take long. */
const LONG = 60;

export function waitingCard(with_: Conversation): TemplateResult {
  const { visit, say, page } = with_;
  const written = hasWritten(with_);
  return html`<section class="waiting ${written ? "written" : ""}">
    <p class="place">${visit.working !== null ? pressable(placeWords(visit, say)) : placeWords(visit, say)}</p>
    <p class="span">${waitWords(visit, say)}</p>
    <p class=${visit.wasLost ? "" : "more"}>${visit.wasLost ? say("lost") : say("waiting_body")} ${written ? nothing : say("waiting_unread")}</p>
    ${visit.wish.danger
      ? html`<div class="danger"><p>${pressable(say(visit.told.danger ? "danger_done" : "danger_body"))}</p>${numberList(page.numbers, say)}</div>`
      : html`<div class="row"><button type="button" class="quiet alarm" @click=${with_.danger}>${say("danger_button")}</button>${endButton(with_, "leave")}</div>`}
    ${visit.wish.danger ? endButton(with_, "leave") : nothing} ${meanwhile(with_)}
  </section>`;
}

/** The honest place in the line; while it is not known, that we are connecting. */
export function placeWords({ place, line, working }: Visit, say: Say): string {
  if (place === null || line !== "open") return say(working !== null ? "work" : "connecting");
  return place === 1 ? say("place_next") : say("place", { n: place });
}

function hasWritten({ visit }: Conversation): boolean {
  return visit.talk.entries.length + visit.outbox.items.length > 0;
}

/** Between when and when somebody may come, if that is known; never a minute. */
export function waitWords({ place, line, span, wasLost }: Visit, say: Say): string {
  if (place === null || line !== "open" || wasLost) return "";
  if (span === null) return say("wait_unknown");
  const [low, high] = span;
  if (high > LONG) return low === 0 ? say("wait_long") : say("wait_from", { low });
  return low === 0 ? say("wait_under", { high }) : say("wait_between", { low, high });
}

/** What helps while one waits, others to ring, and what holds the place; out of the way once the child writes. */
function meanwhile(with_: Conversation): TemplateResult {
  const { visit, say, page, draft, calm, soothe, now } = with_;
  const idle = draft === "" && !hasWritten(with_) && !visit.wish.danger;
  return html`${calm
      ? html`<details class="opens" ?open=${idle}>
          <summary>${say("calm_title")}</summary>
          <div class="calm"><span class="breath" aria-hidden="true"></span><p>${say("calm_body")}</p>
            <button type="button" class="quiet" @click=${() => soothe(false)}>${say("calm_off")}</button></div>
        </details>`
      : html`<button type="button" class="plain" @click=${() => soothe(true)}>${say("calm_on")}</button>`}
    <details class="opens">
      <summary>${say("other_help_title")}</summary>
      ${otherNumbers(page.other_help, now, page.timezone, say)}
    </details>
    <details class="opens">
      <summary>${say("hold_title")}</summary>
      <p>${say("hold_body", { n: page.hold_minutes })}</p>
      ${rememberChoice(with_)}
    </details>`;
}

/** The child may ask that this tab remembers the visit; what that risks is said beside it. */
export function rememberChoice({ say, remembers, remember }: Conversation): TemplateResult {
  return html`<label class="check">
    <input type="checkbox" .checked=${remembers} @change=${(event: Event) => remember((event.target as HTMLInputElement).checked)} />
    <span>${say("remember")} <small>${say("remember_risk")}</small></span>
  </label>`;
}

/** One press asks, the second ends: nobody loses a talk by a slip. */
export function endButton({ say, asking, ask, end }: Conversation, key: "end" | "leave"): TemplateResult {
  if (!asking) return html`<button type="button" class="asks ${key === "end" ? "quiet" : "plain"}" @click=${() => ask(true)}>${say(key)}</button>`;
  return html`<div class="ask" role="group" aria-label=${say(`${key}_ask`)}>
    <p>${say(`${key}_ask`)}</p>
    <button type="button" class="quiet" @click=${() => ask(false)}>${say(`${key}_no`)}</button>
    <button type="button" class="quiet firm" @click=${end}>${say(`${key}_yes`)}</button>
  </div>`;
}

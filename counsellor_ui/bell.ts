/**
 * The bar at the top: it says why a child can or cannot come now, and it rings.
 * It always has its place, so that nothing moves under her hands when it rings. Silent unless she asks for sound.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import type { DeskView, OfferView } from "./desk.ts";
import { spanWords } from "./say.ts";

export interface BellView {
  desk: DeskView | null;
  /** There was a connection, and it is gone for the moment: what is known is old. */
  lost: boolean;
  /** The line is open, as far as is known. */
  open: boolean;
  waiting: number;
  /** A child rang here, was not answered and still waits: which one ("": the line does not say); null when none does. */
  missed: string | null;
  /** She may have one more talk than she has room for now. */
  mayMore: boolean;
  /** It is not a real child that rings. */
  practice?: boolean;
  say: Say;
  hurry(): void;
  more(): void;
  take(conversation: string | null): void;
  leave(): void;
  accept(conversation: string): void;
  decline(conversation: string): void;
}

/** Draw the bar. */
export function bellView(view: BellView): TemplateResult {
  if (view.lost) return lost(view);
  const offer = view.desk?.offer ?? null;
  if (offer === null && view.missed !== null) return missed(view, view.missed);
  return html`<section class="bell ${offer === null ? "" : offer.danger ? "rings danger" : "rings"}" aria-label=${label(view)}>
    <div class="who-rings" role="alert">
      ${offer === null ? nothing : html`<strong>${view.say(view.practice ? "practice_rings" : "rings")}</strong> <span class="facts-line">${factsOf(view.say, offer)}</span>`}
    </div>
    ${offer === null ? html`<p role="status">${standing(view)}</p>${more(view)}` : ringing(view, offer)}
  </section>`;
}

function label({ say, practice }: BellView): string {
  return say(practice ? "practice_bell" : "bell");
}

function lost({ say, hurry }: BellView): TemplateResult {
  return html`<section class="bell lost" aria-label=${say("bell")}>
    <p role="alert">${say("link_lost_long")}</p>
    <button class="quiet" @click=${hurry}>${say("try_now")}</button>
  </section>`;
}

/** It rang here and nobody has answered: she is away now, and it goes on until the child is taken or gone. */
function missed(view: BellView, conversation: string): TemplateResult {
  const { say, take, leave, practice } = view;
  return html`<section class="bell rings" aria-label=${label(view)}>
    <div class="who-rings" role="alert"><strong>${say(practice ? "practice_rings" : "missed")}</strong> <span class="facts-line">${say("missed_away")}</span></div>
    <span class="answers">
      <button class="primary" id="accept" aria-keyshortcuts="Alt+0" @click=${() => take(conversation === "" ? null : conversation)}>
        ${say("accept")} <kbd>Alt+0</kbd>
      </button>
      <button class="quiet" @click=${leave}>${say("decline")}</button>
    </span>
  </section>`;
}

function more({ desk, mayMore, say, more }: BellView): TemplateResult | typeof nothing {
  if (desk?.standing !== "full" || !mayMore) return nothing;
  return html`<button class="quiet" @click=${more}>${say("take_one_more")}</button>`;
}

function standing({ desk, say, waiting, open }: BellView): string {
  if (desk === null) return say("connecting");
  if (desk.standing === "free") return say(!open ? "standing_closed" : waiting > 0 ? "standing_free_waiting" : "standing_free", { n: desk.left });
  return say(`standing_${desk.standing}`);
}

/** Return what is known of a child who waits, in words. */
export function factsOf(
  say: Say,
  { danger, lost, language, about }: Pick<OfferView, "danger" | "lost" | "language" | "about">,
): TemplateResult {
  return html`${lost ? html`<span class="fact lost">${say("lost_counsellor")}</span> ` : nothing}${danger
      ? html`<span class="fact danger">${say("danger")}</span> `
      : nothing}<span class="fact">${say(`language_${language.replace("-", "_")}`)}</span>${about === "unsaid"
      ? nothing
      : html` <span class="fact">${say(`about_${about}`)}</span>`}`;
}

function ringing({ say, accept, decline }: BellView, { conversation, waited, left, share }: OfferView): TemplateResult {
  return html`
    <span class="waited">${say("has_waited", { span: spanWords(say, waited) })}</span>
    <span class="countdown">
      <meter min="0" max="1" .value=${share} aria-hidden="true"></meter>
      <span class="left" role="timer" aria-label=${say("rings_for")}>${say("span_seconds", { n: left })}</span>
    </span>
    <span class="answers">
      <button class="primary" id="accept" aria-keyshortcuts="Alt+0" @click=${() => accept(conversation)}>${say("accept")} <kbd>Alt+0</kbd></button>
      <button class="quiet" @click=${() => decline(conversation)}>${say("decline")}</button>
    </span>
  `;
}

/**
 * The left side: who she is, whether she is free, and the line as all counsellors see it.
 */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import type { Say } from "../browser/words.ts";
import { factsOf } from "./bell.ts";
import { type CompanyView, roomView } from "./company_view.ts";
import type { DeskView, LineView, WaitingView } from "./desk.ts";
import type { Identity } from "./names.ts";
import { nameOf, spanWords } from "./say.ts";
import { shape } from "./shapes.ts";
import type { Link } from "./shift.ts";

export interface RailView {
  say: Say;
  name: string;
  link: Link;
  desk: DeskView | null;
  line: LineView | null;
  /** How many talks at once she says she has room for. */
  room: number;
  most: number;
  company: CompanyView;
  sound: boolean;
  notices: boolean;
  /** After how long (ms) a talk that is not written up is late. */
  late: number;
  /** How each of her talks is called. */
  names: ReadonlyMap<string, Identity>;
  /** The way to practise. */
  practice: TemplateResult | typeof nothing;
  tongues: TemplateResult;
  leaving: boolean;
  /** On a telephone only what she needs at once is shown: who she is, whether she is free, what is to be written up. */
  folded: boolean;
  fold(folded: boolean): void;
  setRoom(room: number): void;
  free(room: number): void;
  away(): void;
  take(conversation: string | null): void;
  setSound(on: boolean): void;
  setNotices(on: boolean): void;
  showKeys(): void;
  goTo(conversation: string): void;
  askToLeave(asking: boolean): void;
  leave(): void;
}

/** Draw the left side. */
export function railView(view: RailView): TemplateResult {
  return html`<aside class="rail ${view.folded ? "folded" : ""}">
    ${who(view)} ${view.desk === null ? nothing : html`${me(view, view.desk)} ${unregistered(view, view.desk)}`} ${unfold(view)} ${view.line === null ? nothing : lineOf(view, view.line)} ${roomView(view.company)} ${foot(view)}
  </aside>`;
}

function who({ say, name, link }: RailView): TemplateResult {
  return html`<header>
    <h1>${say("staff_title")}</h1>
    <p class="name">${name}</p>
    <p class="link ${link.state}">
      ${say(`link_${link.state}`)}
    </p>
  </header>`;
}

function me({ say, room, most, setRoom, free, away }: RailView, desk: DeskView): TemplateResult {
  const isFree = desk.free;
  return html`<section class="me ${desk.standing}" aria-labelledby="me">
    <h2 id="me">${say(`me_${desk.standing}`)}</h2>
    <fieldset class="room">
      <legend>${say("room")}</legend>
      <div class="chips">
        ${Array.from({ length: most }, (_, index) => index + 1).map(
          (count) => html`<label class="chip"
            ><input type="radio" name="room" .checked=${live(count === room)} @change=${() => setRoom(count)} /><span>${count}</span></label
          >`,
        )}
      </div>
    </fieldset>
    ${isFree
      ? html`<button class="quiet wide" @click=${away}>${say("go_away")}</button>`
      : html`<button class="primary wide" @click=${() => free(room)}>${say("go_free")}</button>`}
  </section>`;
}

/** Her talks that are over and not registered, and since when; one that is late says so. */
function unregistered({ say, names, late, goTo }: RailView, { panes }: DeskView): TemplateResult | typeof nothing {
  const open = panes.filter(({ state }) => state === "wrapping_up");
  if (open.length === 0) return nothing;
  return html`<section class="mine" aria-labelledby="mine">
    <h2 id="mine">${say("unregistered")}</h2>
    <ul>
      ${open.map(({ conversation, over }) => {
        const identity = names.get(conversation);
        if (identity === undefined) return nothing;
        return html`<li>
          <button class="quiet ${identity.colour}" @click=${() => goTo(conversation)}>${shape(identity.colour)} ${nameOf(say, identity)}</button>
          ${over === null ? nothing : html`<span class=${over > late ? "warn" : "hint"}>${say(over > late ? "unregistered_late" : "unregistered_for", { span: spanWords(say, over) })}</span>`}
        </li>`;
      })}
    </ul>
  </section>`;
}

/** Shown only where the left side would fill the screen. */
function unfold({ say, line, folded, fold }: RailView): TemplateResult {
  return html`<button class="quiet wide unfold" aria-expanded=${folded ? "false" : "true"} @click=${() => fold(!folded)}>
    ${say("rail_more", { n: line?.count ?? 0 })}
  </button>`;
}

function lineOf(view: RailView, line: LineView): TemplateResult {
  const { say, desk, take } = view;
  const mayTake = desk?.mayTake ?? false;
  return html`<section class="line" aria-labelledby="line">
    <h2 id="line">${say("line")}</h2>
    <dl>
      <div><dt>${say("line_count")}</dt><dd>${line.count}</dd></div>
      <div><dt>${say("line_longest")}</dt><dd>${line.longest === null ? say("none") : spanWords(say, line.longest)}</dd></div>
      <div><dt>${say("line_ready")}</dt><dd>${line.ready}</dd></div>
    </dl>
    ${line.open ? nothing : html`<p class="warn">${say("line_closed")}</p>`}
    ${line.unconfirmed > 0 ? html`<p class="warn" role="alert">${say(line.unconfirmed === 1 ? "unconfirmed_one" : "unconfirmed", { n: line.unconfirmed })}</p>` : nothing}
    ${line.count > 0 && line.first.length === 0 ? html`<p class="hint">${say("line_hidden")}</p>` : nothing}
    ${line.attack ? html`<p class="warn" role="status">${say("line_attack")}</p>` : nothing}
    ${line.count === 0 ? html`<p class="hint">${say("line_empty")}</p>` : html`<button class="wide" ?disabled=${!mayTake} @click=${() => take(null)}>${say("take_next")}</button>`}
    <ol>
      ${line.first.map((waiting) => row(view, waiting, mayTake))}
    </ol>
    ${line.more > 0 ? html`<p class="hint">${say("line_more", { n: line.more })}</p>` : nothing}
  </section>`;
}

function row({ say, take }: RailView, waiting: WaitingView, mayTake: boolean): TemplateResult {
  const what = say("take_this_label", { n: waiting.place });
  return html`<li class=${waiting.danger ? "danger" : ""}>
    <span class="place">${waiting.place}</span>
    <span class="about">${factsOf(say, waiting)} <span class="waited">${spanWords(say, waiting.waited)}</span></span>
    <button class="quiet" ?disabled=${!mayTake} aria-label=${what} @click=${() => take(waiting.conversation)}>${say("take_this")}</button>
  </li>`;
}

function foot({ say, sound, setSound, notices, setNotices, showKeys, practice, tongues, leaving, askToLeave, leave, desk }: RailView): TemplateResult {
  const open = desk?.panes.length ?? 0;
  return html`<footer>
    <label class="check"
      ><input type="checkbox" .checked=${live(sound)} @change=${(event: Event) => setSound((event.target as HTMLInputElement).checked)} /> ${say("sound")}</label
    >
    <label class="check"
      ><input type="checkbox" .checked=${live(notices)} @change=${(event: Event) => setNotices((event.target as HTMLInputElement).checked)} /> ${say("notices")}</label
    >
    <button class="quiet" @click=${showKeys}>${say("keys")} <kbd>Alt+K</kbd></button>
    ${practice}
    ${tongues}
    <p><a href="/staff/me${location.search}" target="_blank" rel="noopener">${say("my_page")}</a></p>
    ${leaving
      ? html`<div class="asking" role="group" aria-label=${say("sign_out")}>
          <p>${say(open > 1 ? "sign_out_talks" : open === 1 ? "sign_out_talk" : "sign_out_ask", { n: open })}</p>
          <button class="primary" @click=${leave}>${say("sign_out")}</button>
          <button class="quiet" @click=${() => askToLeave(false)}>${say("sign_out_no")}</button>
        </div>`
      : html`<button class="quiet" @click=${() => askToLeave(true)}>${say("sign_out")}</button>`}
  </footer>`;
}

/**
 * The talk on the screen: one element per message, with who and when as text. Shared by both sides.
 *
 * Rules of this file:
 * 1. Words of people are text nodes and nothing else.
 * 2. New messages are announced politely (role="log"), one's own when it is stored; a change of "sent" to "seen" is not announced.
 * 3. Focus never moves. It scrolls along only while the reader is at the end.
 * 4. What one side says in one go stands together under one name; each message keeps its own for those who hear it, and its time for who asks.
 * 5. A message that is stored is drawn once, and again only when something in it changes; what comes from the other side asks the browser for no layout.
 */

import { LitElement, html, noChange, nothing, type TemplateResult } from "lit";

import { clockWords } from "./clock.ts";
import type { Role } from "./frames.ts";
import { isLate, type Unsent } from "./outbox.ts";
import { newTalk, standing, type Entry, type Shown, type Talk } from "./talk.ts";
import type { Say } from "./words.ts";

const NEAR = 48;
/** Messages of one side that are no further apart (ms) stand together. */
const TOGETHER = 180_000;

/** A message, stored or not yet. */
type Line = Entry | Unsent;

export class ChatTranscript extends LitElement {
  static override properties = {
    talk: { attribute: false },
    unsent: { attribute: false },
    names: { attribute: false },
    say: { attribute: false },
    zone: {},
    typing: {},
    stored: {},
    late: {},
    label: {},
    use: {},
    moment: { attribute: false },
    unseen: { state: true },
    timed: { state: true },
  };

  /** What has been said. */
  talk: Talk = newTalk("child");
  /** What this side has written that is not yet stored. */
  unsent: readonly Unsent[] = [];
  /** What each side is called; our own side is always "you". */
  names: Readonly<Record<Role, string>> = { child: "", counsellor: "" };
  say: Say = (key) => key;
  zone = "Europe/Oslo";
  /** Who is typing, by name; empty when nobody is. */
  typing = "";
  /** Another word for "stored, but not delivered". */
  stored = "";
  /** Another word for "not sent yet", when it is not tried any more. */
  late = "";
  /** What the list is called, when there are several on a screen. */
  label = "";
  /** What the button under "who and where" says; without it there is none. Tells its parent by the event `use` (detail: the text). */
  use = "";
  /** The present moment (ms): "not sent" depends on it. */
  moment = 0;
  /** There is something below that has not been looked at. */
  unseen = false;
  /** The time of each message is shown. */
  timed = false;

  /** All styles come from the page's own file. */
  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    const { entries } = this.talk;
    const last = lastOfEachStanding(this.talk);
    const lines: readonly Line[] = [...entries, ...this.unsent];
    const draw = (line: Line, index: number) => this.#line(line, index, lines[index - 1], last);
    this.#drawn.length = entries.length;
    return html`<div class="log ${this.timed ? "timed" : ""}" tabindex="0" @scroll=${this.#scrolled}>
        <div role="log" aria-live="polite" aria-relevant="additions" aria-label=${this.label || this.say("log_label")}>
          ${entries.map(draw)}
          <div aria-live="off">${this.unsent.map((line, index) => draw(line, entries.length + index))}</div>
        </div>
        <p class="typing">${this.typing === "" ? nothing : this.say("typing", { name: this.typing })}</p>
        ${lines.length === 0 ? nothing : this.#times()}
      </div>
      ${this.unseen ? html`<button type="button" class="new" @click=${this.#toNew}>${this.say("new_below")}</button>` : nothing}`;
  }

  #times(): TemplateResult {
    return html`<button type="button" class="times" aria-pressed=${this.timed ? "true" : "false"} @click=${() => (this.timed = !this.timed)}>
      ${this.say("times")}
    </button>`;
  }

  /** It goes on where the same side has just been. */
  #isMore(line: Line, before: Line | undefined): boolean {
    return before !== undefined && this.#role(line) === this.#role(before) && line.at - before.at < TOGETHER && !isStep(this.#shown(before));
  }

  #role(line: Line): Role {
    return "seq" in line ? line.role : this.talk.me;
  }

  #shown(line: Line): Shown {
    return "seq" in line ? line.shown : { kind: line.kind ?? "text", text: line.text };
  }

  /** What each stored message was last drawn from, by its place. */
  #drawn: unknown[][] = [];

  #line(line: Line, index: number, before: Line | undefined, last: ReadonlySet<number>): TemplateResult | typeof noChange {
    const stored = "seq" in line;
    const role = this.#role(line);
    const mine = role === this.talk.me;
    const more = this.#isMore(line, before);
    const late = !stored && (this.late !== "" || isLate(line, this.moment || Date.now()));
    const state = this.#stateOf(line, late, last);
    const who = mine ? this.say("you") : this.names[role];
    const from = [line, more, state, who, this.say, this.use];
    if (stored && from.every((one, at) => one === this.#drawn[index]?.[at])) return noChange;
    if (stored) this.#drawn[index] = from;
    const shown = this.#shown(line);
    return html`<div class="message ${mine ? "mine" : "theirs"} ${more ? "more" : ""} ${late ? "late" : ""} ${isStep(shown) ? "step" : ""}">
      <p class="who">${who} <time>${clockWords(line.at, this.zone, this.say)}</time></p>
      ${this.#text(shown)} ${state === "" ? nothing : html`<p class="state">${state}</p>`}
    </div>`;
  }

  #stateOf(line: Line, late: boolean, last: ReadonlySet<number>): string {
    if (!("seq" in line)) return this.late || this.say(late ? "state_late" : "state_sending");
    return last.has(line.seq) ? this.#state(standing(this.talk, line.seq)) : "";
  }

  #text(shown: Shown): TemplateResult {
    switch (shown.kind) {
      case "text":
        return html`<p class="text" dir="auto">${shown.text}</p>`;
      case "must_tell":
      case "who_where":
        return html`<div class="text">
          <p><strong>${this.say(shown.kind)}</strong></p>
          ${shown.kind === "must_tell" ? html`<p>${this.say("must_tell_body")}</p>` : nothing}
          <p dir="auto">${shown.text}</p>
          ${shown.kind === "who_where" && this.use !== "" ? this.#useButton(shown.text) : nothing}
        </div>`;
      default:
        return html`<p class="text odd">${this.say(shown.kind === "sealed" ? "opening" : "broken")}</p>`;
    }
  }

  #useButton(detail: string): TemplateResult {
    return html`<button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent("use", { detail }))}>${this.use}</button>`;
  }

  #state(how: "stored" | "delivered" | "read"): string {
    return how === "stored" && this.stored !== "" ? this.stored : this.say(`state_${how}`);
  }

  // --- scrolling ---

  #atEnd = true;

  get #log(): HTMLElement {
    return this.querySelector(".log") as HTMLElement;
  }

  /** Told by the browser after it has laid out a change: what is there and what it stands in may have another height. */
  #sizes = new ResizeObserver(() => this.#atEnd && this.#toEnd());

  protected override firstUpdated(): void {
    for (const one of [this.#log, ...this.#log.children]) this.#sizes.observe(one);
  }

  #scrolled = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#atEnd) this.unseen = false;
  };

  #toEnd(): void {
    const log = this.#log;
    log.scrollTop = log.scrollHeight;
    this.#atEnd = true;
    this.unseen = false;
  }

  /** The button that was pressed goes: the focus goes to what it led to. */
  #toNew = (): void => {
    this.#toEnd();
    this.#log.focus();
  };

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const before = (changed.get("talk") as Talk | undefined)?.entries;
    if (this.#wroteNow(changed)) this.#toEnd();
    else if (!this.#atEnd && before !== undefined && before.length < this.talk.entries.length) this.unseen = true;
  }

  #wroteNow(changed: Map<PropertyKey, unknown>): boolean {
    const before = changed.get("unsent") as readonly Unsent[] | undefined;
    return before !== undefined && this.unsent.length > before.length;
  }
}

/** Something that stands by itself: no word among words. */
function isStep({ kind }: Shown): boolean {
  return kind === "must_tell" || kind === "who_where";
}

/** The last own entry that is read, that is delivered, and that is stored: where the state is shown. */
function lastOfEachStanding(talk: Talk): ReadonlySet<number> {
  const last = new Map<string, number>();
  for (const { role, seq } of talk.entries) if (role === talk.me) last.set(standing(talk, seq), seq);
  return new Set(last.values());
}

/**
 * Where one writes: a field and a button. Shared by both sides.
 *
 * Tells its parent by events: `say` (detail: the text), `typed` (a key), `rested` (the field is empty).
 *
 * Rules of this file:
 * 1. The draft is in memory only: no autocomplete, no storage.
 * 2. Enter sends, Shift and Enter make a new line; while a word is being composed (IME), Enter does neither.
 * 3. Nothing is ever cut: a long text is sent as several messages, and says so before; what is too long for that stays in the field.
 */

import { LitElement, html, nothing, type TemplateResult } from "lit";

import { MOST, MOST_PIECES, pieces } from "./split.ts";
import type { Say } from "./words.ts";

/** So few characters before a message is full, that is said. */
const NEAR = 200;

export class ChatComposer extends LitElement {
  static override properties = { say: { attribute: false }, draft: {}, closed: { type: Boolean }, label: {}, button: {}, name: {} };

  say: Say = (key) => key;
  /** What is written and not yet sent. */
  draft = "";
  /** Nothing more can be sent. */
  closed = false;
  /** What the field is called, for all to see, when there are several on a screen. */
  label = "";
  /** What the button says, when there are several on a screen. */
  button = "";
  /** Tells the fields of one page apart. */
  name = "composer";

  /** All styles come from the page's own file. */
  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    const parts = this.#parts();
    const note = this.#note(parts.length);
    return html`<form class="composer" autocomplete="off" @submit=${this.#submit}>
      <label for=${this.name} class=${this.label === "" ? "unseen" : "whom"}>${this.label || this.say("write_label")}</label>
      <textarea
        id=${this.name}
        rows="1"
        autocomplete="off"
        autocapitalize="sentences"
        enterkeyhint="send"
        placeholder=${this.label === "" ? this.say("write_label") : nothing}
        aria-describedby="${this.name}-help ${this.name}-note"
        .value=${this.draft}
        ?disabled=${this.closed}
        @input=${this.#input}
        @keydown=${this.#keydown}
      ></textarea>
      <button class="send" ?disabled=${this.closed || !isSent(parts)}>${this.button || this.say("send")}</button>
      <p id="${this.name}-help" class="unseen">${this.say("write_help")}</p>
      <p id="${this.name}-note" class="note">${note === "" ? nothing : note}</p>
    </form>`;
  }

  /** The messages that the draft is sent as: none when it is empty, more than can be sent when it is far too long. */
  #parts(): readonly string[] {
    return this.draft.length > MOST * MOST_PIECES ? Array<string>(MOST_PIECES + 1) : pieces(this.draft);
  }

  /** What the reader must know of the length. */
  #note(parts: number): string {
    const left = MOST - this.draft.length;
    if (parts > MOST_PIECES) return this.say("too_long");
    if (parts > 1) return this.say("will_split", { n: parts });
    return left <= NEAR ? this.say("characters_left", { n: left }) : "";
  }

  #input = (event: Event): void => {
    const field = event.target as HTMLTextAreaElement;
    this.draft = field.value;
    this.#fit(field);
    this.dispatchEvent(new CustomEvent(this.draft === "" ? "rested" : "typed"));
  };

  #keydown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.#submit(event);
  };

  #submit = (event: Event): void => {
    event.preventDefault();
    const parts = this.#parts();
    if (this.closed || !isSent(parts)) return;
    this.draft = "";
    for (const detail of parts) this.dispatchEvent(new CustomEvent("say", { detail }));
    void this.updateComplete.then(() => {
      const field = this.querySelector("textarea");
      if (field === null) return;
      this.#fit(field);
      field.focus();
    });
  };

  /** Let the field grow with what is in it, as far as the style sheet allows. */
  #fit(field: HTMLTextAreaElement): void {
    field.rows = 1;
    while (field.scrollHeight > field.clientHeight + 2 && field.rows < 6) field.rows++;
  }
}

function isSent({ length }: readonly string[]): boolean {
  return length > 0 && length <= MOST_PIECES;
}

/**
 * The panel above a writing field: quick replies, her own ones, numbers to give. One press puts one into the field; nothing is sent.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import { find, inLanguage, NO_PHRASES, type Own, ownFault, type Phrase, type Phrases } from "./replies.ts";

const KINDS = ["own", "reply", "number"] as const;

/** Tells its parent by events: `chosen` (detail: the text), `own` (detail: her own replies as they are to be), `closed`. */
export class QuickReplies extends LitElement {
  static override properties = {
    phrases: { attribute: false },
    say: { attribute: false },
    language: {},
    prefix: {},
    typed: { state: true },
    fault: { state: true },
  };

  declare phrases: Phrases;
  declare say: Say;
  /** The talk's. */
  declare language: string;
  /** The start of its ids: unique on the page. */
  declare prefix: string;
  declare typed: string;
  declare fault: ReturnType<typeof ownFault>;

  constructor() {
    super();
    this.phrases = NO_PHRASES;
    this.typed = "";
    this.fault = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>("input")?.focus();
  }

  protected override render(): TemplateResult {
    const { say, prefix } = this;
    const found = find(inLanguage(this.phrases, this.language), this.typed);
    return html`<section class="replies" aria-label=${say("replies")} @keydown=${this.#key}>
      <div class="search">
        <label for="${prefix}-replies">${say("replies_search")}</label>
        <input
          id="${prefix}-replies"
          type="search"
          autocomplete="off"
          .value=${this.typed}
          @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
        />
        <button type="button" class="quiet" @click=${this.#close}>${say("put_away")}</button>
      </div>
      <div class="found">
        ${KINDS.map((kind) => this.#group(kind, found.filter((one) => one.kind === kind)))}
        ${found.length === 0 ? html`<p class="hint" role="status">${say("replies_none")}</p>` : nothing}
      </div>
      ${this.#add()}
    </section>`;
  }

  #group(kind: Phrase["kind"], phrases: readonly Phrase[]): TemplateResult | typeof nothing {
    const { say } = this;
    if (phrases.length === 0) return nothing;
    return html`<h3>${say(`replies_${kind}`)}</h3>
      <ul>
        ${phrases.map(
          (one) => html`<li>
            <button type="button" class="phrase" @click=${() => this.#choose(one)}>
              ${kind === "number" ? nothing : html`<kbd>/${one.short}</kbd>`} <span>${one.text}</span>
              ${one.foreign ? html`<span class="hint">${say("replies_foreign")}</span>` : nothing}
            </button>
            ${kind === "own"
              ? html`<button type="button" class="quiet" aria-label=${say("own_remove_label", { short: one.short })} @click=${() => this.#remove(one.short)}>
                  ${say("own_remove")}
                </button>`
              : nothing}
          </li>`,
        )}
      </ul>`;
  }

  #add(): TemplateResult {
    const { say, prefix } = this;
    return html`<details class="own">
      <summary>${say("own_add")}</summary>
      <form autocomplete="off" @submit=${this.#keep}>
        <p class="hint">${say("own_hint")}</p>
        <label for="${prefix}-short">${say("own_short_label")}</label>
        <input id="${prefix}-short" name="short" maxlength="20" autocomplete="off" autocapitalize="none" />
        <label for="${prefix}-text">${say("own_text_label")}</label>
        <textarea id="${prefix}-text" name="text" rows="2" maxlength="1000" autocomplete="off"></textarea>
        <p role="alert">${this.fault === null ? nothing : say(this.fault)}</p>
        <button>${say("own_keep")}</button>
      </form>
    </details>`;
  }

  #choose({ text }: Phrase): void {
    this.dispatchEvent(new CustomEvent("chosen", { detail: text }));
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };

  #tell(own: readonly Own[]): void {
    this.dispatchEvent(new CustomEvent("own", { detail: own }));
  }

  #remove(short: string): void {
    this.#tell(this.phrases.own.filter((one) => one.short !== short));
    this.querySelector<HTMLElement>("input")?.focus();
  }

  #keep = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const [short, text] = [String(given.get("short")).trim().toLowerCase().replace(/^\//, ""), String(given.get("text")).trim()];
    this.fault = ownFault(this.phrases.own, short, text);
    if (this.fault !== null) return;
    this.#tell([...this.phrases.own, { short, text }]);
    form.reset();
    form.closest("details")?.removeAttribute("open");
  };

  /** Enter in the search puts the first one in; the arrows go through them; Escape closes. */
  #key = (event: KeyboardEvent): void => {
    const buttons = [...this.querySelectorAll<HTMLElement>(".phrase")];
    const at = buttons.indexOf(event.target as HTMLElement);
    const isSearch = event.target instanceof HTMLInputElement && event.target.type === "search";
    if (event.key === "Escape") this.#close();
    else if (event.key === "Enter" && isSearch) buttons[0]?.click();
    else if (event.key === "ArrowDown" && (isSearch || at >= 0)) buttons[at + 1]?.focus();
    else if (event.key === "ArrowUp" && at >= 0) (buttons[at - 1] ?? this.querySelector<HTMLElement>("input"))?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

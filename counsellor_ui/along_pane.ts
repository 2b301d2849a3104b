/**
 * A talk of a colleague that she reads along: its words, what the colleagues say to each other, and nothing that could reach the child.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import { type Company } from "./company.ts";
import { whispers } from "./company_view.ts";
import type { HeldTalk } from "./held_talk.ts";

export class AlongPane extends LitElement {
  static override properties = { talk: { attribute: false }, company: { attribute: false }, say: { attribute: false }, zone: {}, turn: { attribute: false } };

  declare talk: HeldTalk;
  declare company: Company;
  declare say: Say;
  declare zone: string;
  /** Counts the drawings of the whole screen, so that this one is drawn with it. */
  declare turn: number;
  #names = { child: "", counsellor: "" };

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { say, talk, company, zone } = this;
    const { conversation } = talk;
    const holder = company.beside.asked.find((one) => one.conversation === conversation)?.desk ?? "";
    const name = company.nameOf(holder);
    if (this.#names.counsellor !== name) this.#names = { child: say("the_child"), counsellor: name };
    const title = say("along_title", { name });
    const toSign = company.toSign.get(conversation);
    return html`<section class="pane along" aria-label=${title}>
      <header>
        <div class="title"><h2>${title}</h2></div>
        <p class="hint">${say("along_help")}</p>
        <div class="acts"><button class="quiet" @click=${() => company.lookOut(conversation)}>${say("look_out")}</button></div>
      </header>
      ${talk.known.readable ? nothing : html`<p class="state-lines" role="status">${say("along_unopened")}</p>`}
      <chat-transcript
        .talk=${talk.talk}
        .names=${this.#names}
        .say=${(key: string, values?: Record<string, string | number>) => (key === "you" ? name : say(key, values))}
        zone=${zone}
        label=${title}
      ></chat-transcript>
      ${toSign === undefined
        ? nothing
        : html`<div class="to-sign">
            <h3>${say("sign_asked", { name })}</h3>
            <p class="text">${toSign.text}</p>
            <button class="primary" @click=${() => this.#sign()}>${say("sign")}</button>
          </div>`}
      <div class="beside">
        <p class="unheard">${say("beside_unheard")}</p>
        ${whispers({ company, say, zone, changed: () => this.requestUpdate() }, conversation, say("whisper_to", { names: name }))}
      </div>
    </section>`;
  }

  #sign(): void {
    this.company.sign(this.talk.conversation);
    this.requestUpdate();
  }
}

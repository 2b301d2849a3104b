/**
 * The part of a pane in which a talk is written up: its form, its signatures, its sheet of paper.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import { keyId } from "../browser/sealing.ts";
import { utf8 } from "../browser/bytes.ts";
import type { Say } from "../browser/words.ts";
import type { PaneView } from "./desk.ts";
import { type Facts, faults, type NonContact, signedText } from "./form.ts";
import { formView, type FormView } from "./form_view.ts";
import type { HeldTalk } from "./held_talk.ts";
import type { Municipality } from "./municipalities.ts";
import { printView } from "./print_view.ts";
import type { Shift } from "./shift.ts";

/** How long a tap waits for what was said (ms), and how often it looks. */
const MOMENT = 3000;
const LOOK = 20;

/** What a pane has that writes a talk up. */
export abstract class WritingUp extends LitElement {
  declare talk: HeldTalk;
  declare view: PaneView;
  declare shift: Shift;
  declare say: Say;
  declare municipalities: readonly Municipality[];
  declare zone: string;
  declare tried: boolean;
  /** She is asked whether she means to close it as this. */
  declare closing: NonContact | "shut_out" | null;
  /** Two sign a concern report. */
  declare second: boolean;

  /** What is not real says so, in words, wherever it could be taken for real. */
  protected stripe(): TemplateResult | typeof nothing {
    return this.shift.practice ? html`<p class="practice-stripe">${this.say("practice")}</p>` : nothing;
  }

  protected form(): TemplateResult {
    const { talk, say } = this;
    return html`<section class="side" aria-label=${say("form")}>
      ${this.stripe()}
      ${formView({
        talk,
        say,
        prefix: talk.identity.animal,
        municipalities: this.municipalities,
        over: this.view.state === "wrapping_up",
        tried: this.tried,
        facts: this.#facts(),
        second: this.#second(),
        askSecond: () => void this.#askSecond(),
        print: () => this.#print(),
        register: () => void this.#register(),
        asked: this.closing,
        close: (who: NonContact | "shut_out") => void this.#close(who),
        answered: (yes: boolean) => void this.#closes(yes),
      })}
    </section>`;
  }

  /** What goes on paper. */
  protected paper(): TemplateResult {
    const { talk, say, zone, municipalities, shift } = this;
    return printView({ form: talk.form, say, zone, municipalities, by: shift.name, second: this.#second()?.by ?? "", practice: shift.practice });
  }

  #facts(): Facts {
    const { about, danger } = this.view;
    return { about, danger, mustTell: this.talk.talk.entries.some(({ shown }) => shown.kind === "must_tell") };
  }

  /** Who has signed beside her, when somebody has to. What was signed must be what is handed in. */
  #second(): FormView["second"] {
    const { talk, view, shift } = this;
    if (!this.second || !talk.form.outcomes.includes("concern_report")) return null;
    const same = talk.toSign.text !== "" && talk.toSign.text === signedText(talk.form);
    const readers = shift.company.readers(view.conversation).map(({ name }) => name);
    return { by: same && view.second !== null && view.signed === talk.toSign.what ? shift.company.nameOf(view.second) : "", asked: same, readers: readers.join(", ") };
  }

  async #askSecond(): Promise<void> {
    const text = signedText(this.talk.form);
    this.talk.toSign = { text, what: await keyId(utf8(text)) };
    this.talk.answer({});
    await this.shift.company.askToSign(this.view.conversation, this.talk.toSign);
  }

  /** Put it on paper, or into a PDF: the browser asks which. */
  #print(): void {
    this.classList.add("printing");
    print();
    this.classList.remove("printing");
  }

  /** Close a contact that is none: in one tap, unless that would end a talk in which the child has written. */
  async #close(who: NonContact | "shut_out"): Promise<void> {
    if (who !== "shut_out" && this.view.state !== "wrapping_up") await this.#whole();
    if (who !== "shut_out" && (this.view.state === "wrapping_up" || !this.talk.childWrote)) {
      this.shift.register(this.view.conversation, who);
      return;
    }
    this.closing = who;
    await this.updateComplete;
    this.querySelector<HTMLElement>(".one-tap .asking .quiet")?.focus();
  }

  /** Wait for what was said, for a moment: a tap may come sooner, and she is not to be asked about words that nobody wrote. */
  async #whole(): Promise<void> {
    for (let waited = 0; !this.talk.whole && waited < MOMENT; waited += LOOK) await new Promise((done) => setTimeout(done, LOOK));
  }

  async #closes(yes: boolean): Promise<void> {
    const who = this.closing;
    this.closing = null;
    const { conversation } = this.view;
    if (yes && who === "shut_out") this.shift.shutOut(conversation);
    if (yes && who !== null && who !== "shut_out") this.shift.register(conversation, who);
    await this.updateComplete;
    this.querySelector<HTMLElement>(".one-tap > button")?.focus();
  }

  /** Hand the form in, or show what is missing and go to the first of it. */
  async #register(): Promise<void> {
    if (this.view.state !== "wrapping_up") return;
    const second = this.#second();
    if (faults(this.talk.form).size === 0 && (second === null || second.by !== "")) {
      this.shift.register(this.view.conversation);
      return;
    }
    this.tried = true;
    await this.updateComplete;
    const question = this.querySelector(".missing")?.closest(".question");
    question?.scrollIntoView({ block: "center" });
    question?.querySelector<HTMLElement>("input, textarea")?.focus();
  }
}

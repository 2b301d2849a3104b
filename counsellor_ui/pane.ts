/**
 * One talk on the screen: its name and colour, its state, its words, its composer and its form.
 *
 * Rules of this file:
 * 1. The colour, the shape and the name stand at the head, at the border, at the composer and at every message of the child.
 * 2. A message leaves only while the writing field of this pane has the focus. A click elsewhere first moves the focus there.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { ChatComposer } from "../browser/composer.ts";
import type { Unsent } from "../browser/outbox.ts";
import type { ChatTranscript } from "../browser/transcript.ts";
import type { Say } from "../browser/words.ts";
import type { PaneView } from "./desk.ts";
import { faults, type NonContact, progress } from "./form.ts";
import { formView } from "./form_view.ts";
import type { HeldTalk } from "./held_talk.ts";
import type { Municipality } from "./municipalities.ts";
import { nameOf, spanWords } from "./say.ts";
import { shape } from "./shapes.ts";
import type { Shift } from "./shift.ts";

const LONG_WAIT = 120_000;

export class TalkPane extends LitElement {
  static override properties = {
    talk: { attribute: false },
    view: { attribute: false },
    shift: { attribute: false },
    say: { attribute: false },
    municipalities: { attribute: false },
    zone: {},
    number: { type: Number },
    turn: { attribute: false },
    asking: { state: true },
    tried: { state: true },
    closing: { state: true },
  };

  declare talk: HeldTalk;
  declare view: PaneView;
  declare shift: Shift;
  declare say: Say;
  declare municipalities: readonly Municipality[];
  declare zone: string;
  /** Its place on the screen, from 1: Alt and this number bring the focus here. */
  declare number: number;
  /** Counts the drawings of the whole screen, so that this one is drawn with it. */
  declare turn: number;
  /** She is asked whether she means to end. */
  declare asking: boolean;
  declare tried: boolean;
  /** She is asked whether she means to close it as this. */
  declare closing: NonContact | null;
  /** The focus came to the writing field itself and is still in the composer. */
  #writing = false;
  #before: PaneView["state"] = "wrapping_up";

  constructor() {
    super();
    this.asking = false;
    this.tried = false;
    this.closing = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #names = { child: "", counsellor: "" };

  /** The same object for the same name, so that the talk is not drawn anew every second. */
  #namesFor(child: string): { child: string; counsellor: string } {
    if (this.#names.child !== child) this.#names = { child, counsellor: "" };
    return this.#names;
  }

  /** Bring the focus to what is to be done here: to write, or to write up. */
  take(): void {
    this.querySelector<HTMLElement>(".write textarea, .form input")?.focus();
  }

  /** A talk whose room on the screen changes keeps its end in view, if that is where the reader is. */
  #sizes = new ResizeObserver(([size]) => (size?.target as ChatTranscript | undefined)?.requestUpdate("typing"));

  protected override firstUpdated(): void {
    const transcript = this.querySelector("chat-transcript");
    if (transcript !== null) this.#sizes.observe(transcript);
  }

  /** The field in which she wrote goes when the talk is over: the focus stays in this pane, where no key does anything. */
  protected override updated(): void {
    if (this.view.state === "wrapping_up" && this.#before === "talking" && document.activeElement === document.body) {
      this.querySelector<HTMLElement>(".over")?.focus();
    }
    this.#before = this.view.state;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  protected override render(): TemplateResult {
    const { say, talk, view } = this;
    const name = nameOf(say, talk.identity);
    const heading = `${talk.identity.animal}-name`;
    return html`
      <article class="pane ${talk.identity.colour} ${view.state}" aria-labelledby=${heading}>
        ${this.#head(name, heading)}
        <div class="body ${this.#formOpen ? "with-form" : ""}">
          <div class="talk">
            ${this.#state(name)}
            <chat-transcript
              .talk=${talk.talk}
              .unsent=${this.#unsent()}
              .names=${this.#namesFor(name)}
              .say=${say}
              zone=${this.zone}
              label=${say("log_of", { name })}
              typing=${talk.childTypes > Date.now() ? name : ""}
              use=${say("who_where_use")}
              @use=${(event: CustomEvent<string>) => talk.intoSummary(event.detail)}
            ></chat-transcript>
            ${view.state === "talking" ? html`${this.#mustTell(name)} ${this.#composer(name)}` : this.#over()}
          </div>
          ${this.#formOpen ? this.#form() : nothing}
        </div>
      </article>
    `;
  }

  // --- head ---

  #head(name: string, heading: string): TemplateResult {
    const { say, talk, view } = this;
    return html`<header>
      <div class="title">
        ${shape(talk.identity.colour)}
        <h2 id=${heading}>${name}</h2>
        <kbd title=${say("focus_hint", { n: this.number })}>Alt+${this.number}</kbd>
      </div>
      <ul class="facts">
        ${view.danger ? html`<li class="danger">${say("danger")}</li>` : nothing}
        ${view.state === "talking" ? html`<li class=${view.here ? "here" : "gone"}>${say(view.here ? "child_here" : "child_away")}</li>` : nothing}
        <li>${say(`language_${view.language.replace("-", "_")}`)}</li>
        ${view.about === "unsaid" ? nothing : html`<li>${say(`about_${view.about}`)}</li>`}
      </ul>
      <div class="acts">
        ${view.state === "talking" ? this.#formToggle() : html`<span class="progress">${say("form")} ${this.#progress()}</span>`}
        ${view.state === "talking" ? this.#plan(name) : nothing} ${view.state === "talking" ? this.#end(name) : nothing}
      </div>
    </header>`;
  }

  #formToggle(): TemplateResult {
    const { say, talk } = this;
    return html`<button class="quiet" aria-expanded=${talk.formOpen ? "true" : "false"} @click=${() => talk.openForm(!talk.formOpen)}>
      ${say("form")} <span class="progress">${this.#progress()}</span>
    </button>`;
  }

  /** The form is open when she wants it, and always when the talk is over. */
  get #formOpen(): boolean {
    return this.talk.formOpen || this.view.state === "wrapping_up";
  }

  #progress(): string {
    const { done, of } = progress(this.talk.form);
    return this.say("form_progress", { n: done, of });
  }

  /** She tells the child how long they have. Nothing ends by itself then. */
  #plan(name: string): TemplateResult {
    const { say, view } = this;
    const told = view.planned !== null;
    const tell = (event: Event): void => {
      const choice = event.target as HTMLSelectElement;
      if (choice.value !== "") this.shift.plan(view.conversation, Number(choice.value));
      choice.value = "";
    };
    return html`<select class="plan" aria-label=${say("plan_for", { name })} @change=${tell}>
      <option value="">${say("plan")}</option>
      ${[5, 10, 15, 20].map((n) => html`<option value=${n}>${say("plan_minutes", { n })}</option>`)}
      ${told ? html`<option value="0">${say("plan_back")}</option>` : nothing}
    </select>`;
  }

  #end(name: string): TemplateResult {
    const { say } = this;
    if (!this.asking) return html`<button class="quiet" @click=${() => this.#ask(true)}>${say("end")}</button>`;
    return html`<span class="asking" role="group" aria-label=${say("end_ask", { name })} @keydown=${(event: KeyboardEvent) => this.#escape(event)}>
      <span>${say("end_ask", { name })}</span>
      <button class="primary" @click=${() => this.shift.end(this.view.conversation)}>${say("end_yes")}</button>
      <button class="quiet" @click=${() => this.#ask(false)}>${say("end_no")}</button>
    </span>`;
  }

  async #ask(asking: boolean): Promise<void> {
    this.asking = asking;
    await this.updateComplete;
    this.querySelector<HTMLElement>(asking ? ".asking .quiet" : ".acts > .quiet:last-child")?.focus();
  }

  #escape(event: KeyboardEvent): void {
    if (event.key === "Escape") void this.#ask(false);
  }

  // --- state ---

  #state(name: string): TemplateResult {
    const { say, talk, view } = this;
    const lines: (TemplateResult | typeof nothing)[] = [
      talk.keyFault ? html`<p class="warn" role="alert">${say("key_fault")}</p>` : nothing,
      view.unopened && !talk.keyFault ? html`<p role="status">${say("unopened", { name })}</p>` : nothing,
      view.runsFor === null ? nothing : html`<p class="warn" role="status">${this.#runsFor(view.runsFor)}</p>`,
      view.planned === null ? nothing : html`<p role="status">${this.#planned(view.planned)}</p>`,
      view.unanswered === null
        ? nothing
        : html`<p class="clock ${view.unanswered > LONG_WAIT ? "long" : ""}">
            ${say("unanswered", { span: spanWords(say, view.unanswered) })}
          </p>`,
    ];
    return html`<div class="state-lines">${lines}</div>`;
  }

  #planned(left: number): string {
    const { say } = this;
    if (left === 0) return say("planned_now");
    return say("planned", { time: clockWords(this.shift.now() + left, this.zone, say), span: spanWords(say, left) });
  }

  #runsFor(left: number): string {
    const time = clockWords(this.shift.now() + left, this.zone, this.say);
    return this.say("runs_until", { time, span: spanWords(this.say, left) });
  }

  /** What is still to be sent; a fresh list, so that "not sent yet" is said in time. When the talk is over nothing will be. */
  #unsent(): readonly Unsent[] {
    return this.view.state === "talking" ? [...this.talk.outbox.items] : [];
  }

  /** How it ended; and what she had written and not sent, which is hers to use. */
  #over(): TemplateResult {
    const { say, talk } = this;
    const left = [...talk.outbox.items.map(({ text }) => text), talk.composer].filter((text) => text.trim() !== "");
    return html`<div class="over" tabindex="-1">
      <p>${say(`over_${this.view.endedBy ?? "counsellor"}`)}</p>
      ${left.map((text) => html`<p class="unsent">${say("over_unsent", { text })}</p>`)}
    </div>`;
  }

  // --- somebody has to be told ---

  /** A step of its own, away from the writing field: opened, worded, and only then shown to the child. */
  #mustTell(name: string): TemplateResult {
    const { say, talk } = this;
    const id = `${talk.identity.animal}-must-tell`;
    return html`<details class="must-tell">
      <summary>${say("must_tell_open")}</summary>
      <form autocomplete="off" @submit=${(event: Event) => this.#tell(event)}>
        <p class="hint"><strong>${say("must_tell")}</strong> ${say("must_tell_body")}</p>
        <label for=${id}>${say("must_tell_label")}</label>
        <textarea id=${id} name="why" rows="2" maxlength="1000" required autocomplete="off"></textarea>
        <button class="primary">${say("must_tell_send", { name })}</button>
      </form>
    </details>`;
  }

  #tell(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const why = String(new FormData(form).get("why")).trim();
    if (why === "") return;
    void this.talk.mustTell(why);
    form.reset();
    form.closest("details")?.removeAttribute("open");
    this.take();
  }

  // --- composer ---

  #composer(name: string): TemplateResult {
    const { say, talk } = this;
    return html`<div
      class="write"
      @submit=${this.#guard}
      @mousedown=${(event: MouseEvent) => this.#keepFocus(event)}
      @focusin=${(event: FocusEvent) => this.#focusCame(event)}
      @focusout=${(event: FocusEvent) => this.#focusWent(event)}
    >
      ${shape(talk.identity.colour)}
      <chat-composer
        .say=${say}
        .draft=${talk.composer}
        name="${talk.identity.animal}-write"
        label=${say("write_to", { name })}
        button=${say("send_to", { name })}
        @typed=${(event: Event) => talk.write((event.target as ChatComposer).draft)}
        @rested=${() => talk.write("")}
        @say=${(event: CustomEvent<string>) => void talk.say(event.detail)}
      ></chat-composer>
      <p class="hint" role="status">${talk.refused === null ? nothing : say(`say_refused_${talk.refused}`)}</p>
    </div>`;
  }

  /** A press on the button leaves the focus in the field: Safari gives a button none, and then nobody would be writing. */
  #keepFocus(event: MouseEvent): void {
    if (event.target instanceof Element && event.target.closest("button") !== null) event.preventDefault();
  }

  #focusCame({ target }: FocusEvent): void {
    if (target instanceof HTMLTextAreaElement) this.#writing = true;
  }

  #focusWent({ relatedTarget }: FocusEvent): void {
    const within = relatedTarget instanceof Node && this.querySelector(".write")?.contains(relatedTarget);
    if (!within) this.#writing = false;
  }

  /** Let nothing leave from a pane in which she is not writing: bring the focus to its field instead. */
  #guard = {
    capture: true,
    handleEvent: (event: Event): void => {
      if (this.#writing) return;
      event.preventDefault();
      event.stopPropagation();
      this.take();
    },
  };

  // --- form ---

  #form(): TemplateResult {
    const { talk, say } = this;
    return html`<section class="side" aria-label=${say("form")}>
      ${formView({
        talk,
        say,
        prefix: talk.identity.animal,
        municipalities: this.municipalities,
        over: this.view.state === "wrapping_up",
        tried: this.tried,
        register: () => void this.#register(),
        asked: this.closing,
        close: (who: NonContact) => void this.#close(who),
        answered: (yes: boolean) => void this.#closes(yes),
      })}
    </section>`;
  }

  /** Close a contact that is none: in one tap, unless that would end a talk in which the child has written. */
  async #close(who: NonContact): Promise<void> {
    if (this.view.state === "wrapping_up" || !this.talk.childWrote) {
      this.shift.register(this.view.conversation, who);
      return;
    }
    this.closing = who;
    await this.updateComplete;
    this.querySelector<HTMLElement>(".one-tap .asking .quiet")?.focus();
  }

  async #closes(yes: boolean): Promise<void> {
    const who = this.closing;
    this.closing = null;
    if (yes && who !== null) this.shift.register(this.view.conversation, who);
    await this.updateComplete;
    this.querySelector<HTMLElement>(".one-tap > button")?.focus();
  }

  /** Hand the form in, or show what is missing and go to the first of it. */
  async #register(): Promise<void> {
    if (this.view.state !== "wrapping_up") return;
    if (faults(this.talk.form).size === 0) {
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

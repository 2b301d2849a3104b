/**
 * One talk on the screen: its name and colour, its state, its words, its composer and its form.
 *
 * Rules of this file:
 * 1. The colour, the shape and the name stand at the head, at the border, at the composer and at every message of the child.
 * 2. A message leaves only while the writing field of this pane has the focus. A click elsewhere first moves the focus there.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { ChatComposer } from "../browser/composer.ts";
import { EMPTY, type Unsent } from "../browser/outbox.ts";
import { besideView, type CompanyView } from "./company_view.ts";
import type { PaneView } from "./desk.ts";
import type { Told } from "./form.ts";
import { hereView, type Lines } from "./here_and_now.ts";
import { headView } from "./pane_head.ts";
import { mustTellView, overView, stateLines, type StateView } from "./pane_state.ts";
import { expanded, inLanguage, inserted, type Own, type Phrases } from "./replies.ts";
import { nameOf } from "./say.ts";
import { shape } from "./shapes.ts";
import { WritingUp } from "./write_up.ts";

export class TalkPane extends WritingUp {
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
    phrases: { attribute: false },
    replying: { state: true },
    helping: { state: true },
    inDanger: { state: true },
    told: { state: true },
    lines: { attribute: false },
    second: { attribute: false },
  };

  /** Its place on the screen, from 1: Alt and this number bring the focus here. */
  declare number: number;
  /** Counts the drawings of the whole screen, so that this one is drawn with it. */
  declare turn: number;
  /** She is asked whether she means to end. */
  declare asking: boolean;
  declare phrases: Phrases;
  /** The quick replies are open. */
  declare replying: boolean;
  /** The panel of colleagues is open. */
  declare helping: boolean;
  /** The panel "help here and now" is open. */
  declare inDanger: boolean;
  /** Whether the child knows of the next call. */
  declare told: Told;
  declare lines: Lines;
  /** The focus came to the writing field itself and is still in the composer. */
  #writing = false;
  #before: PaneView["state"] = "wrapping_up";

  constructor() {
    super();
    this.asking = false;
    this.tried = false;
    this.closing = null;
    this.replying = false;
    this.helping = this.inDanger = false;
    this.told = "unsaid";
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

  /** Open the quick replies, or close them. */
  async reply(open: boolean): Promise<void> {
    this.replying = open && this.view.state === "talking";
    await this.updateComplete;
    if (!this.replying) this.take();
  }

  /** Open the panel "help here and now", or close it. */
  async hereNow(open: boolean): Promise<void> {
    this.inDanger = open;
    await this.updateComplete;
    if (open) this.querySelector<HTMLElement>(".here-now button")?.focus();
    else this.take();
  }

  /** Open the form at one of its fields, at once: what she types next must not go into the field that the child reads. */
  fillIn(field: "who" | "notes"): void {
    this.talk.openForm(true);
    this.requestUpdate();
    this.performUpdate();
    this.querySelector<HTMLElement>(field === "notes" ? ".form .notes textarea" : ".form input")?.focus();
  }

  /** Somebody who is in a talk has seen what is in it. */
  protected override willUpdate(): void {
    if (this.contains(document.activeElement) && document.visibilityState === "visible") this.talk.attend();
  }

  /** What is not on the screen was not read: on a small one the talks stand below each other. */
  #sight = new IntersectionObserver(([seen]) => {
    this.talk.inView = seen?.isIntersecting ?? true;
    this.shift.shown(document.visibilityState === "visible");
  });

  protected override firstUpdated(): void {
    const transcript = this.querySelector("chat-transcript");
    if (transcript !== null) this.#sight.observe(transcript);
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
    this.#sight.disconnect();
  }

  protected override render(): TemplateResult {
    const { say, talk, view } = this;
    const name = nameOf(say, talk.identity);
    const heading = `${talk.identity.animal}-name`;
    const state = this.#stateOf(name);
    return html`
      <article class="pane ${talk.identity.colour} ${view.state}" aria-labelledby=${heading}>
        ${this.stripe()}
        ${this.#head(name, heading)}
        <div class="body ${this.#formOpen ? "with-form" : ""}">
          <div class="talk">
            ${stateLines(state)} ${this.inDanger ? this.#hereNow(name) : nothing} ${this.#besides ? besideView(this.#company(), talk, view) : nothing}
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
            ${view.state === "talking" ? html`<div class="needed">
                    <button class="quiet" aria-expanded=${this.inDanger ? "true" : "false"} @click=${() => this.hereNow(!this.inDanger)}>
                      ${say("here_now")} <kbd>Alt+H</kbd>
                    </button>
                    <button class="quiet open-replies" aria-expanded=${this.replying ? "true" : "false"} @click=${() => void this.reply(!this.replying)}>
                      ${say("replies")} <kbd>Alt+S</kbd>
                    </button>
                    ${mustTellView(state, () => this.take())}
                  </div>
                  ${this.#replies()} ${this.#composer(name)}` : overView(state)}
          </div>
          ${this.#formOpen ? this.form() : nothing}
        </div>
        ${view.state === "wrapping_up" ? this.paper() : nothing}
      </article>
    `;
  }

  // --- head ---

  #head(name: string, heading: string): TemplateResult {
    const { talk, view, say, number, asking } = this;
    return headView({
      ...{ talk, say, name, heading, number, asking, view: { ...view, unread: talk.unread } },
      helping: this.#besides,
      toggleHelp: () => (this.helping = !this.helping),
      toggleForm: () => talk.openForm(!talk.formOpen),
      plan: (minutes) => this.shift.plan(view.conversation, minutes),
      ask: (asking) => void this.#ask(asking),
      end: () => this.shift.end(view.conversation),
    });
  }

  /** The form is open when she wants it, and always when the talk is over. */
  get #formOpen(): boolean {
    return this.talk.formOpen || this.view.state === "wrapping_up";
  }

  async #ask(asking: boolean): Promise<void> {
    this.asking = asking;
    await this.updateComplete;
    this.querySelector<HTMLElement>(asking ? ".asking .quiet" : ".acts > .quiet:last-child")?.focus();
  }

  #hereNow(name: string): TemplateResult {
    const { talk, say, zone, lines, municipalities, told } = this;
    return hereView({
      ...{ talk, say, name, zone, lines, municipalities, told },
      setTold: (told) => (this.told = told),
      now: this.shift.now(),
      close: () => void this.hereNow(false),
    });
  }

  /** Colleagues are shown when she wants it, when somebody reads along, and when she has called. */
  get #besides(): boolean {
    const { company } = this.shift;
    const { conversation } = this.view;
    return this.helping || company.readers(conversation).length > 0 || company.mine().some((call) => call.conversation === conversation);
  }

  #company(): CompanyView {
    return { company: this.shift.company, say: this.say, zone: this.zone, changed: () => this.requestUpdate() };
  }

  // --- state ---

  #stateOf(name: string): StateView {
    const { talk, view, say, zone, shift } = this;
    return { talk, view, say, name, zone, now: shift.now() };
  }

  /** What is still to be sent; if anything is, a fresh list, so that "not sent yet" is said in time. When the talk is over nothing will be. */
  #unsent(): readonly Unsent[] {
    const { items } = this.view.state === "talking" ? this.talk.outbox : EMPTY;
    return items.length > 0 ? [...items] : EMPTY.items;
  }

  // --- quick replies ---

  #replies(): TemplateResult | typeof nothing {
    const { talk, view, say } = this;
    if (!this.replying) return nothing;
    return html`<quick-replies
      .phrases=${this.phrases}
      .say=${say}
      language=${view.language}
      prefix=${talk.identity.animal}
      @chosen=${({ detail }: CustomEvent<string>) => this.#insert(inserted(talk.composer, detail))}
      @own=${({ detail }: CustomEvent<readonly Own[]>) => void this.shift.keepOwn(detail)}
      @closed=${() => void this.reply(false)}
    ></quick-replies>`;
  }

  /** Put a text into the writing field, with the focus at its end. It is hers to change and to send. */
  async #insert(text: string): Promise<void> {
    this.talk.write(text);
    this.requestUpdate();
    await this.reply(false);
    const field = this.querySelector<HTMLTextAreaElement>(".write textarea");
    if (field === null) return;
    await this.querySelector<ChatComposer>("chat-composer")?.updateComplete;
    field.setSelectionRange(text.length, text.length);
    field.dispatchEvent(new InputEvent("input", { bubbles: true })); // so that the field grows with it
  }

  /** What she types is kept; a short name after a stroke becomes its reply. */
  #typed(draft: string): void {
    const whole = expanded(draft, inLanguage(this.phrases, this.view.language));
    if (whole === null) this.talk.write(draft);
    else void this.#insert(whole);
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
        @typed=${(event: Event) => this.#typed((event.target as ChatComposer).draft)}
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
}

/**
 * The practice room: choose a story, take the child, talk, write up, and hear how it went.
 *
 * Rules of this file:
 * 1. What is shown of a talk is the very pane, bar and form of the dashboard, over a server that is in this page (`practice_server.ts`).
 * 2. It is marked in words wherever something of it is shown, and it makes no sound: a sound is always a real child.
 * 3. No real talk gets the name or the colour of the last practice child.
 * 4. A real child comes first: while one rings, or a colleague calls, or she has a real talk, practice waits out of sight.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import { bellView } from "../bell.ts";
import { type DeskView, deskView, lineView } from "../desk.ts";
import type { Lines } from "../here_and_now.ts";
import type { Municipality } from "../municipalities.ts";
import { answered, missedOne, ringsNow, STILL } from "../ringer.ts";
import type { Shift } from "../shift.ts";
import { chooseView, debriefView } from "./room_view.ts";
import { type Debrief, debriefOf } from "./debrief.ts";
import { inMemory } from "./keeping.ts";
import { ME, PracticeServer } from "./practice_server.ts";
import { type Story, TONGUES, type Tongue, type Training } from "./story.ts";

/** What comes before practice; null: nothing. */
export type Busy = "rings" | "talks" | "called" | null;

/** How fast a practice child writes: as a child does, or so that one need not wait. */
export const PACES = { calm: 1, quick: 0.1 } as const;
export type Pace = keyof typeof PACES;

/** A talk that is played. */
interface Played {
  story: Story;
  server: PracticeServer;
  shift: Shift;
}

export class PracticeRoom extends LitElement {
  static override properties = {
    real: { attribute: false },
    shiftClass: { attribute: false },
    say: { attribute: false },
    zone: {},
    ring: { type: Number },
    municipalities: { attribute: false },
    lines: { attribute: false },
    turn: { type: Number },
    busy: { attribute: false },
    waiting: { type: Number },
    training: { state: true },
    failed: { state: true },
    tongue: { state: true },
    pace: { state: true },
    played: { state: true },
    debrief: { state: true },
  };

  /** Her real shift. */
  declare real: Shift;
  declare shiftClass: typeof Shift;
  declare say: Say;
  declare zone: string;
  declare ring: number;
  declare municipalities: readonly Municipality[];
  declare lines: Lines;
  declare turn: number;
  declare busy: Busy;
  /** How many real children wait. */
  declare waiting: number;
  declare training: Training | null;
  declare failed: boolean;
  declare tongue: Tongue;
  declare pace: Pace;
  declare played: Played | null;
  declare debrief: { story: Story; told: Debrief; calls: number } | null;
  #rings = STILL;
  #calls = 0;
  #drawn = 0;

  constructor() {
    super();
    this.training = null;
    this.failed = false;
    this.tongue = TONGUES.find((one) => one === document.documentElement.lang) ?? "nb";
    this.pace = "calm";
    this.played = this.debrief = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#fetch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drop();
  }

  /** What is real comes first. */
  protected override willUpdate(): void {
    if (this.busy !== null) this.played?.server.pause();
  }

  protected override updated(): void {
    const { played } = this;
    if (played === null) return;
    played.shift.shown(document.visibilityState === "visible");
    const talk = played.shift.talks.get(played.server.conversation);
    if (talk !== undefined) this.real.avoided = [talk.identity];
    const calls = talk?.form.calls.length ?? this.#calls;
    for (; this.#calls < calls; this.#calls++) played.server.called();
  }

  protected override render(): TemplateResult {
    const { say, played, debrief } = this;
    this.#drawn++;
    const held = this.busy !== null || played?.server.paused === true;
    return html`<section class="practice ${held ? "held" : ""}" aria-labelledby="practice-title">
      <header>
        <strong class="practice-word">${say("practice")}</strong>
        <h2 id="practice-title" tabindex="-1">${debrief !== null ? say("practice_after") : played === null ? say("practice_choose") : played.story.title[this.tongue]}</h2>
        <button class="quiet" @click=${() => this.#close()}>${say("practice_end")}</button>
      </header>
      <p class="practice-waiting" role="status">${this.waiting > 0 && this.busy === null ? say(this.waiting === 1 ? "practice_one_waits" : "practice_waiting", { n: this.waiting }) : nothing}</p>
      ${held ? this.#held() : debrief !== null ? this.#told(debrief) : played !== null ? this.#play(played) : this.#choose()}
    </section>`;
  }

  // --- parts ---

  #held(): TemplateResult {
    const { say, busy } = this;
    return html`<div class="practice-card" role="status">
      <p><strong>${say("practice_held")}</strong> ${say(busy === "rings" ? "practice_held_rings" : busy === "talks" ? "practice_held_talks" : busy === "called" ? "practice_held_called" : "practice_held_over")}</p>
      ${busy === null ? html`<button class="primary" @click=${() => this.#goOn()}>${say("practice_go_on")}</button>` : nothing}
    </div>`;
  }

  #choose(): TemplateResult {
    const { say, training, failed, tongue, pace } = this;
    if (failed) return html`<div class="practice-card"><p>${say("practice_failed")}</p><button @click=${() => void this.#fetch()}>${say("try_now")}</button></div>`;
    if (training === null) return html`<p class="practice-card">${say("connecting")}</p>`;
    return chooseView({
      ...{ say, tongue, pace, stories: training.stories },
      setTongue: (tongue) => (this.tongue = tongue),
      setPace: (pace) => (this.pace = pace),
      play: (story) => void this.#begin(training, story),
    });
  }

  #play({ story, server, shift }: Played): TemplateResult {
    const { say, tongue } = this;
    const known = new Map([...shift.talks].map(([id, talk]) => [id, talk.known]));
    const desk = shift.desk && deskView(shift.desk, known, shift.now(), this.ring);
    const pane = desk?.panes.find(({ conversation }) => shift.talks.has(conversation));
    return html`<p class="practice-goal"><strong>${say("practice_goal")}</strong> <span lang=${tongue}>${story.goal[tongue]}</span></p>
      ${pane === undefined ? this.#bell(server, shift, desk) : nothing}
      ${pane?.state === "wrapping_up" ? html`<div class="practice-skip"><p>${say("practice_write_up")}</p> <button @click=${() => this.#tell()}>${say("practice_skip")}</button></div>` : nothing}
      <div class="panes">
        ${pane === undefined
          ? html`<p class="empty">${desk?.offer === null && shift.desk?.free ? say("practice_soon") : nothing}</p>`
          : html`<talk-pane
              .talk=${shift.talks.get(pane.conversation)}
              .view=${pane}
              .shift=${shift}
              .say=${say}
              .municipalities=${this.municipalities}
              .phrases=${this.real.phrases}
              .turn=${this.#drawn}
              .second=${false}
              .lines=${{ ...this.lines, practice: true }}
              zone=${this.zone}
              number="1"
            ></talk-pane>`}
      </div>`;
  }

  #bell(server: PracticeServer, shift: Shift, desk: DeskView | null): TemplateResult {
    const line = shift.line && lineView(shift.line, shift.now());
    this.#rings = ringsNow(this.#rings, desk?.offer?.conversation ?? null, [], desk?.free ?? true);
    return bellView({
      ...{ desk, lost: false, say: this.say, open: true, waiting: 0, mayMore: false, practice: true },
      missed: missedOne(this.#rings, line, false),
      hurry: () => undefined,
      more: () => undefined,
      take: () => shift.take(server.conversation),
      accept: (conversation) => shift.take(conversation),
      leave: () => this.#back(),
      decline: () => this.#back(),
    });
  }

  #told({ story, told, calls }: { story: Story; told: Debrief; calls: number }): TemplateResult {
    const { say, tongue } = this;
    return debriefView({ say, tongue, story, told, calls, again: () => this.#back() });
  }

  // --- what she does ---

  async #fetch(): Promise<void> {
    this.failed = false;
    try {
      const answer = await fetch("/staff/training.json", { credentials: "same-origin" });
      if (answer.ok) this.training = (await answer.json()) as Training;
      this.failed = !answer.ok;
    } catch {
      this.failed = true;
    }
    await this.#focus();
  }

  async #begin({ intents }: Training, story: Story): Promise<void> {
    const { tongue, real } = this;
    const server = new PracticeServer({ story, tongue, intents, pace: PACES[this.pace] }, { name: real.name, ring: this.ring }, () => this.#tell());
    const keep = async (own: typeof real.phrases.own) => (await real.keepOwn(own), real.phrases.own === own);
    const way = { carry: server.carry, practice: true, ticket: async () => ME, keep, signOut: async () => false };
    let ready = false;
    const changed = (): void => {
      if (!ready && shift.link.state === "open") {
        ready = true;
        shift.free(1);
      }
      this.requestUpdate();
    };
    const shift = new this.shiftClass(way, await inMemory(), changed, ME);
    this.#calls = 0;
    this.#rings = STILL;
    this.played = { story, server, shift };
    shift.start();
    await this.#focus();
  }

  #goOn(): void {
    this.played?.server.resume();
    this.requestUpdate();
  }

  /** The talk is done: let it go, and tell how it went. */
  #tell(): void {
    const { played } = this;
    if (played === null) return;
    this.debrief = { story: played.story, told: debriefOf(played.story, played.server.child.record, played.server.now()), calls: this.#calls };
    this.#drop();
    void this.#focus();
  }

  /** Back to the stories. */
  #back(): void {
    this.#rings = answered(this.#rings);
    this.#drop();
    this.debrief = null;
    void this.#focus();
  }

  #close(): void {
    this.#drop();
    this.debrief = null;
    this.dispatchEvent(new CustomEvent("leave-practice"));
  }

  #drop(): void {
    this.played?.shift.leave();
    this.played = null;
  }

  async #focus(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>("#practice-title")?.focus();
  }
}

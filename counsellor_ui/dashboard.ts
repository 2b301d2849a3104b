/**
 * The whole screen of a counsellor: the left side, the bar that rings, the talks side by side.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import type { Say } from "../browser/words.ts";
import { bellView } from "./bell.ts";
import { callsView, type CompanyView } from "./company_view.ts";
import { type DeskView, deskView, type LineView, lineView } from "./desk.ts";
import { type Act, actOf, keysView } from "./keys.ts";
import { blocksAsked } from "./lead/blocks.ts";
import { type Around, Tabs } from "./lead/tabs.ts";
import type { Municipality } from "./municipalities.ts";
import type { TalkPane } from "./pane.ts";
import { Practice } from "./practice.ts";
import { railView } from "./rail.ts";
import { answered, missedOne, Notifier, Ringer, ringsNow, STILL } from "./ringer.ts";
import { nameOf } from "./say.ts";
import type { Shift } from "./shift.ts";
import { stripView } from "./strip.ts";

const SECOND = 1_000;
/** So long (ms) a covered window may leave a change undrawn. */
const COVERED = 100;
const SIGNED_OUT = 4501;
const REPLACED = 4509;

export class StaffDashboard extends LitElement {
  static override properties = {
    shift: { attribute: false },
    say: { attribute: false },
    zone: {},
    most: { type: Number },
    ring: { type: Number },
    late: { type: Number },
    hidden: { type: Boolean, attribute: false },
    second: { type: Boolean, attribute: false },
    municipalities: { attribute: false },
    tongues: { attribute: false },
    failed: { type: Boolean },
    lead: { type: Boolean, attribute: false },
    sound: { state: true },
    notices: { state: true },
    leaving: { state: true },
    folded: { state: true },
  };

  /** Null until the browser's own keeping is open. */
  declare shift: Shift | null;
  declare say: Say;
  declare zone: string;
  declare most: number;
  /** How long an offer rings (ms). */
  declare ring: number;
  /** After how long (ms) a talk that is not written up is late. */
  declare late: number;
  /** Who waits is hidden while she could take nobody. */
  declare hidden: boolean;
  /** Two sign a concern report. */
  declare second: boolean;
  declare municipalities: readonly Municipality[];
  declare tongues: TemplateResult;
  /** The browser's own keeping cannot be opened. */
  declare failed: boolean;
  /** She leads the shift. */
  declare lead: boolean;
  declare sound: boolean;
  /** She wants a notification while the page is not looked at. */
  declare notices: boolean;
  declare leaving: boolean;
  /** On a telephone the left side is folded away. */
  declare folded: boolean;
  #ringer = new Ringer();
  #notifier = new Notifier();
  #rings = STILL;
  #clock: ReturnType<typeof setInterval> | undefined;
  #turn = 0;
  #title = document.title;
  #tabs = new Tabs();
  /** Where she practises. */
  practice = new Practice("", () => undefined);
  /** What she has chosen while she is away; it is said with "free". */
  #room: number | null = null;

  constructor() {
    super();
    this.shift = null;
    this.municipalities = [];
    this.failed = false;
    this.lead = false;
    this.sound = false;
    this.notices = false;
    this.leaving = false;
    this.folded = true;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.requestUpdate(), SECOND);
    addEventListener("keydown", this.#key);
    document.addEventListener("visibilitychange", this.#seen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    removeEventListener("keydown", this.#key);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** Drawn at most once for each picture that the browser makes, whatever comes. A tab that is not looked at has none, and rings all the same. */
  protected override async scheduleUpdate(): Promise<void> {
    if (document.visibilityState === "visible") await nextPicture();
    super.scheduleUpdate();
  }

  protected override render(): TemplateResult {
    const { shift, say } = this;
    if (this.failed) return this.#over(0);
    if (shift === null) return html`<p class="calm">${say("connecting")}</p>`;
    if (shift.link.state === "over") return this.#over(shift.link.code, shift.link.kept);
    this.#turn++;
    const desk = shift.desk && deskView(shift.desk, new Map([...shift.talks].map(([id, talk]) => [id, talk.known])), shift.now(), this.ring);
    const line = shift.line && lineView(shift.line, shift.now());
    if (shift.desk !== null) {
      const hers = shift.desk.talks.map(({ conversation }) => conversation);
      this.#rings = ringsNow(this.#rings, shift.desk.offer?.conversation ?? null, hers, shift.desk.free);
    }
    return html`<div class="desk ${shift.link.state}">${this.#rail(shift, desk, line)}${this.#main(shift, desk, line)}</div>
      ${keysView(this.say, () => this.requestUpdate())}`;
  }

  protected override updated(): void {
    const called = this.shift?.company.beside.calls.some(({ desk, coming }) => desk !== this.shift?.me && coming == null) ?? false;
    const rings = called || (this.shift?.link.state === "open" && this.#ringing(this.shift));
    this.#ringer.ring(this.sound && rings);
    this.#notifier.show(this.notices && rings, this.say("rings_notice"));
    document.title = rings ? `● ${this.say(called ? "help_now" : "rings")}` : this.#title;
    this.shift?.shown(document.visibilityState === "visible");
  }

  /** A child that rang here, was not answered and still waits. */
  #missed(shift: Shift): string | null {
    return missedOne(this.#rings, shift.line, this.hidden);
  }

  #ringing(shift: Shift): boolean {
    return this.#rings.offer !== null || this.#missed(shift) !== null;
  }

  // --- parts ---

  #rail(shift: Shift, desk: DeskView | null, line: LineView | null): TemplateResult {
    return railView({
      say: this.say,
      name: shift.name,
      link: shift.link,
      desk,
      line,
      room: this.#room ?? desk?.room ?? 1,
      setRoom: (room) => this.#setRoom(shift, room, desk?.free ?? false),
      most: this.most,
      company: this.#company(shift),
      sound: this.sound,
      notices: this.notices,
      late: this.late,
      names: new Map([...shift.talks].map(([id, { identity }]) => [id, identity])),
      setNotices: (on) => void this.#setNotices(on),
      showKeys: () => this.#showKeys(),
      goTo: (conversation) => this.#goTo(conversation),
      practice: this.practice.door(this.say, shift),
      tongues: this.tongues,
      leaving: this.leaving,
      folded: this.folded,
      fold: (folded) => (this.folded = folded),
      free: (room) => shift.free(room),
      away: () => this.#away(shift),
      take: (conversation) => shift.take(conversation),
      setSound: (on) => this.#setSound(on),
      askToLeave: (asking) => (this.leaving = asking),
      leave: () => void this.#leave(shift),
    });
  }

  #main(shift: Shift, desk: DeskView | null, line: LineView | null): TemplateResult {
    const bell = bellView({
      desk,
      lost: shift.link.state === "lost",
      say: this.say,
      hurry: () => shift.hurry(),
      open: line?.open ?? true,
      waiting: line?.count ?? 0,
      missed: this.#missed(shift),
      mayMore: (desk?.panes.length ?? 0) < this.most,
      more: () => this.#setRoom(shift, (desk?.panes.length ?? 0) + 1, true),
      take: (conversation) => shift.take(conversation),
      leave: () => this.#answered(),
      accept: (conversation) => shift.take(conversation),
      decline: (conversation) => {
        this.#answered();
        shift.decline(conversation);
      },
    });
    const panes = (desk?.panes ?? []).filter(({ conversation }) => shift.talks.has(conversation));
    const around: Around = { shift, say: this.say, zone: this.zone, changed: () => this.requestUpdate() };
    return html`<main>
      ${this.lead ? this.#tabs.bar(around, panes.filter(({ unread }) => unread > 0).length) : nothing}
      <div class="top">${bell} ${stripView(this.say, panes, shift, (conversation) => this.#goTo(conversation))}</div>
      ${callsView(this.#company(shift), shift.me)} ${blocksAsked(shift, this.say, this.zone, () => this.requestUpdate())} ${this.#ending(shift)} ${this.#notice(shift)}
      ${this.lead ? this.#tabs.view(around) : nothing}
      ${this.practice.room({ ...around, ring: this.ring, municipalities: this.municipalities, turn: this.#turn, line, rings: this.#ringing(shift), hidden: this.#tabs.open !== null })}
      <div class="panes" ?hidden=${this.#tabs.open !== null || (this.practice.open && panes.length + shift.company.along.size === 0)}>
        ${repeat(
          panes,
          ({ conversation }) => conversation,
          (view, index) => html`<talk-pane
            .talk=${shift.talks.get(view.conversation)}
            .view=${view}
            .shift=${shift}
            .say=${this.say}
            .municipalities=${this.municipalities}
            .phrases=${shift.phrases}
            .turn=${this.#turn}
            .second=${this.second}
            .lines=${shift.lines}
            zone=${this.zone}
            number=${index + 1}
          ></talk-pane>`,
        )}
        ${repeat(
          [...shift.company.along],
          ([conversation]) => conversation,
          ([, talk]) => html`<along-pane
            .talk=${talk}
            .company=${shift.company}
            .say=${this.say}
            .turn=${this.#turn}
            zone=${this.zone}
          ></along-pane>`,
        )}
        ${panes.length + shift.company.along.size === 0 ? html`<p class="empty">${this.say("no_talks")}</p>` : nothing}
      </div>
    </main>`;
  }

  #company(shift: Shift): CompanyView {
    return { company: shift.company, say: this.say, zone: this.zone, changed: () => this.requestUpdate() };
  }

  #ending({ ends }: Shift): TemplateResult {
    if (ends === null) return html`<div role="alert"></div>`;
    const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", timeZone: this.zone }).format(ends.at);
    return html`<div class="notice" role="alert">
      <p>${this.say(ends.last ? "session_ends_last" : "session_ends_idle", { clock })}</p>
      ${ends.last ? nothing : html`<button class="primary" @click=${() => this.shift?.here()}>${this.say("i_am_here")}</button>`}
    </div>`;
  }

  #notice(shift: Shift): TemplateResult | typeof nothing {
    const { notice } = shift;
    if (notice === null) return html`<div role="status"></div>`;
    const words =
      notice.kind === "refused"
        ? this.say(`refused_${notice.why}`)
        : notice.kind === "still_signed_in"
          ? this.say("still_signed_in")
          : this.say("given_back", { name: nameOf(this.say, notice.identity) });
    return html`<div class="notice" role="status">
      <p>${words}</p>
      <button class="quiet" @click=${() => shift.putAway()}>${this.say("put_away")}</button>
    </div>`;
  }

  #over(code: number, kept = false): TemplateResult {
    const { say } = this;
    const kind = code === SIGNED_OUT ? "signed_out" : code === REPLACED ? "replaced" : "failed";
    return html`<main class="card" role="alert">
      <h1>${say(`over_title_${kind}`)}</h1>
      <p>${say(kept ? "over_body_kept" : `over_body_${kind}`)}</p>
      ${kind === "signed_out"
        ? html`<a class="button primary" href="/staff/sign-in${location.search}">${say("sign_in")}</a>`
        : html`<button class="primary" @click=${() => location.reload()}>${say(`over_again_${kind}`)}</button>`}
    </main>`;
  }

  // --- what she does ---

  #setSound(on: boolean): void {
    this.#ringer.allow(on);
    this.sound = on;
  }

  #setRoom(shift: Shift, room: number, free: boolean): void {
    this.#room = room;
    if (free) shift.free(room);
    this.requestUpdate();
  }

  async #setNotices(on: boolean): Promise<void> {
    this.notices = await this.#notifier.allow(on);
    this.requestUpdate();
  }

  /** What rings is still: she has said so. */
  #answered(): void {
    this.#rings = answered(this.#rings);
    this.requestUpdate();
  }

  #away(shift: Shift): void {
    this.#answered();
    shift.away();
  }

  #showKeys(): void {
    this.querySelector<HTMLDialogElement>("dialog.keys")?.showModal();
  }

  /** Bring a talk on the screen, and the focus to what is to be done in it. */
  #goTo(conversation: string): void {
    this.#toTalks();
    const pane = [...this.querySelectorAll<TalkPane>("talk-pane")].find(({ view }) => view.conversation === conversation);
    pane?.scrollIntoView({ block: "nearest" });
    pane?.take();
  }

  /** Her talks instead of a view of the lead's, at once. */
  #toTalks(): void {
    if (this.#tabs.open === null) return;
    this.#tabs.go(null);
    this.performUpdate();
  }

  async #leave(shift: Shift): Promise<void> {
    if (await shift.signOut()) location.assign(`/staff/sign-in${location.search}`);
    else this.leaving = false;
  }

  /** The keys of `keys.ts`. */
  #key = (event: KeyboardEvent): void => {
    const act = actOf(event);
    if (act === null) return;
    event.preventDefault();
    this.#do(act);
  };

  #do(act: Act): void {
    if (act !== "ring" && act !== "keys") this.#toTalks();
    const panes = [...this.querySelectorAll<TalkPane>("talk-pane")];
    const pane = panes.find((one) => one.contains(document.activeElement)) ?? panes[0];
    switch (act) {
      case "ring":
        return this.querySelector<HTMLElement>("#accept")?.focus();
      case "keys":
        return this.#showKeys();
      case "replies":
        return void pane?.reply(!pane.replying);
      case "here":
        return void pane?.hereNow(!pane.inDanger);
      case "form":
        return void pane?.fillIn("who");
      case "notes":
        return void pane?.fillIn("notes");
      default:
        return panes[Number(act.slice(-1)) - 1]?.take();
    }
  }

  #seen = (): void => this.requestUpdate();
}

/** The next picture; soon, in a window that is covered and makes none. */
function nextPicture(): Promise<unknown> {
  return new Promise((come) => {
    requestAnimationFrame(come);
    setTimeout(come, COVERED);
  });
}

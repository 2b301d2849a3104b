/**
 * The child's side of the chat: one element that shows the screen of the visit's state.
 *
 * Rules of this file:
 * 1. No rule of the visit is here (visit.ts), no socket, no key (client.ts).
 * 2. One status line and one alert line are there from the beginning, empty, so that screen readers hear what changes.
 * 3. Focus moves only when the whole screen changes, and then to its heading or to the field; from a press to the question that it asks; and where
 *    what had it is gone, to what that stood in.
 */

import { LitElement, html, nothing, render, type TemplateResult } from "lit";

import type { Language } from "../browser/frames.ts";
import { VERY_LATE, isLate } from "../browser/outbox.ts";
import { speaker, type Say, type Words } from "../browser/words.ts";
import { beforeScreen, type Choice } from "./before.ts";
import { Client } from "./client.ts";
import { conversationScreen, warning } from "./conversation.ts";
import { askToHide, tellHeight } from "./height.ts";
import { closedScreen, endedScreen, failedScreen, type Last } from "./last.ts";
import { goAway, watchShift } from "./leave.ts";
import { readPage, type Page } from "./page.ts";
import { remembered } from "./remember.ts";
import { isOver, type Screen, type Visit } from "./visit.ts";
import { placeWords, waitWords } from "./waiting.ts";

/** The height (px) that is always asked for. */
const HEIGHT = 680;
/** So long (ms) it is said that something could not be fetched. */
const TOLD = 8_000;

export class ChildChat extends LitElement {
  static override properties = { choice: { state: true }, asking: { state: true }, reading: { state: true }, calm: { state: true }, answers: { state: true } };

  choice: Choice = { about: "unsaid", danger: false };
  asking = false;
  reading = false;
  /** There is something calm to look at while one waits. */
  calm = true;
  answers: Readonly<Record<string, string>> = {};
  page: Page = readPage();
  readonly client = new Client(this.page, address(), () => this.requestUpdate());
  #language: Language = this.page.language;
  #say: Say = speaker(this.page.words);
  /** Which choice of a language is the last one. */
  #choices = 0;
  /** What could not be fetched, and is said for a moment. */
  #trouble: "" | "words" | "page" = "";
  #hushing: ReturnType<typeof setTimeout> | undefined;
  #shown: Screen | null = null;

  /** All styles come from the page's own file; what the server has put here is replaced. */
  protected override createRenderRoot(): this {
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.classList.toggle("framed", parent !== window);
    const exit = document.getElementById("exit");
    exit?.addEventListener("click", (event) => {
      event.preventDefault();
      this.leave();
    });
    watchShift(() => this.leave());
    addEventListener("keydown", (event) => event.key === "Escape" && askToHide());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.client.helpCame = (numbers) => {
      const help = numbers.map(({ number, label, tel, open = null, changes = null }) => [number, label, tel, open, changes] as const);
      this.page = { ...this.page, other_help: help };
    };
    const kept = remembered();
    const wished = this.page.languages.find(([code]) => code === (kept?.language ?? window.name))?.[0];
    if (wished !== undefined) void this.#speakIn(wished, true);
    if (kept !== null) void this.client.resume(kept);
  }

  /** Leave at once. */
  leave(): void {
    goAway(this.page.exit_url, () => this.client.leave());
  }

  protected override render(): TemplateResult {
    const { visit } = this.client;
    const late = !isOver(visit) && visit.outbox.items.some((item) => isLate(item, Date.now(), VERY_LATE));
    return html`<p class=${this.#trouble === "" ? "unseen" : "notice"} role="status">${this.#statusWords(visit)}</p>
      <p class="unseen" role="alert">${late ? this.#say("not_sent") : nothing}</p>
      ${this.#screen(visit)}`;
  }

  #screen(visit: Visit): TemplateResult {
    switch (visit.screen) {
      case "before":
        return this.page.open ? this.#before() : closedScreen(this.#last());
      case "waiting":
      case "talk":
        return this.#conversation();
      case "ended":
        return endedScreen(this.#last());
      case "closed":
        return closedScreen(this.#last());
      case "failed":
        return failedScreen(this.#last());
    }
  }

  #before(): TemplateResult {
    return beforeScreen({
      page: this.page,
      say: this.#say,
      choice: this.choice,
      choose: (choice) => (this.choice = { ...this.choice, ...choice }),
      start: () => this.#start(),
    });
  }

  #conversation(): TemplateResult {
    const { client } = this;
    return conversationScreen({
      page: this.page,
      say: this.#say,
      visit: client.visit,
      now: Date.now(),
      asking: this.asking,
      calm: this.calm,
      remembers: client.remembers,
      draft: client.draft,
      write: (text) => client.say(text),
      share: (text) => client.share(text),
      typed: (draft) => {
        client.draft = draft;
        client.typed();
      },
      rested: () => {
        client.draft = "";
        client.rest();
      },
      danger: () => client.danger(),
      tryNow: () => client.tryNow(),
      here: () => client.here(),
      answerOver: (yes) => client.answerOver(yes),
      remember: (on) => void client.remember(on),
      soothe: (calm) => (this.calm = calm),
      ask: (asking) => (this.asking = asking),
      end: () => client.end(),
    });
  }

  #last(): Last {
    return {
      page: this.page,
      say: this.#say,
      visit: this.client.visit,
      now: Date.now(),
      draft: this.client.draft,
      reading: this.reading,
      read: () => (this.reading = true),
      clear: () => this.#clear(),
      again: () => this.client.forget(),
      check: () => void this.#check(),
      reload: () => location.reload(),
      answers: this.answers,
      answered: (answers) => (this.answers = answers),
    };
  }

  #clear(): void {
    const { screen, endedBy } = this.client.visit;
    const shut = screen === "closed" || endedBy === "hours";
    if (shut) this.page = { ...this.page, open: false };
    this.client.forget(); // first: what is to go from the screen goes, whatever the network does
    if (shut) void this.#check();
  }

  /** See whether the chat is open, without loading the page anew: the language stays as it was chosen, and without a network the page stays too. */
  async #check(): Promise<void> {
    const text = await fetch("/w", { cache: "no-store", credentials: "omit" }).then((answer) => answer.text(), () => "");
    const facts = /id="page">(.*?)<\/script>/s.exec(text)?.[1];
    if (facts === undefined) return this.#tell("page");
    this.page = JSON.parse(facts) as Page;
    this.client.forget();
    this.client.visit = { ...this.client.visit, opensAt: this.page.opens_at };
    this.requestUpdate();
  }

  #start(): void {
    this.asking = this.reading = false;
    this.answers = {};
    void this.client.start({ language: this.#language, ...this.choice });
  }

  // --- language ---

  #languages(): TemplateResult | typeof nothing {
    const { languages } = this.page;
    if (languages.length < 2) return nothing;
    return html`<select aria-label=${this.#say("language")} autocomplete="off" @change=${this.#speak}>
      ${languages.map(([code, name]) => html`<option value=${code} lang=${tongueOf(code)} .selected=${code === this.#language}>${name}</option>`)}
    </select>`;
  }

  #speak = async (event: Event): Promise<void> => {
    const select = event.target as HTMLSelectElement;
    if (!(await this.#speakIn(select.value as Language))) select.value = this.#language;
  };

  /** Say everything in another language; false when its words did not come. */
  async #speakIn(language: Language, quietly = false): Promise<boolean> {
    if (language === this.#language) return true;
    const choice = ++this.#choices;
    const words = await readWords(language);
    if (choice !== this.#choices) return true; // another one was chosen meanwhile
    this.#tell(words === null && !quietly ? "words" : "");
    if (words === null) return false;
    this.#say = speaker(words);
    this.#language = language;
    document.documentElement.lang = tongueOf(language);
    const exit = document.getElementById("exit");
    if (exit !== null) exit.textContent = this.#say("exit");
    this.client.speak(language);
    return true;
  }

  /** Say for a moment what could not be fetched. */
  #tell(trouble: "" | "words" | "page"): void {
    clearTimeout(this.#hushing);
    this.#trouble = trouble;
    this.requestUpdate();
    if (trouble !== "") this.#hushing = setTimeout(() => this.#tell(""), TOLD);
  }

  // --- what is heard, and where the focus goes ---

  /** What a screen reader hears when it changes: the connection first, then where the child stands. */
  #statusWords(visit: Visit): string {
    if (this.#trouble !== "") return this.#say(this.#trouble === "words" ? "language_failed" : "failed_connect");
    if (isOver(visit)) return "";
    const words = warning(visit, this.page, Date.now(), this.#say);
    if (words !== "") return words;
    if (visit.screen === "waiting") return `${visit.wasLost ? this.#say("lost") : ""} ${placeWords(visit, this.#say)} ${waitWords(visit, this.#say)}`.trim();
    const name = visit.counsellor?.name ?? this.#say("counsellor");
    if (visit.over !== null) return this.#say("over_ask", { name, other: visit.over });
    return this.#say(visit.counsellor?.away ? "away" : "connected", { name });
  }

  /** What has the focus before a drawing, and all that it stands in. */
  #focused: HTMLElement[] = [];

  /** A question whether to leave the line is not one whether to end a talk: with the screen it goes. */
  protected override willUpdate(): void {
    this.#focused = [];
    for (let one = document.activeElement; one !== null && this.contains(one); one = one.parentElement) this.#focused.push(one as HTMLElement);
    if (this.client.visit.screen !== this.#shown && this.#shown !== null) this.asking = false;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const { screen } = this.client.visit;
    const corner = document.getElementById("language");
    if (corner !== null) render(this.#languages(), corner);
    if (this.#shown !== null && this.#shown !== screen) this.#focus(screen);
    else if (changed.get("asking") !== undefined) this.querySelector<HTMLElement>(this.asking ? ".ask button" : ".asks")?.focus();
    else if (document.activeElement === document.body) this.#keepFocus();
    this.#shown = screen;
    tellHeight(this.#wantedHeight());
  }

  /** So much that a page does not scroll, if the screen around us is high enough. */
  #wantedHeight(): number {
    const page = this.querySelector(".page");
    return page === null ? HEIGHT : Math.max(HEIGHT, innerHeight - page.clientHeight + page.scrollHeight);
  }

  /** What was pressed is gone: the focus goes to what it stood in, so that the next Tab goes on from there. */
  #keepFocus(): void {
    const left = this.#focused.find((one) => one.isConnected);
    if (left === undefined) return;
    left.tabIndex = -1;
    left.focus({ preventScroll: true });
  }

  #focus(screen: Screen): void {
    if (screen === "talk" && this.#shown === "waiting") return;
    if (screen === "waiting" && this.#shown === "talk") return;
    scrollTo(0, 0);
    const target = screen === "waiting" ? "textarea" : "h1";
    void this.updateComplete.then(() => requestAnimationFrame(() => this.querySelector<HTMLElement>(target)?.focus()));
  }
}

/** Return the language that a screen reader is told: easy words are Bokmål. */
function tongueOf(language: Language): string {
  return language.slice(0, 2);
}

/** Return the words of a language; null when they do not come. */
async function readWords(language: Language): Promise<Words | null> {
  try {
    const answer = await fetch(`/words/${language}.json`, { cache: "no-store", credentials: "omit" });
    return answer.ok ? ((await answer.json()) as Words) : null;
  } catch {
    return null;
  }
}

/** Return the address of the socket: this page's own host, and nothing else in it. */
function address(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}

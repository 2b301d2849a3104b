/**
 * Every state of the child's side, by name: what the visit, the page and the screen are then. The style page shows each in the real element.
 *
 * Rules of this file:
 * 1. A new state of a component is added here: a test looks for every word of the child's side on the style page.
 * 2. Only what differs is told; the rest is a visit that goes well.
 */

import type { Role } from "../../browser/frames.ts";
import type { Unsent } from "../../browser/outbox.ts";
import type { Kind } from "../../browser/sealing.ts";
import { newTalk, type Marks, type Shown, type Talk } from "../../browser/talk.ts";
import type { ChildChat } from "../chat.ts";
import type { Page } from "../page.ts";
import type { ShareWhere } from "../share.ts";
import type { Problem, Visit } from "../visit.ts";

export interface State {
  readonly visit?: Partial<Visit>;
  readonly page?: Partial<Page>;
  readonly chat?: Partial<Pick<ChildChat, "choice" | "asking" | "reading" | "calm" | "answers">>;
  readonly draft?: string;
  readonly remembers?: boolean;
  /** What is done once it is drawn. */
  then?(chat: ChildChat): void;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = Date.now();

type Said = readonly [role: Role, ago: number, shown: string | Shown];

/** Return a talk in which this was said, so many minutes ago. */
function talk(said: readonly Said[], marks: Marks = { delivered: 99, read: 99 }): Talk {
  const entries = said.map(([role, ago, what], index) => ({
    seq: index + 1,
    role,
    id: `${index}`,
    n: index,
    at: now - ago * MINUTE,
    box: "",
    shown: typeof what === "string" ? ({ kind: "text", text: what } as const) : what,
  }));
  return { ...newTalk("child"), entries, known: entries.length, marks };
}

function unsent(text: string, ago: number, kind: Kind = "text"): Unsent {
  return { id: text, n: 0, text, kind, at: now - ago, box: null };
}

const KARI = { name: "Kari", keyId: "", key: "", away: false };
const WROTE = talk([
  ["child", 3, "Hei"],
  ["child", 3, "Jeg vet ikke helt hvordan jeg skal si det"],
  ["child", 2, "De krangler hele natta"],
], { delivered: 0, read: 0 });
const TALKED = talk([
  ["child", 9, "Hei"],
  ["child", 9, "De krangler hele natta"],
  ["counsellor", 5, "Hei. Så bra at du skriver. Er du trygg akkurat nå?"],
  ["child", 1, "Ja. Jeg er på rommet mitt 🙂"],
]);

const waiting: Partial<Visit> = { screen: "waiting", line: "open", token: "t", conversation: "c", joined: true, place: 1, span: null };
const talking: Partial<Visit> = { ...waiting, screen: "talk", place: null, counsellor: KARI, lastName: "Kari", talk: TALKED, lastWord: now };
const over: Partial<Visit> = { ...talking, screen: "ended", line: "idle", counsellor: null, endedBy: "child", opensAt: now + 20 * HOUR };
const closed: Partial<Visit> = { screen: "closed", opensAt: now + 17 * HOUR };

const wait = (visit: Partial<Visit>, more: State = {}): State => ({ ...more, visit: { ...waiting, ...visit } });
const speak = (visit: Partial<Visit> = {}, more: State = {}): State => ({ ...more, visit: { ...talking, ...visit } });
const end = (visit: Partial<Visit> = {}, more: State = {}): State => ({ ...more, visit: { ...over, ...visit } });
const shut = (visit: Partial<Visit> = {}): State => ({ visit: { ...closed, ...visit } });
const fail = (problem: Problem, visit: Partial<Visit> = {}): State => ({ visit: { screen: "failed", problem, ...visit } });
const openFirst = (chat: ChildChat): void => chat.querySelector("summary")?.click();
const openAll = (chat: ChildChat): void => chat.querySelectorAll("details").forEach((one) => (one.open = true));
/** Somebody reads further up, while something new has come below. */
const scrolledUp = (chat: ChildChat): void => {
  const transcript = chat.querySelector("chat-transcript");
  const log = transcript?.querySelector<HTMLElement>(".log");
  if (transcript == null || log == null) return;
  log.style.maxHeight = "12rem";
  log.scrollTop = 0;
  log.dispatchEvent(new Event("scroll"));
  Object.assign(transcript, { unseen: true });
};
const place = (where: { is: "finding" | "failed" } | null) => (chat: ChildChat): void => {
  openFirst(chat);
  const share = chat.querySelector<ShareWhere>("share-where");
  if (share !== null) share.place = where ?? `59.91273, 10.74609 (${share.say("share_within", { n: 12 })})`;
};

export const STATES: Readonly<Record<string, Readonly<Record<string, State>>>> = {
  "Before": {
    "first": { page: { open: true, open_always: false, closes_at: now + 5 * HOUR } },
    "chosen": { page: { open: true, open_always: false, closes_at: now + HOUR, ends_at: now + 2 * HOUR }, chat: { choice: { about: "other", danger: true } } },
    "trial": { page: { open: true, open_always: true } },
    "closed": { page: { open: false }, ...shut() },
    "taken-down": { page: { open: false }, ...shut({ opensAt: now + 2 * HOUR, down: true }) },
    "closed-tomorrow-unknown": { page: { open: false }, ...shut({ opensAt: null }) },
    "closed-this-week": { page: { open: false }, ...shut({ opensAt: now + 70 * HOUR }) },
    "closed-for-long": { page: { open: false }, ...shut({ opensAt: now + 400 * HOUR }) },
    "closed-soon-open": { page: { open: false }, ...shut({ opensAt: now + 2 * MINUTE }) },
  },
  "Waiting": {
    "connecting": wait({ line: "connecting", token: null, joined: false, place: null }),
    "many-at-once": wait({ line: "connecting", token: null, joined: false, place: null, working: { nonce: "", salt: "", cost: 0, prefix: "", until: 0, signature: "" } }),
    "next": wait({}),
    "place-and-range": wait({ place: 3, span: [10, 25] }),
    "wait-under": wait({ place: 2, span: [0, 10] }),
    "wait-from": wait({ place: 9, span: [40, 75] }),
    "wait-long": wait({ place: 30, span: [0, 90] }),
    "may-close": wait({ place: 4, span: [10, 25], mustEnd: now + 20 * MINUTE }),
    "written": wait({ talk: WROTE, place: 2, span: [5, 15] }),
    "calm-put-away": wait({}, { chat: { calm: false } }),
    "all-open": wait({}, { remembers: true, then: openAll }),
    "danger": wait({ wish: { language: "nb", about: "me", danger: true } }),
    "danger-told": wait({ wish: { language: "nb", about: "me", danger: true }, told: { ...NOTHING(), danger: true } }),
    "asked-to-leave": wait({ talk: WROTE }, { chat: { asking: true } }),
    "counsellor-lost": wait({ talk: TALKED, wasLost: true, lastName: "Kari" }),
    "line-lost": wait({ line: "lost", since: now + HOUR, talk: WROTE }),
    "others-open-and-closed": wait({}, {
      page: {
        other_help: [
          ["116 111", "number_alarm", "116111", true, null],
          ["116 123", "number_mental_health", "116123", true, now + 3 * HOUR],
          ["22 40 00 40", "number_church_sos", "22400040", false, now + 12 * HOUR],
          ["22 40 00 40", "number_church_sos", "22400040", false, null],
        ],
      },
      then: openAll,
    }),
  },
  "The talk": {
    "begins": speak({ talk: talk([]) }),
    "talk": speak(),
    "typing": speak({ typing: now + HOUR }),
    "with-times": speak({}, { then: (chat) => chat.querySelector<HTMLElement>(".times")?.click() }),
    "sending": speak({ outbox: { items: [unsent("Kan du hjelpe meg", -HOUR)], n: 1 } }),
    "not-sent-yet": speak({ outbox: { items: [unsent("Kan du hjelpe meg", 20_000)], n: 1 } }),
    "stored": speak({ talk: talk([["child", 0, "Hei"]], { delivered: 0, read: 0 }) }),
    "delivered": speak({ talk: talk([["child", 0, "Hei"]], { delivered: 1, read: 0 }) }),
    "we-have-to-tell": speak({ talk: talk([["child", 2, "Han har kniv"], ["counsellor", 1, { kind: "must_tell", text: "Vi ringer politiet, så noen kan komme til deg nå." }]]) }),
    "who-and-where": speak({ talk: talk([["child", 1, { kind: "who_where", text: "Adresse: Storgata 77B\nHer er jeg: 59.91273, 10.74609" }]]) }),
    "opening-and-broken": speak({ talk: talk([["counsellor", 2, { kind: "sealed" }], ["counsellor", 1, { kind: "broken" }]]) }),
    "long-words-and-links": speak({ talk: talk([["counsellor", 1, `https://example.org/${"x".repeat(120)}`], ["child", 0, "👩‍👩‍👧‍👦 👍🏽 🇳🇴"]]) }),
    "new-below": speak({ talk: talk([...Array(14)].map((_, index) => ["counsellor", 14 - index, "Det høres tungt ut."] as const)) }, {
      then: scrolledUp,
    }),
    "another-may-go-on": speak({ over: "Ola" }),
    "counsellor-away": speak({ counsellor: { ...KARI, away: true } }),
    "line-lost": speak({ line: "lost", since: now + HOUR }),
    "line-lost-long": speak({ line: "lost", since: now - MINUTE }),
    "line-back": speak({ back: now + HOUR }),
    "closing-time": speak({ mustEnd: now + 10 * MINUTE }),
    "planned": speak({ planned: now + 10 * MINUTE }),
    "planned-now": speak({ planned: now - MINUTE }),
    "quiet": speak({ lastWord: now - 11.5 * MINUTE }),
    "no-room-for-more": speak({ full: true }),
    "nearly-full-message": speak({}, { draft: "x".repeat(1_850) }),
    "long-message": speak({}, { draft: "En lang setning. ".repeat(300) }),
    "far-too-long": speak({}, { draft: "x ".repeat(25_000) }),
    "asked-to-end": speak({}, { chat: { asking: true } }),
    "who-and-where-form": speak({}, { then: openFirst }),
    "what-is-written": speak({}, { then: openAll }),
    "place-is-looked-for": speak({}, { then: place({ is: "finding" }) }),
    "place-not-found": speak({}, { then: place({ is: "failed" }) }),
    "place-found": speak({}, { then: place(null) }),
  },
  "Afterwards": {
    "ended": end(),
    "ended-by-silence": end({ endedBy: "silence" }),
    "ended-by-hours": end({ endedBy: "hours" }),
    "ended-by-lead": end({ endedBy: "lead" }),
    "ended-while-away": end({ endedBy: "left" }),
    "reading-once-more": end({}, { chat: { reading: true } }),
    "questions-answered": end({}, { chat: { answers: { helped: "some", again: "yes" } }, then: openAll }),
    "left-the-line": end({ lastName: null, talk: talk([]) }),
    "left-with-words-unsent": end({ lastName: null, talk: talk([]), outbox: { items: [unsent("Kan du hjelpe meg", 0)], n: 1 } }),
    "reading-what-was-unsent": end({ lastName: null, talk: talk([]), outbox: { items: [unsent("Kan du hjelpe meg", 0)], n: 1 } }, { chat: { reading: true } }),
    "closed-before-an-answer": shut({ conversation: "c", talk: WROTE }),
  },
  "It does not work": {
    "error": fail("error"),
    "connect": fail("connect"),
    "full": fail("full"),
    "lost": fail("lost", { talk: WROTE }),
    "place": fail("place"),
    "old": fail("old"),
    "tab": fail("tab"),
    "browser": fail("browser"),
  },
};

function NOTHING(): Visit["told"] {
  return { join: true, saying: null, keyId: null, danger: false, language: null, range: null, delivered: 0, read: 0 };
}

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import type { ChildFrame, Message, ToChild } from "../../browser/frames.ts";
import * as outboxes from "../../browser/outbox.ts";
import * as talks from "../../browser/talk.ts";
import * as visits from "../../widget/visit.ts";
import { type Due, due } from "../../widget/due.ts";
import type { Visit } from "../../widget/visit.ts";

const GOLDEN = "tests/wire/golden";
const NOW = 1_000_000;
const C = "c".repeat(22);
const WISH = { language: "nb", about: "me", danger: false } as const;
const WELCOME: ToChild = { t: "welcome", conversation: C, token: "t".repeat(64), epoch: "e".repeat(22), seq: 0, state: "arrived", recovered: false, n: 0 };
const PAIRED: ToChild = { t: "paired", alias: "Mia", key_id: "k".repeat(22), key: "BA==" };

const golden = <T>(name: string): T => JSON.parse(readFileSync(`${GOLDEN}/${name}.json`, "utf8")) as T;
const goldens = (side: string): string[] => readdirSync(GOLDEN).filter((name) => name.startsWith(`${side}-`)).map((name) => name.slice(side.length + 1, -5));
const WORK = golden<Extract<ToChild, { t: "work" }>>("to_child-work");
const begun = (): Visit => visits.begin(visits.nobody("nb"), WISH, NOW);
const hears = (visit: Visit, ...frames: ToChild[]): Visit => frames.reduce((state, frame) => visits.receive(state, frame, NOW), visit);
const told = (visit: Visit): Visit => visits.didTell(visit, { join: true, language: "nb", danger: true, keyId: visit.counsellor?.keyId ?? null });
const waiting = (): Visit => told(hears(begun(), WELCOME, { t: "position", place: 3 }));
const talking = (): Visit => told(hears(waiting(), PAIRED));
const message = (seq: number, n: number): Message => ({ t: "message", seq, role: "counsellor", id: `s${seq}`.padEnd(22, "s"), n, at: NOW, box: "QUJD" });
const next = (visit: Visit, now = NOW): Due | null => due(visit, now, talks.have(visit.talk));

// --- while very many come ---

test("a browser that works for a moment says so, and no more once it is let in", () => {
  const working = hears(begun(), WORK);

  assert.deepEqual([working.working, working.screen, working.line], [WORK.puzzle, "waiting", "connecting"]);
  assert.deepEqual([hears(working, WELCOME).working, hears(working, WELCOME).line], [null, "open"]);
});

test("what is found for a connection that is lost meanwhile is not said on the next one, whether that one gives work too or lets us in", () => {
  const lost = visits.disconnected(hears(begun(), WORK), 1006, NOW);
  const other = { ...WORK.puzzle };

  assert.deepEqual([lost.working, lost.screen], [null, "waiting"]);
  assert.equal(hears(lost, { ...WORK, puzzle: other }).working, other);
  assert.equal(hears(lost, WELCOME).working, null);
});

// --- the wire ---

test("every frame that the server may send to a child is understood and leaves a screen with words", () => {
  const screens = new Set(["waiting", "talk", "ended", "closed", "failed"]);
  for (const name of goldens("to_child")) {
    const visit = hears(talking(), golden<ToChild>(`to_child-${name}`));
    assert.ok(screens.has(visit.screen), name);
  }
});

test("a frame of a newer server changes nothing", () => {
  const visit = talking();

  assert.equal(visits.receive(visit, { t: "weather" } as unknown as ToChild, NOW), visit);
});

test("what this browser says first is what the server's golden hello is", () => {
  const frame = golden<ChildFrame & { t: "hello" }>("child-hello");
  const visit = { ...talking(), token: frame.token ?? null, epoch: frame.epoch ?? null };
  const entries = Array.from({ length: 7 }, (_, index) => message(index + 1, index));

  assert.deepEqual(visits.hello({ ...visit, talk: talks.receive(visit.talk, entries) }), frame);
  assert.deepEqual(visits.hello(begun()), { t: "hello" });
});

// --- the path ---

test("the child's path: connecting, waiting, a place, a talk, the end", () => {
  const place = hears(begun(), WELCOME, { t: "position", place: 3 });
  const talk = hears(place, PAIRED);

  assert.deepEqual([begun().screen, begun().line], ["waiting", "connecting"]);
  assert.deepEqual([place.screen, place.place, place.line], ["waiting", 3, "open"]);
  assert.deepEqual([talk.screen, talk.counsellor?.name], ["talk", "Mia"]);
  assert.deepEqual([hears(talk, { t: "ended", by: "counsellor" }).screen], ["ended"]);
});

test("in order: join, then what was written, and the key as soon as someone is there", () => {
  let visit = visits.write(hears(begun(), WELCOME), "a".repeat(22), "hei", NOW);
  assert.deepEqual(next(visit), { do: "join" });

  visit = hears(visits.didTell(visit, { join: true, ...WISH }), { t: "position", place: 1 });
  assert.equal(next(visit)?.do, "say");

  assert.equal(next(hears(visit, PAIRED))?.do, "wrap");
});

test("what is written before the socket is there waits and is said in order", () => {
  let visit = ["a", "b"].reduce((state, id) => visits.write(state, id, id, NOW), begun());
  assert.equal(next(visit), null);

  visit = told(hears(visit, WELCOME, { t: "position", place: 1 }));
  const said: string[] = [];
  for (let due = next(visit); due?.do === "say"; due = next(visit)) {
    const { id, n } = due.item;
    said.push(`${id}${n}`);
    visit = visits.didTell(visits.didSeal(visit, id, n, "QUJD"), { saying: id });
    assert.equal(next(visit)?.do, undefined, "one at a time");
    visit = hears(visit, { t: "said", id, seq: said.length, at: NOW });
    assert.equal(next(visit)?.do, said.length === 1 ? "wait" : undefined, "slowly, and nobody is told that one has one's own words");
    visit = { ...visit, paced: 0 };
  }

  assert.deepEqual(said, ["a0", "b1"]);
  assert.deepEqual(visit.talk.entries.map(({ shown }) => shown), [{ kind: "text", text: "a" }, { kind: "text", text: "b" }]);
});

test("a message whose acknowledgement was lost is not said twice when the history holds it", () => {
  let visit = visits.write(talking(), "a".repeat(22), "hei", NOW);
  visit = visits.didTell(visits.didSeal(visit, "a".repeat(22), 0, "QUJD"), { saying: "a".repeat(22) });
  visit = visits.disconnected(visit, 1006, NOW);
  visit = hears(visit, { ...WELCOME, state: "talking", recovered: true, seq: 1, n: 1 });
  assert.equal(next(visit, NOW)?.do === "say", false, "not before the history is there");

  visit = hears(visit, { t: "history", after: 0, messages: [{ ...message(1, 0), role: "child", id: "a".repeat(22) }] });
  assert.deepEqual(visit.outbox.items, []);
  assert.equal(visits.write(visit, "b", "x", NOW).outbox.items.length, 1);
  const due = next(visits.didOpen(told(visits.write(visit, "b", "x", NOW)), 1, { kind: "text", text: "hei" }));
  assert.deepEqual(due?.do === "say" && due.item.n, 1);
});

test("after a break everything that the new connection must know is told again, with the same box", () => {
  let visit = visits.didTell(visits.didSeal(visits.write(talking(), "a", "hei", NOW), "a", 0, "QUJD"), { saying: "a" });
  visit = hears(visits.disconnected(visit, 1012, NOW), { ...WELCOME, state: "talking", recovered: true }, PAIRED);

  assert.equal(next(visit)?.do, "wrap");
  visit = told(visit);
  const due = next(visit);
  assert.deepEqual(due?.do === "say" && [due.item.id, due.item.n, due.item.box], ["a", 0, "QUJD"]);
});

test("recovered false forgets what is shown, but not what is still to be said", () => {
  const visit = visits.write(hears(talking(), message(1, 0)), "a", "hei", NOW);
  const again = hears(visits.disconnected(visit, 1006, NOW), { ...WELCOME, epoch: "f".repeat(22), state: "talking", recovered: false });

  assert.equal(talks.have(again.talk), 0);
  assert.equal(outboxes.head(again.outbox)?.text, "hei");
});

test("a counsellor with another key is wrapped for anew", () => {
  const visit = hears(talking(), { ...PAIRED, key_id: "l".repeat(22) } as ToChild);

  assert.deepEqual(next(visit)?.do, "wrap");
});

test("an entry that was spoken of and is not there when it is asked for keeps nobody from writing", () => {
  let visit = told(visits.write(hears(talking(), { t: "pong", seq: 1 }), "a", "hei", NOW));
  assert.notEqual(next(visit)?.do, "say");

  assert.notEqual(next(hears(visit, { t: "history", after: 0, messages: [], more: true }))?.do, "say", "more of it is to come");
  assert.notEqual(next(hears(visit, { t: "history", after: 1, messages: [] }))?.do, "say", "it begins further on");
  visit = hears(visit, { t: "history", after: 0, messages: [] });
  assert.equal(next(visit)?.do, "say");
});

test("a hole in the talk is asked for once, and again after the next heartbeat", () => {
  let visit = hears(talking(), message(2, 1));
  assert.deepEqual(next(visit), { do: "range", after: 0 });

  visit = visits.didTell(visit, { range: 0 });
  assert.notEqual(next(visit)?.do, "range");
  assert.deepEqual(next(hears(visit, { t: "pong", seq: 2 })), { do: "range", after: 0 });
});

test("nothing is read that was not painted: the page is out of sight", () => {
  const visit = visits.didOpen(hears(talking(), message(1, 0)), 1, { kind: "text", text: "hei" });

  assert.deepEqual(due(visit, NOW, 0), { do: "seen", delivered: 1, read: 0 });
  assert.deepEqual(due(visit, NOW, 1), { do: "seen", delivered: 1, read: 1 });
});

test("danger pressed while waiting is told, and told again on the next connection", () => {
  const visit = visits.didTell(visits.inDanger(waiting()), { danger: false });
  assert.deepEqual(next(visit), { do: "danger" });

  const back = hears(visits.disconnected(told(visit), 1006, NOW), { ...WELCOME, state: "waiting", recovered: true });
  assert.deepEqual(next(back), { do: "danger" });
});

test("another language is told to the server", () => {
  assert.deepEqual(next(visits.speaks(talking(), "en")), { do: "language" });
});

// --- what goes wrong ---

test("the store does not answer: the message is kept and said again a little later", () => {
  const visit = visits.didTell(visits.didSeal(visits.write(talking(), "a", "hei", NOW), "a", 0, "QUJD"), { saying: "a" });
  const refused = hears(visit, { t: "refused", what: "say", why: "not_now", id: "a" });

  assert.equal(next(refused), null);
  assert.equal(next(refused, NOW + 2_000)?.do, "say");
});

test("out of order: the counter of what is stored wins, and the message is sealed for it anew", () => {
  let visit = visits.didTell(visits.didSeal(visits.write(talking(), "a", "hei", NOW), "a", 0, "QUJD"), { saying: "a" });
  visit = hears(visit, { t: "refused", what: "say", why: "out_of_order", id: "a" });
  visit = hears(visit, { t: "history", after: 0, messages: [{ ...message(1, 0), role: "child" }] });
  visit = visits.didOpen(visit, 1, { kind: "broken" });
  const due = next(visit, NOW + 2_000);

  assert.deepEqual(due?.do === "say" && [due.item.n, due.item.box], [1, null]);
});

test("a full line is said as it is, not tried again", () => {
  const visit = hears(begun(), WELCOME, { t: "refused", what: "join", why: "line_full" });

  assert.deepEqual([visit.screen, visit.problem], ["failed", "full"]);
});

test("the counsellor's connection is gone: told, and back when she is; or to the front of the line", () => {
  const away = hears(talking(), { t: "counsellor_lost", waiting: false });
  assert.deepEqual([away.screen, away.counsellor?.away], ["talk", true]);
  assert.equal(hears(away, PAIRED).counsellor?.away, false);

  const line = hears(away, { t: "counsellor_lost", waiting: true }, { t: "position", place: 1 });
  assert.deepEqual([line.screen, line.counsellor, line.wasLost, line.place], ["waiting", null, true, 1]);
});

test("a counsellor who was lost while the child had no line: the child comes back to the line, not to her talk", () => {
  const back = hears(talking(), { ...WELCOME, state: "waiting", recovered: true }, { t: "position", place: 1 });
  assert.deepEqual([back.screen, back.counsellor, back.wasLost, back.place], ["waiting", null, true, 1]);

  const still = hears(talking(), { ...WELCOME, state: "talking", recovered: true });
  assert.deepEqual([still.screen, still.counsellor !== null], ["talk", true]);
});

test("every final close code leads to a screen that says something", () => {
  const expected: Record<number, string> = {
    1003: "failed error",
    1009: "failed error",
    4500: "failed error",
    4501: "failed lost",
    4503: "failed lost",
    4504: "ended",
    4509: "failed tab",
    4510: "closed",
    4526: "failed old",
  };
  for (const [code, screen] of Object.entries(expected)) {
    const visit = visits.finished(talking(), Number(code));
    assert.equal([visit.screen, visit.problem].filter(Boolean).join(" "), screen, code);
    assert.equal(visit.line, "idle");
  }
  assert.equal(visits.finished(begun(), 4503).problem, "place");
});

test("a visit that the server does not know any more says so and does not knock for ever", () => {
  assert.equal(visits.disconnected(talking(), 4010, NOW).problem, "lost");
  assert.equal(hears(visits.disconnected(talking(), 1006, NOW), { ...WELCOME, conversation: "d".repeat(22) }).problem, "lost");
});

test("a start that reaches nobody gives up with words; a talk that has begun does not", () => {
  const start = visits.disconnected(begun(), 1006, NOW + 5_000);
  assert.equal(visits.ticked(start, NOW + visits.GIVE_UP - 1).screen, "waiting");
  assert.equal(visits.ticked(start, NOW + visits.GIVE_UP).problem, "connect");

  const talk = visits.disconnected(talking(), 1006, NOW);
  assert.equal(visits.ticked(talk, NOW + 10 * visits.GIVE_UP).screen, "talk");
});

test("a start that reaches nobody is not given up while the child has written something, if only a draft", () => {
  const start = visits.disconnected(begun(), 1006, NOW + 5_000);
  const late = NOW + 10 * visits.GIVE_UP;

  assert.equal(visits.ticked(visits.write(start, "a", "hei", NOW), late).screen, "waiting");
  assert.equal(visits.ticked(start, late, "he").screen, "waiting");
  assert.equal(visits.ticked(start, late).screen, "failed");
});

test("what was written is still there on every last screen", () => {
  const wrote = visits.write(talking(), "a", "hei", NOW);
  const lasts = [visits.disconnected(wrote, 4010, NOW), visits.finished(wrote, 4510), visits.finished(wrote, 4500), hears(wrote, { t: "ended", by: "hours" })];

  for (const visit of lasts) assert.equal(outboxes.head(visit.outbox)?.text, "hei", visit.screen);
});

test("after too much at once the visit goes on: its token and what is unsent are kept", () => {
  const visit = visits.disconnected(visits.write(talking(), "a", "hei", NOW), 4529, NOW);

  assert.deepEqual([visit.screen, visit.line, visit.token !== null, visit.outbox.items.length], ["talk", "lost", true, 1]);
});

test("a long outbox is sent at most ten times a second", () => {
  let visit = ["a", "b"].reduce((state, id) => visits.write(state, id, id, NOW), talking());
  visit = visits.didTell(visits.didSeal(visit, "a", 0, "QUJD"), { saying: "a" });
  visit = hears(visit, { t: "said", id: "a", seq: 1, at: NOW });

  assert.deepEqual(next(visit), { do: "wait", until: NOW + visits.PACE });
  assert.equal(next(visit, NOW + visits.PACE)?.do, "say");
});

test("an acknowledgement that names the place of another message takes nothing from the outbox", () => {
  let visit = visits.write(hears(talking(), message(1, 0)), "a", "hei", NOW);
  visit = visits.didTell(visits.didSeal(visit, "a", 0, "QUJD"), { saying: "a" });
  visit = hears(visit, { t: "said", id: "a", seq: 1, at: NOW });

  assert.deepEqual(visit.outbox.items.map(({ text }) => text), ["hei"]);
  assert.deepEqual(visit.talk.entries.map(({ shown }) => shown.kind), ["sealed"]);
});

test("closing time in the line is the closed page; after a talk it is the last page", () => {
  assert.equal(hears(waiting(), { t: "ended", by: "hours" }).screen, "closed");
  assert.equal(hears(talking(), { t: "ended", by: "hours" }).screen, "ended");
  assert.deepEqual(hears(begun(), { t: "closed", opens_at: 5 }).opensAt, 5);
  assert.deepEqual([hears(begun(), { t: "closed", opens_at: 5 }).down, hears(begun(), { t: "closed", opens_at: 5, down: true }).down], [false, true]);
});

test("after the end nothing that the server says changes the screen", () => {
  const over = hears(talking(), { t: "ended", by: "counsellor" });
  for (const name of goldens("to_child")) assert.equal(hears(over, golden<ToChild>(`to_child-${name}`)), over, name);
  assert.equal(visits.finished(over, 4504), over);
  assert.equal(visits.disconnected(over, 1006, NOW), over);
});

test("what was received before the end is still opened after it", () => {
  const over = hears(talking(), message(1, 0), { t: "ended", by: "counsellor" });

  assert.equal(next(over)?.do, "open");
  assert.equal(next(visits.didOpen(over, 1, { kind: "text", text: "ha det" })), null);
});

test("a quiet talk warns in good time, with the minutes that are left", () => {
  const visit = talking();
  const minute = 60_000;

  assert.equal(visits.minutesLeft(visit, NOW + 9 * minute, 15), null);
  assert.equal(visits.minutesLeft(visit, NOW + 10 * minute, 15), 5);
  assert.equal(visits.minutesLeft(visit, NOW + 14.5 * minute, 15), 1);
  assert.equal(visits.minutesLeft(visits.write(visit, "a", "hei", NOW + 14 * minute), NOW + 15 * minute, 15), null);
  assert.equal(visits.minutesLeft(waiting(), NOW + 20 * minute, 15), null);
});

test("nobody is asked whether it is there while one of the two is typing", () => {
  const minute = 60_000;
  const late = NOW + 14 * minute;

  assert.equal(visits.minutesLeft(visits.receive(talking(), { t: "typing", on: true }, late), late + minute, 15), null);
  assert.equal(visits.minutesLeft(visits.receive(talking(), { t: "typing", on: false }, late), late, 15), 1);
  assert.equal(visits.minutesLeft(visits.isHere(talking(), late), late + minute, 15), null);
});

test("typing is believed only for a while", () => {
  const visit = hears(talking(), { t: "typing", on: true });

  assert.ok(visit.typing > NOW);
  assert.equal(hears(visit, message(1, 0)).typing, 0);
  assert.equal(hears(visit, { t: "typing", on: false }).typing, 0);
});

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { toBase64 } from "../../browser/bytes.ts";
import type { Desk, StaffFrame, ToStaff } from "../../browser/frames.ts";
import { newStaffKeyPair, type StaffKey } from "../../browser/sealing.ts";
import { HeldTalk } from "../../counsellor_ui/held_talk.ts";
import { inMemory } from "../../counsellor_ui/training/keeping.ts";
import { PracticeServer } from "../../counsellor_ui/training/practice_server.ts";
import { TRAINING } from "./stories.ts";

const servers: PracticeServer[] = [];
const talks: HeldTalk[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
  for (const talk of talks.splice(0)) talk.forget();
});

/** A dashboard without a screen: what it is told, and the one talk that it holds. */
class Screen {
  told: ToStaff[] = [];
  registered = 0;
  readonly server: PracticeServer;
  readonly talk: HeldTalk;
  readonly #send: (frame: StaffFrame) => boolean;

  constructor(private readonly mine: StaffKey) {
    const story = TRAINING.stories.find(({ id }) => id === "quarrel") ?? assert.fail("no story");
    this.server = new PracticeServer({ story, tongue: "nb", intents: TRAINING.intents, pace: 0.02 }, { name: "Kari", ring: 45_000 }, () => void this.registered++);
    servers.push(this.server);
    const carrier = this.server.carry({ opened: () => undefined, heard: (text) => this.#heard(JSON.parse(text) as ToStaff), closed: () => undefined });
    this.#send = (frame) => carrier.send(JSON.stringify(frame));
    this.talk = new HeldTalk(this.server.conversation, { colour: "blue", animal: "fox" }, { send: this.#send, changed: () => undefined, keep: () => undefined });
    talks.push(this.talk);
  }

  does(frame: StaffFrame): void {
    this.#send(frame);
  }

  get desk(): Desk | undefined {
    return this.told.filter((frame): frame is Desk => frame.t === "desk").at(-1);
  }

  get shown(): string[] {
    return this.talk.talk.entries.map(({ shown }) => (shown.kind === "text" ? shown.text : shown.kind));
  }

  async until(what: () => boolean): Promise<void> {
    for (let turns = 0; !what(); turns++) {
      assert.ok(turns < 1_500, "it did not come");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #heard(frame: ToStaff): void {
    this.told.push(frame);
    if (frame.t === "key") void this.talk.keyCame(this.mine, frame.key_id, frame.key);
    if (frame.t === "history") void this.talk.historyCame(frame.epoch, frame.n, frame.messages, false);
    if (frame.t === "message") void this.talk.messageCame({ ...frame, t: "message" });
    if (frame.t === "said") void this.talk.saidCame(frame.id, frame.seq, frame.at);
  }
}

async function taken(): Promise<Screen> {
  const mine = await newStaffKeyPair();
  const screen = new Screen(mine);
  screen.does({ t: "hello", ticket: "practice", key: toBase64(mine.publicKey) });
  screen.does({ t: "free", room: 1 });
  await screen.until(() => screen.desk?.offer != null);
  screen.does({ t: "take", conversation: screen.server.conversation });
  await screen.until(() => screen.desk?.talks.length === 1);
  screen.talk.reopen();
  return screen;
}

test("G16: a practice child rings, is taken, and its words come sealed and open in the very code of a real talk", async () => {
  const screen = await taken();
  await screen.until(() => screen.shown.includes("hei"));
  const entry = screen.talk.talk.entries[0];
  assert.ok(!atob(entry?.box ?? "").includes("hei"));
  await screen.talk.say("Så fint at du skrev.");
  await screen.until(() => screen.server.child.record.hers.length === 1);
  assert.equal(screen.server.child.record.hers[0]?.text, "Så fint at du skrev.");
  await screen.until(() => screen.shown.includes("det er kanskje litt dumt"));
  assert.deepEqual(screen.talk.outbox.items, []);
});

test("G16: it spares nothing: a counter that is not the next is refused, and the same id is stored once", async () => {
  const screen = await taken();
  const { conversation } = screen.server;
  screen.does({ t: "say", conversation, id: "A".repeat(22), n: 7, box: "AAAA" });
  await screen.until(() => screen.told.some((frame) => frame.t === "refused" && frame.why === "out_of_order"));
  await screen.talk.say("Hei");
  await screen.until(() => screen.talk.outbox.items.length === 0);
  const said = screen.talk.talk.entries.find(({ role }) => role === "counsellor") ?? assert.fail("not there");
  screen.does({ t: "say", conversation, id: said.id, n: said.n, box: said.box });
  await screen.until(() => screen.told.filter((frame) => frame.t === "said" && frame.seq === said.seq).length === 2);
  assert.equal(screen.server.child.record.hers.length, 1);
});

test("G16: while it is paused neither its clock nor the child moves, and then it goes on", async () => {
  const screen = await taken();
  await screen.until(() => screen.shown.includes("hei"));
  screen.server.pause();
  const [before, count] = [screen.server.now(), screen.shown.length];
  await screen.talk.say("Er du der?");
  await new Promise((resolve) => setTimeout(resolve, 900));
  assert.deepEqual([screen.server.now(), screen.shown.filter((text) => text !== "Er du der?").length], [before, count]);
  screen.server.resume();
  await screen.until(() => screen.shown.length > count + 1);
});

test("G16: handed in, it is gone: the form was sealed for a key that nobody has, and the desk is empty", async () => {
  const screen = await taken();
  const welcome = screen.told.find((frame) => frame.t === "welcome") ?? assert.fail("no welcome");
  screen.does({ t: "end", conversation: screen.server.conversation });
  await screen.until(() => screen.desk?.talks[0]?.state === "wrapping_up");
  assert.equal(screen.server.child.over, true);
  await screen.talk.register(welcome.registrar_key, "Kari", "test");
  await screen.until(() => screen.registered === 1);
  assert.deepEqual(screen.desk?.talks, []);
});

test("G16: what she keeps while she practises is kept in memory alone", async () => {
  const keeping = await inMemory();
  const kept = { ...{ composer: "x", formOpen: false }, form: {} as never, outbox: {} as never, identity: { colour: "blue", animal: "fox" } } as const;
  await keeping.save("a", kept);
  assert.equal((await keeping.load("a"))?.composer, "x");
  await keeping.dropExcept(["b"]);
  assert.equal(await keeping.load("a"), null);
});

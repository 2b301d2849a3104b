import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { fromBase64, newId, toBase64, toHex } from "../../browser/bytes.ts";
import type { Message, Role, StaffFrame } from "../../browser/frames.ts";
import { newConversationKey, newStaffKeyPair, openMessage, sealMessage, type StaffKey, talkDigest, wrapKey } from "../../browser/sealing.ts";
import { emptyDraft } from "../../counsellor_ui/form.ts";
import { HeldTalk } from "../../counsellor_ui/held_talk.ts";

const AT = 1_790_000_000_000;
const open: HeldTalk[] = [];
afterEach(() => {
  for (const talk of open.splice(0)) talk.forget();
});

/** A talk on a screen, with the child's key and all that the screen sent. */
interface Scene {
  talk: HeldTalk;
  key: CryptoKey;
  mine: StaffKey;
  sent: StaffFrame[];
  kept: number;
  connected: boolean;
  /** Called whenever the screen would be drawn. */
  drawn(): void;
}

async function scene(): Promise<Scene> {
  const conversation = newId();
  const sent: StaffFrame[] = [];
  const made = { sent, kept: 0, connected: true, drawn: (): void => undefined, key: await newConversationKey(), mine: await newStaffKeyPair() };
  const around = {
    send: (frame: StaffFrame) => made.connected && sent.push(frame) > 0,
    changed: () => made.drawn(),
    keep: () => void made.kept++,
  };
  const talk = new HeldTalk(conversation, { colour: "blue", animal: "fox" }, around);
  open.push(talk);
  return Object.assign(made, { talk }); // the same object: `around` sees `connected` change
}

async function opened(): Promise<Scene> {
  const one = await scene();
  await one.talk.keyCame(one.mine, one.mine.id, await wrapped(one));
  await one.talk.historyCame("E".repeat(22), 0, [], false);
  return one;
}

async function wrapped({ key, mine, talk }: Scene): Promise<string> {
  return toBase64(await wrapKey(key, mine.publicKey, mine.id, talk.conversation));
}

async function message({ key, talk }: Scene, seq: number, text: string, role: Role = "child", n = seq - 1): Promise<Message> {
  const id = newId();
  const box = toBase64(await sealMessage(key, { conversation: talk.conversation, role, id, n }, text));
  return { t: "message", seq, role, id, n, at: AT + seq, box };
}

const shown = ({ talk }: Scene) => talk.talk.entries.map(({ shown }) => (shown.kind === "text" ? shown.text : shown.kind));
const said = ({ sent }: Scene) => sent.filter((frame) => frame.t === "say");

test("what came before the key is not shown as text until the key has opened it", async () => {
  const one = await scene();
  await one.talk.historyCame("E".repeat(22), 0, [await message(one, 1, "Hei")], false);
  assert.deepEqual(shown(one), ["sealed"]);
  assert.equal(one.talk.known.readable, false);
  await one.talk.keyCame(one.mine, one.mine.id, null);
  assert.deepEqual(shown(one), ["sealed"]);
  await one.talk.keyCame(one.mine, one.mine.id, await wrapped(one));
  assert.deepEqual(shown(one), ["Hei"]);
});

test("a key that was wrapped for another browser, or changed, is told and opens nothing", async () => {
  const one = await scene();
  const box = fromBase64(await wrapped(one));
  box[100] = (box[100] ?? 0) ^ 1;
  await one.talk.keyCame(one.mine, one.mine.id, toBase64(box));
  assert.equal(one.talk.keyFault, true);
  await one.talk.keyCame(one.mine, newId(), await wrapped(one));
  assert.equal(one.talk.known.readable, false);
});

test("a message that was changed, moved or counted wrong is shown as broken, and the next one still opens", async () => {
  const one = await opened();
  const [first, second, third, fourth] = [
    await message(one, 1, "en"),
    await message(one, 2, "to"),
    await message(one, 3, "tre", "child", 1),
    await message(one, 4, "fire", "child", 2),
  ];
  await one.talk.messageCame(first);
  await one.talk.messageCame({ ...second, id: newId() });
  await one.talk.messageCame(third);
  await one.talk.messageCame(fourth);
  assert.deepEqual(shown(one), ["en", "broken", "broken", "fire"]);
});

test("a gap is asked for once, and nothing is shown out of order", async () => {
  const one = await opened();
  const [first, second, third] = [await message(one, 1, "en"), await message(one, 2, "to"), await message(one, 3, "tre")];
  await one.talk.messageCame(third);
  await one.talk.messageCame(second);
  assert.deepEqual(shown(one), []);
  assert.deepEqual(one.sent.filter(({ t }) => t === "range"), [{ t: "range", conversation: one.talk.conversation, after: 0 }]);
  await one.talk.historyCame("E".repeat(22), 0, [first, second, third], false);
  assert.deepEqual(shown(one), ["en", "to", "tre"]);
});

test("the desk's own count of a talk finds what every hint has lost", async () => {
  const one = await opened();
  one.talk.heardOf(2);
  assert.deepEqual(one.sent.at(-1), { t: "range", conversation: one.talk.conversation, after: 0 });
});

test("what the desk has counted and is not there when it is asked for is asked for once, and keeps her from nothing", async () => {
  const one = await opened();
  one.talk.heardOf(1);
  one.sent.length = 0;
  await one.talk.say("hei");
  assert.deepEqual([one.talk.whole, said(one).length], [false, 1]);
  await one.talk.historyCame("E".repeat(22), 0, [], false);
  assert.deepEqual([one.talk.whole, one.sent.filter(({ t }) => t === "range")], [true, []]);
});

test("what she has said is never shown as closed: its words are known here, once it is stored as before", async () => {
  const one = await opened();
  const seen = new Set<string>();
  one.drawn = () => shown(one).forEach((text) => seen.add(text));
  await one.talk.say("en");
  const [first] = said(one);
  assert.ok(first?.t === "say");
  await one.talk.saidCame(first.id, 1, AT);
  assert.deepEqual([...seen], ["en"]);
});

test("a message is said once at a time, with one box, until it is stored", async () => {
  const one = await opened();
  await one.talk.say("en");
  await one.talk.say("to");
  assert.equal(said(one).length, 1);
  const first = said(one)[0];
  assert.ok(first?.t === "say");
  await one.talk.historyCame("E".repeat(22), 0, [], false);
  assert.deepEqual(said(one)[1], first);
  await one.talk.saidCame(first.id, 1, AT);
  assert.deepEqual(shown(one), ["en"]);
  assert.deepEqual(one.talk.outbox.items.map(({ text }) => text), ["to"]);
  const second = said(one).at(-1);
  assert.ok(second?.t === "say" && second.n === 1);
});

test("what was stored while the answer was lost is found in the history and not said again", async () => {
  const one = await opened();
  await one.talk.say("en");
  const first = said(one)[0];
  assert.ok(first?.t === "say");
  one.talk.reopen();
  const stored: Message = { t: "message", seq: 1, role: "counsellor", id: first.id, n: first.n, at: AT, box: first.box };
  await one.talk.historyCame("E".repeat(22), 1, [stored], false);
  assert.deepEqual([shown(one), one.talk.outbox.items.length, said(one).length], [["en"], 0, 1]);
});

test("a refused counter is sealed anew for its new place", async () => {
  const one = await opened();
  await one.talk.say("en");
  one.talk.sayRefused("out_of_order");
  assert.equal(one.sent.at(-1)?.t, "open");
  const other = await message(one, 1, "fra før", "counsellor", 0);
  await one.talk.historyCame("E".repeat(22), 1, [other], false);
  const again = said(one).at(-1);
  assert.ok(again?.t === "say" && again.n === 1);
  await one.talk.saidCame(again.id, 2, AT);
  assert.deepEqual(shown(one), ["fra før", "en"]);
});

test("what she writes without a connection waits, and is said after the history of the next one", async () => {
  const one = await opened();
  one.connected = false;
  await one.talk.say("en");
  assert.deepEqual(one.talk.outbox.items.map(({ text }) => text), ["en"]);
  assert.equal(said(one).length, 0);
  one.connected = true;
  one.talk.reopen();
  await one.talk.historyCame("E".repeat(22), 0, [], false);
  assert.equal(said(one).length, 1);
});

test("a store that lost the talk and began another is not mixed with what was shown", async () => {
  const one = await opened();
  await one.talk.messageCame(await message(one, 1, "gammel"));
  await one.talk.historyCame("F".repeat(22), 0, [await message(one, 1, "ny")], false);
  assert.deepEqual(shown(one), ["ny"]);
});

test("the clock of the child runs from its first unanswered message", async () => {
  const one = await opened();
  assert.equal(one.talk.known.unanswered, null);
  await one.talk.messageCame(await message(one, 1, "en"));
  await one.talk.messageCame(await message(one, 2, "to"));
  assert.equal(one.talk.known.unanswered, AT + 1);
  await one.talk.say("svar");
  assert.equal(one.talk.known.unanswered, null);
});

test("typing says on and off, and never a letter", async () => {
  const one = await opened();
  one.talk.write("h");
  one.talk.write("he");
  one.talk.write("");
  const typing = one.sent.filter(({ t }) => t === "typing");
  assert.deepEqual(
    typing.map((frame) => (frame.t === "typing" ? frame.on : null)),
    [true, false],
  );
  assert.ok(!JSON.stringify(one.sent).includes('"he"'));
  assert.ok(one.kept >= 3);
});

test("seen is told when it changed, and read only when it could be seen", async () => {
  const one = await opened();
  await one.talk.messageCame(await message(one, 1, "en"));
  for (const visible of [false, false, true, true]) one.talk.shown(visible);
  const seen = one.sent.filter(({ t }) => t === "seen").map((frame) => (frame.t === "seen" ? [frame.delivered, frame.read] : null));
  assert.deepEqual(seen, [
    [1, 0],
    [1, 1],
  ]);
});

test("a registered form names the talk that was seen, and is sealed", async () => {
  const one = await opened();
  const registrar = await newStaffKeyPair();
  await one.talk.messageCame(await message(one, 1, "HEMMELIG"));
  one.talk.answer({ ...emptyDraft(), who: "other", summary: "HEMMELIG" });
  await one.talk.register(toBase64(registrar.publicKey), "Kari");
  const frame = one.sent.at(-1);
  assert.ok(frame?.t === "register");
  assert.ok(!JSON.stringify(frame).includes("HEMMELIG"));
  assert.equal(one.talk.registering, "sending");
  const boxes = one.talk.talk.entries.map(({ box }) => fromBase64(box));
  assert.match(toHex(await talkDigest(one.talk.conversation, boxes)), /^[0-9a-f]{64}$/);
});

test("a form that was refused is still there, with the reason", async () => {
  const one = await opened();
  one.talk.answer({ who: "other", summary: "utkast" });
  one.talk.registerRefused("not_now");
  assert.deepEqual([one.talk.registering, one.talk.form.summary], ["not_now", "utkast"]);
  one.talk.answer({ age: "unknown" });
  assert.equal(one.talk.registering, "writing");
});

test("a contact that is none is handed in without a mark in the draft, and a failed one leaves the form as it was", async () => {
  const one = await opened();
  const registrar = toBase64((await newStaffKeyPair()).publicKey);
  one.connected = false;
  await one.talk.register(registrar, "Kari", "abusive");
  assert.deepEqual([one.talk.registering, one.talk.tapped, one.talk.form], ["not_now", true, emptyDraft()]);
  assert.equal(JSON.stringify(one.talk.kept).includes("abusive"), false);
  one.connected = true;
  await one.talk.register(registrar, "Kari", "abusive");
  assert.deepEqual([one.sent.at(-1)?.t, one.talk.registering, one.talk.form.who], ["register", "sending", null]);
  one.talk.registerRefused("not_now");
  assert.deepEqual([one.talk.tapped, one.talk.form.who], [true, null]);
  await one.talk.register(registrar, "Kari");
  assert.equal(one.talk.tapped, false);
});

test("that the child has written is known before it can be read, and her own words do not count", async () => {
  const one = await scene();
  await one.talk.historyCame("E".repeat(22), 0, [await message(one, 1, "hei", "counsellor", 0)], false);
  assert.equal(one.talk.childWrote, false);
  await one.talk.messageCame(await message(one, 2, "hei", "child", 0));
  assert.deepEqual([one.talk.known.readable, one.talk.childWrote], [false, true]);
});

test("a talk that is forgotten holds nothing, also when something was under way", async () => {
  const one = await opened();
  one.talk.answer({ summary: "HEMMELIG" });
  one.talk.write("HEMMELIG");
  const late = one.talk.messageCame(await message(one, 1, "HEMMELIG"));
  one.talk.forget();
  await late;
  assert.ok(!JSON.stringify([one.talk.talk, one.talk.outbox, one.talk.form, one.talk.composer]).includes("HEMMELIG"));
  assert.equal(one.talk.talk.entries.length, 0);
  await one.talk.messageCame(await message(one, 1, "HEMMELIG"));
  assert.equal(one.talk.talk.entries.length, 0);
});

test("what was sent and not acknowledged outlives a reload, with its id, and is not taken for another box than the server's", async () => {
  const before = await opened();
  before.connected = false;
  await before.talk.say("en");
  const { id } = before.talk.outbox.items[0] ?? { id: "" };
  const after = await scene();
  after.talk.restore(before.talk.kept);
  await after.talk.keyCame(after.mine, after.mine.id, await wrapped(after));
  await after.talk.historyCame("E".repeat(22), 0, [], false);
  assert.deepEqual(said(after).map((frame) => (frame.t === "say" ? frame.id : "")), [id]);
  await after.talk.saidCame(id, 1, AT);
  assert.deepEqual(shown(after), []);
  assert.equal(after.sent.at(-1)?.t, "range");
  assert.equal(after.talk.outbox.items.length, 0);
});

test("a draft comes back as it was kept", async () => {
  const one = await opened();
  one.talk.answer({ summary: "utkast" });
  one.talk.write("halv");
  const other = await opened();
  other.talk.restore(one.talk.kept);
  assert.deepEqual([other.talk.form.summary, other.talk.composer], ["utkast", "halv"]);
});

test("that the child has written is believed until it is known that it has not", async () => {
  const one = await scene();
  assert.ok(one.talk.childWrote, "nothing has come yet, as straight after a reload");
  await one.talk.historyCame("E".repeat(22), 0, [], false);
  assert.ok(!one.talk.childWrote);
  one.talk.heardOf(1);
  assert.ok(one.talk.childWrote, "there is an entry that has not come");
});

test("an entry that was opened too late is not written over another one in its place", async () => {
  const one = await opened();
  const first = await message(one, 1, "først");
  const coming = one.talk.messageCame(first);
  await one.talk.historyCame("F".repeat(22), 0, [await message(one, 1, "en annen samtale")], false);
  await coming;
  await one.talk.messageCame(await message(one, 2, "videre"));
  assert.deepEqual(shown(one), ["en annen samtale", "videre"]);
});

test("that somebody must be told is a message of its own kind, and the draft stays", async () => {
  const one = await opened();
  one.talk.write("halvt skrevet");
  await one.talk.mustTell("Vi ringer politiet.");
  const [frame] = said(one);
  assert.ok(frame?.t === "say");
  const place = { conversation: one.talk.conversation, role: "counsellor" as const, id: frame.id, n: frame.n };
  assert.deepEqual(await openMessage(one.key, place, fromBase64(frame.box)), { kind: "must_tell", text: "Vi ringer politiet." });
  assert.equal(one.talk.composer, "halvt skrevet");
});

test("what the child tells of itself goes to the end of the summary, once", async () => {
  const one = await opened();
  one.talk.answer({ summary: "Trygg nå. " });
  one.talk.intoSummary("Navn: Ola");
  one.talk.intoSummary("Navn: Ola");
  assert.equal(one.talk.form.summary, "Trygg nå.\n\nNavn: Ola");
  assert.ok(one.talk.formOpen);
});

test("what has come since she was here is counted until she is here again, and sending is being here", async () => {
  const one = await opened();
  await one.talk.messageCame(await message(one, 1, "en"));
  await one.talk.messageCame(await message(one, 2, "to"));
  assert.equal(one.talk.known.unread, 2);
  one.talk.attend();
  assert.equal(one.talk.known.unread, 0);
  await one.talk.messageCame(await message(one, 3, "tre"));
  assert.equal(one.talk.known.unread, 1);
  await one.talk.say("svar");
  assert.equal(one.talk.known.unread, 0);
});

test("what is not in view is not told as read", async () => {
  const one = await opened();
  await one.talk.messageCame(await message(one, 1, "en"));
  one.talk.inView = false;
  one.talk.shown(true);
  const last = () => one.sent.filter((frame) => frame.t === "seen").at(-1);
  assert.deepEqual(last(), { t: "seen", conversation: one.talk.conversation, delivered: 1, read: 0 });
  one.talk.inView = true;
  one.talk.shown(true);
  assert.deepEqual(last(), { t: "seen", conversation: one.talk.conversation, delivered: 1, read: 1 });
});

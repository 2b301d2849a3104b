import assert from "node:assert/strict";
import { test } from "node:test";

import { type Bytes, fromBase64, newId, randomBytes, toBase64, toHex, utf8 } from "../../browser/bytes.ts";
import * as sealing from "../../browser/sealing.ts";

const CONVERSATION = newId();
const place = (change: Partial<sealing.Place> = {}): sealing.Place => ({
  conversation: CONVERSATION,
  role: "child",
  id: "i".repeat(22),
  n: 7,
  ...change,
});
const refuses = (work: Promise<unknown>, reason: sealing.SealingReason = "cannot_open") =>
  assert.rejects(work, (error) => error instanceof sealing.SealingError && error.reason === reason && error.message === reason);
const flipped = (box: Bytes, bit: number): Bytes => {
  const copy = box.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

test("a message opens in its place and nowhere else", async () => {
  const key = await sealing.newConversationKey();
  const box = await sealing.sealMessage(key, place(), "Hei, æøå 😀");
  assert.deepEqual(await sealing.openMessage(key, place(), box), { kind: "text", text: "Hei, æøå 😀" });
  await refuses(sealing.openMessage(key, place({ role: "counsellor" }), box));
  await refuses(sealing.openMessage(key, place({ id: newId() }), box));
  await refuses(sealing.openMessage(key, place({ n: 8 }), box));
  await refuses(sealing.openMessage(key, place({ conversation: newId() }), box));
  await refuses(sealing.openMessage(await sealing.newConversationKey(), place(), box));
});

test("each side can say only its own kinds, and what is not known is not text", async () => {
  const key = await sealing.newConversationKey();
  const opens = async (kind: string, role: sealing.Role) => {
    const box = await sealing.sealMessage(key, place({ role }), "x", kind as sealing.Kind);
    return (await sealing.openMessage(key, place({ role }), box)).kind;
  };
  assert.equal(await opens("who_where", "child"), "who_where");
  assert.equal(await opens("must_tell", "counsellor"), "must_tell");
  assert.equal(await opens("who_where", "counsellor"), "unknown");
  assert.equal(await opens("must_tell", "child"), "unknown");
  assert.equal(await opens("drawing", "child"), "unknown");
});

test("a message with any bit changed, or cut short, does not open", async () => {
  const key = await sealing.newConversationKey();
  const box = await sealing.sealMessage(key, place(), "Hei");
  for (let bit = 0; bit < box.length * 8; bit++) await refuses(sealing.openMessage(key, place(), flipped(box, bit)));
  for (const length of [0, 1, 12, 28, 29, box.length - 1]) await refuses(sealing.openMessage(key, place(), box.slice(0, length)));
});

test("a box shows the length of its text only in steps of 256 bytes", async () => {
  const key = await sealing.newConversationKey();
  const lengths = new Set<number>();
  for (let length = 0; length < 600; length += 13) lengths.add((await sealing.sealMessage(key, place(), "x".repeat(length))).length - 28);
  assert.deepEqual([...lengths], [256, 512, 768]);
});

test("the longest text that fits is sealed, and one more character is refused", async () => {
  const key = await sealing.newConversationKey();
  const longest = "x".repeat(33 * 256 - 1 - '{"kind":"text","text":""}'.length);
  assert.ok(sealing.fits(longest));
  assert.equal((await sealing.sealMessage(key, place(), longest)).length, 33 * 256 + 28);
  assert.ok(!sealing.fits(`${longest}x`));
  await refuses(sealing.sealMessage(key, place(), `${longest}x`), "too_long");
});

test("every length pads to a multiple of 256 and comes back", () => {
  for (let length = 0; length < 1030; length++) {
    const content = randomBytes(length);
    const padded = sealing.pad(content);
    assert.equal(padded.length % 256, 0);
    assert.deepEqual(sealing.unpad(padded), content);
  }
});

test("padding that is not exact is refused", () => {
  const wrong = [new Uint8Array(0), new Uint8Array(256), new Uint8Array(512).fill(0x80, 0, 1), sealing.pad(utf8("x")).slice(0, 255), new Uint8Array(256).fill(1)];
  for (const padded of wrong) assert.throws(() => sealing.unpad(padded), sealing.SealingError);
});

test("a kind that this version does not know is not text", async () => {
  const key = await sealing.newConversationKey();
  for (const content of ['{"kind":"picture","text":"x"}', '{"kind":"text","text":1}', "[]", "null", '"text"']) {
    assert.deepEqual(await sealing.openMessage(key, place(), await sealed(key, utf8(content))), { kind: "unknown" });
  }
  for (const content of [utf8("not json"), new Uint8Array([0xff, 0xfe])]) {
    await refuses(sealing.openMessage(key, place(), await sealed(key, content)));
  }
});

/** Seal any content as a message of `place()`, as a browser of another version would. */
async function sealed(key: CryptoKey, content: Bytes): Promise<Bytes> {
  const nonce = randomBytes(12);
  const additionalData = utf8(`alarmtelefonen.v1|say|${CONVERSATION}|child|${"i".repeat(22)}|7`);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, sealing.pad(content));
  return new Uint8Array([...nonce, ...new Uint8Array(box)]);
}

test("a wrapped key opens for its reader and its conversation only, and cannot be exported there", async () => {
  const key = await sealing.newConversationKey();
  const mine = await sealing.newStaffKeyPair();
  const theirs = await sealing.newStaffKeyPair();
  const wrapped = await sealing.wrapKey(key, mine.publicKey, mine.id, CONVERSATION);
  assert.equal(wrapped.length, 113);
  const opened = await sealing.unwrapKey(mine.pair, wrapped, mine.id, CONVERSATION);
  const box = await sealing.sealMessage(key, place(), "Hei");
  assert.deepEqual(await sealing.openMessage(opened, place(), box), { kind: "text", text: "Hei" });
  await assert.rejects(crypto.subtle.exportKey("raw", opened));
  await refuses(sealing.unwrapKey(theirs.pair, wrapped, mine.id, CONVERSATION));
  await refuses(sealing.unwrapKey(mine.pair, wrapped, "registrar", CONVERSATION));
  await refuses(sealing.unwrapKey(mine.pair, wrapped, mine.id, newId()));
  await refuses(sealing.unwrapKey(mine.pair, wrapped.slice(0, 112), mine.id, CONVERSATION));
  await refuses(sealing.unwrapKey(mine.pair, flipped(wrapped, 600), mine.id, CONVERSATION));
});

test("a key is not wrapped for a reader whose id is not that of the key, nor for what is no key", async () => {
  const key = await sealing.newConversationKey();
  const { publicKey } = await sealing.newStaffKeyPair();
  await refuses(sealing.wrapKey(key, publicKey, newId(), CONVERSATION), "wrong_key");
  await refuses(sealing.wrapKey(key, randomBytes(65), "registrar", CONVERSATION), "wrong_key");
});

test("a counsellor's private key cannot leave the browser, and its pair keeps its id", async () => {
  const { pair, id, publicKey } = await sealing.newStaffKeyPair();
  await assert.rejects(crypto.subtle.exportKey("pkcs8", pair.privateKey));
  assert.equal(publicKey.length, 65);
  assert.deepEqual((await sealing.staffKey(pair)).id, id);
  assert.match(id, /^[A-Za-z0-9_-]{22}$/);
});

test("the digest of a talk changes with every box, their order and the conversation", async () => {
  const boxes = [randomBytes(284), randomBytes(284)];
  const digest = toHex(await sealing.talkDigest(CONVERSATION, boxes));
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.notEqual(toHex(await sealing.talkDigest(CONVERSATION, [...boxes].reverse())), digest);
  assert.notEqual(toHex(await sealing.talkDigest(CONVERSATION, boxes.slice(1))), digest);
  assert.notEqual(toHex(await sealing.talkDigest(newId(), boxes)), digest);
});

test("a form that is too long for one frame is refused before it is sealed", async () => {
  const { publicKey } = await sealing.newStaffKeyPair();
  const longest = { summary: "x".repeat(44 * 256 - 1 - '{"summary":""}'.length) };
  assert.ok((await sealing.sealForm(publicKey, CONVERSATION, longest)).length <= 11_500);
  const longer = { summary: `${longest.summary}x` };
  await refuses(sealing.sealForm(publicKey, CONVERSATION, longer), "too_long");
});

test("bytes survive base64", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = randomBytes(length);
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
  }
  assert.match(newId(), /^[A-Za-z0-9_-]{22}$/);
});

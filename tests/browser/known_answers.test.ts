import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "hpke";

import { type Bytes, fromBase64, fromUtf8, newId, toHex, utf8 } from "../../browser/bytes.ts";
import { keyId, openMessage, type Place, SealingError, talkDigest, unpad, unwrapKey } from "../../browser/sealing.ts";
import { type Answers, boxes, pairOf, type Said } from "./known_answers.ts";

const FILES = ["from_python.json", "from_browser.json"];
const read = (name: string) => JSON.parse(readFileSync(`tests/wire/known_answers/${name}`, "utf8")) as Answers;
const refused = (work: Promise<unknown>) => assert.rejects(work, (error) => error instanceof SealingError && error.reason === "cannot_open");
const placeOf = (known: Answers, { role, id, n }: Said): Place => ({ conversation: known.conversation, role, id, n });

for (const file of FILES) {
  const known = read(file);
  const counsellor = await pairOf(known.counsellor_private_pkcs8, known.counsellor_public);
  const registrar = await pairOf(known.registrar_private_pkcs8, known.registrar_public);

  test(`${file}: the key id is that of the counsellor's key`, async () => {
    assert.equal(await keyId(fromBase64(known.counsellor_public)), known.key_id);
  });

  test(`${file}: both readers unwrap the same conversation key, and every message opens in its place`, async () => {
    const keys = [
      await unwrapKey(counsellor, fromBase64(known.wrapped_counsellor), known.key_id, known.conversation),
      await unwrapKey(registrar, fromBase64(known.wrapped_registrar), "registrar", known.conversation),
    ];
    for (const key of keys) {
      for (const said of known.messages) {
        assert.deepEqual(await openMessage(key, placeOf(known, said), fromBase64(said.box)), { kind: "text", text: said.text });
      }
    }
  });

  test(`${file}: a wrapped key is refused in any other place, for any other reader and with any bit changed`, async () => {
    const wrapped = fromBase64(known.wrapped_counsellor);
    await refused(unwrapKey(registrar, wrapped, known.key_id, known.conversation));
    await refused(unwrapKey(counsellor, wrapped, "registrar", known.conversation));
    await refused(unwrapKey(counsellor, wrapped, known.key_id, newId()));
    await refused(unwrapKey(counsellor, wrapped.slice(0, -1), known.key_id, known.conversation));
    for (let bit = 0; bit < wrapped.length * 8; bit += 7) await refused(unwrapKey(counsellor, flip(wrapped, bit), known.key_id, known.conversation));
  });

  test(`${file}: a message moved, renamed, renumbered, cut or changed by a bit is refused`, async () => {
    const key = await unwrapKey(counsellor, fromBase64(known.wrapped_counsellor), known.key_id, known.conversation);
    for (const said of known.messages) {
      const [place, box] = [placeOf(known, said), fromBase64(said.box)];
      await refused(openMessage(key, { ...place, role: said.role === "child" ? "counsellor" : "child" }, box));
      await refused(openMessage(key, { ...place, id: newId() }, box));
      await refused(openMessage(key, { ...place, n: said.n + 1 }, box));
      await refused(openMessage(key, { ...place, conversation: newId() }, box));
      for (const length of [0, 12, 28, 100, box.length - 256, box.length - 1]) await refused(openMessage(key, place, box.slice(0, length)));
      for (let bit = 0; bit < box.length * 8; bit += 101) await refused(openMessage(key, place, flip(box, bit)));
    }
  });

  test(`${file}: the digest covers every box in order`, async () => {
    const all = boxes(known.messages);
    assert.equal(toHex(await talkDigest(known.conversation, all)), known.digest);
    assert.notEqual(toHex(await talkDigest(known.conversation, all.slice(0, -1))), known.digest);
  });

  test(`${file}: the form opens with the registrar's key and names this talk`, async () => {
    assert.deepEqual(JSON.parse(fromUtf8(unpad(await openForm(registrar, known)))), known.form);
    await assert.rejects(openForm(counsellor, known));
    await assert.rejects(openForm(registrar, { ...known, conversation: newId() }));
  });
}

/** Open a form box as the registrar does, straight from RFC 9180. */
async function openForm(pair: CryptoKeyPair, known: Answers): Promise<Bytes> {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM);
  const box = fromBase64(known.form_box);
  const info = utf8(`alarmtelefonen.v1|form|${known.conversation}`);
  return new Uint8Array(await suite.Open(pair, box.slice(0, 65), box.slice(65), { info }));
}

function flip(box: Bytes, bit: number): Bytes {
  const copy = box.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** Known answers: one whole talk sealed by the browser side, in the shape of tests/wire/make_known_answers.py. */

import { type Bytes, fromBase64, newId, toBase64, toHex } from "../../browser/bytes.ts";
import { keyId, type Role, sealForm, sealMessage, talkDigest, wrapKey } from "../../browser/sealing.ts";

export interface Said {
  role: Role;
  id: string;
  n: number;
  text: string;
  box: string;
}

export interface Answers {
  registrar_private_pkcs8: string;
  registrar_public: string;
  counsellor_private_pkcs8: string;
  counsellor_public: string;
  conversation: string;
  key: string;
  wrapped_registrar: string;
  wrapped_counsellor: string;
  key_id: string;
  messages: Said[];
  digest: string;
  form: Record<string, unknown>;
  form_box: string;
}

const TALK: [Role, number, string][] = [
  ["child", 0, "Hei. Er det noen der?"],
  ["counsellor", 0, "Hei. Jeg er her."],
  ["child", 1, 'Ræd \u{1f49b} čáŋđšŧž \u2028 "sitat" \\ <b>&amp;</b>\n\u0000' + "å".repeat(200)],
  ["child", 2, ""],
  ["counsellor", 1, "x".repeat(8_000)],
];

/** Return a P-256 pair from its two halves as a file of known answers has them; the private half cannot be exported again. */
export async function pairOf(pkcs8: string, publicKey: string): Promise<CryptoKeyPair> {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", fromBase64(pkcs8), curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("raw", fromBase64(publicKey), curve, true, []),
  };
}

/** Return the boxes of the messages, in order. */
export function boxes(messages: readonly Said[]): Bytes[] {
  return messages.map(({ box }) => fromBase64(box));
}

/** Seal one whole talk with fresh keys. */
export async function answers(): Promise<Answers> {
  const [registrar, counsellor, conversation] = [await freshPair(), await freshPair(), newId()];
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const [registrarPublic, counsellorPublic] = [await exported("raw", registrar.publicKey), await exported("raw", counsellor.publicKey)];
  const reader = await keyId(counsellorPublic);
  const messages: Said[] = [];
  for (const [role, n, text] of TALK) {
    const place = { conversation, role, id: newId(), n };
    messages.push({ role, id: place.id, n, text, box: toBase64(await sealMessage(key, place, text)) });
  }
  const digest = toHex(await talkDigest(conversation, boxes(messages)));
  const form = formOf(conversation, messages.length, digest);
  return {
    registrar_private_pkcs8: toBase64(await exported("pkcs8", registrar.privateKey)),
    registrar_public: toBase64(registrarPublic),
    counsellor_private_pkcs8: toBase64(await exported("pkcs8", counsellor.privateKey)),
    counsellor_public: toBase64(counsellorPublic),
    conversation,
    key: toBase64(await exported("raw", key)),
    wrapped_registrar: toBase64(await wrapKey(key, registrarPublic, "registrar", conversation)),
    wrapped_counsellor: toBase64(await wrapKey(key, counsellorPublic, reader, conversation)),
    key_id: reader,
    messages,
    digest,
    form,
    form_box: toBase64(await sealForm(registrarPublic, conversation, form)),
  };
}

async function freshPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
}

async function exported(format: "raw" | "pkcs8", key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey(format, key));
}

function formOf(conversation: string, seq: number, digest: string): Record<string, unknown> {
  return {
    who: "young_person",
    seq,
    digest,
    conversation,
    age: "13-15",
    gender: "girl",
    stay_municipality: "5610",
    home_municipality: "0301",
    reasons: ["mental_health", "education_occupation"],
    urgency: "soon",
    outcomes: ["immediate_help", "advice"],
    immediate_help: ["out_of_hours_doctor"],
    duty_to_report: "considered_no",
    duty_to_report_reason: "Hjelpen er på plass hjemme.",
    duty_to_avert: "not_considered",
    duty_to_avert_reason: "",
    summary: 'Sammendrag med "sitat", čáŋđšŧž og \u{1f49b}.',
    counsellor: "Ola",
  };
}

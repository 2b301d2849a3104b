/**
 * Sealing, exactly as docs/protocol.md section 3 says. WebCrypto and npm `hpke` (RFC 9180), nothing of our own.
 *
 * Rules of this file:
 * 1. Every failure is a SealingError that names one reason; it never carries text, key or cause.
 * 2. A message opens only in its place: conversation, role, id and counter are bound to it.
 * 3. A key that need not be wrapped again is held non-extractable.
 */

import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from "hpke";

import { type Bytes, concat, fromUtf8, randomBytes, toBase64Url, utf8 } from "./bytes.js";

export const PROTOCOL = "alarmtelefonen.v1";
export const STEP = 256;
const MOST_STEPS = 33;
const MOST_FORM_STEPS = 44; // 65 + 44 x 256 + 16 is the last that MAX_SEALED_FORM (11 500) allows
const NONCE = 12;
const TAG = 16;
const ENC = 65;
const MARK = 0x80;

export type Role = "child" | "counsellor";
/** `registrar`, or the id of a counsellor's key. */
export type Reader = string;

/** Where a message stands; all of it is bound to the box. */
export interface Place {
  conversation: string;
  role: Role;
  id: string;
  n: number;
}

/** Kinds of messages: words; a counsellor's "we have to tell someone now"; a child's "this is who and where I am". */
export type Kind = "text" | "must_tell" | "who_where";
/** What is in a message. A kind that this version does not know, or that is not for that side to send, cannot be shown. */
export type Content = { kind: Kind; text: string } | { kind: "unknown" };

const SENT_BY: Readonly<Record<Role, readonly unknown[]>> = { child: ["text", "who_where"], counsellor: ["text", "must_tell"] };

export type SealingReason = "cannot_open" | "too_long" | "wrong_key";

/** Something could not be sealed or opened. It says why in one word, and nothing else. */
export class SealingError extends Error {
  override name = "SealingError";
  constructor(readonly reason: SealingReason) {
    super(reason);
  }
}

const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM);

// --- padding ---

/** Return content, 0x80 and zeros up to a multiple of 256 (ISO/IEC 7816-4). Throws SealingError `too_long`. */
export function pad(content: Bytes, mostSteps = MOST_STEPS): Bytes {
  const steps = Math.ceil((content.length + 1) / STEP);
  if (steps > mostSteps) throw new SealingError("too_long");
  const padded = new Uint8Array(steps * STEP);
  padded.set(content);
  padded[content.length] = MARK;
  return padded;
}

/** Return the content of padded bytes. Throws SealingError `cannot_open` when the padding is not exact. */
export function unpad(padded: Bytes): Bytes {
  let end = padded.length - 1;
  while (end > padded.length - STEP && padded[end] === 0) end--;
  if (padded.length === 0 || padded.length % STEP !== 0 || padded[end] !== MARK) throw new SealingError("cannot_open");
  return padded.slice(0, end);
}

// --- the conversation key ---

/** Make a conversation key. It is extractable because the child's browser must wrap it for its readers. */
export async function newConversationKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
}

/** Return the bytes of a conversation key, for a tab that is to remember it. */
export async function showConversationKey(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

/** Return the conversation key that has these bytes. */
export async function readConversationKey(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", true, ["encrypt", "decrypt"]);
}

/** Return the id of a counsellor's public key: 22 characters of base64url of its SHA-256. */
export async function keyId(publicKey: Bytes): Promise<string> {
  return toBase64Url(await sha256(publicKey)).slice(0, 22);
}

/**
 * Wrap a conversation key for a reader: `registrar` or a key id. 113 bytes.
 * Throws SealingError `wrong_key` when a key id is not that of the key, or the key is not a point of P-256.
 */
export async function wrapKey(key: CryptoKey, publicKey: Bytes, reader: Reader, conversation: string): Promise<Bytes> {
  if (reader !== "registrar" && reader !== (await keyId(publicKey))) throw new SealingError("wrong_key");
  const raw = await showConversationKey(key);
  try {
    return await hpkeSeal(publicKey, info("wrap", reader, conversation), raw);
  } finally {
    raw.fill(0);
  }
}

/** Unwrap a conversation key with the reader's own pair; the result cannot be exported. Throws SealingError `cannot_open`. */
export async function unwrapKey(pair: CryptoKeyPair, box: Bytes, reader: Reader, conversation: string): Promise<CryptoKey> {
  const raw = await hpkeOpen(pair, info("wrap", reader, conversation), box);
  if (raw.length !== 32) throw new SealingError("cannot_open");
  try {
    return await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  } finally {
    raw.fill(0);
  }
}

/** Wrap a conversation key, which came wrapped for one reader, for another one. Throws SealingError. */
export async function rewrapKey(mine: StaffKey, box: Bytes, conversation: string, publicKey: Bytes, reader: Reader): Promise<Bytes> {
  if (reader !== (await keyId(publicKey))) throw new SealingError("wrong_key");
  const raw = await hpkeOpen(mine.pair, info("wrap", mine.id, conversation), box);
  try {
    return await hpkeSeal(publicKey, info("wrap", reader, conversation), raw);
  } finally {
    raw.fill(0);
  }
}

// --- among colleagues ---

/** Seal something that one of the staff says to another one, in a talk or in the staff room (`room`). Throws SealingError `too_long`. */
export async function sealWhisper(publicKey: Bytes, channel: string, content: object): Promise<Bytes> {
  return hpkeSeal(publicKey, info("whisper", channel), pad(utf8(JSON.stringify(content)), MOST_FORM_STEPS));
}

/** Open what was sealed for one's own key. Throws SealingError `cannot_open`. */
export async function openWhisper(mine: StaffKey, channel: string, box: Bytes): Promise<unknown> {
  try {
    return JSON.parse(fromUtf8(unpad(await hpkeOpen(mine.pair, info("whisper", channel), box))));
  } catch {
    throw new SealingError("cannot_open");
  }
}

// --- messages ---

/** Tell whether a text is short enough for one message. */
export function fits(text: string, kind: Kind = "text"): boolean {
  return utf8(JSON.stringify({ kind, text })).length < MOST_STEPS * STEP;
}

/** Seal a text for its place in the talk. Throws SealingError `too_long`. */
export async function sealMessage(key: CryptoKey, place: Place, text: string, kind: Kind = "text"): Promise<Bytes> {
  const padded = pad(utf8(JSON.stringify({ kind, text })));
  const nonce = randomBytes(NONCE);
  const sealed = await crypto.subtle.encrypt(gcm(nonce, place), key, padded);
  return concat(nonce, new Uint8Array(sealed));
}

/** Open a message in its place. Throws SealingError `cannot_open` for anything that is not whole, genuine and in place. */
export async function openMessage(key: CryptoKey, place: Place, box: Bytes): Promise<Content> {
  if (box.length <= NONCE + TAG) throw new SealingError("cannot_open");
  try {
    const padded = await crypto.subtle.decrypt(gcm(box.slice(0, NONCE), place), key, box.slice(NONCE));
    return content(unpad(new Uint8Array(padded)), place.role);
  } catch {
    throw new SealingError("cannot_open");
  }
}

function content(bytes: Bytes, role: Role): Content {
  const value: unknown = JSON.parse(fromUtf8(bytes));
  if (typeof value !== "object" || value === null) return { kind: "unknown" };
  const { kind, text } = value as { kind?: unknown; text?: unknown };
  return SENT_BY[role].includes(kind) && typeof text === "string" ? { kind: kind as Kind, text } : { kind: "unknown" };
}

function gcm(iv: Bytes, { conversation, role, id, n }: Place): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: info("say", conversation, role, id, String(n)) };
}

// --- the form and the digest ---

/** Seal a written-up form (its JSON) to the registrar. Throws SealingError `too_long`. */
export async function sealForm(registrarKey: Bytes, conversation: string, form: object): Promise<Bytes> {
  return hpkeSeal(registrarKey, info("form", conversation), pad(utf8(JSON.stringify(form)), MOST_FORM_STEPS));
}

/** Return the digest of a talk whose boxes are given in the order of their `seq`, from 1 (32 bytes). */
export async function talkDigest(conversation: string, boxes: Iterable<Bytes>): Promise<Bytes> {
  let digest = await sha256(info("log", conversation));
  for (const box of boxes) digest = await sha256(concat(digest, box));
  return digest;
}

// --- the counsellor's own key ---

/** A counsellor's key pair: the private half cannot leave this browser; the public half is given as 65 bytes. */
export interface StaffKey {
  pair: CryptoKeyPair;
  publicKey: Bytes;
  id: string;
}

/** Make a counsellor's key pair, whose private half is non-extractable. */
export async function newStaffKeyPair(): Promise<StaffKey> {
  return staffKey(await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]));
}

/** Return a pair that was kept, with its public bytes and id. */
export async function staffKey(pair: CryptoKeyPair): Promise<StaffKey> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { pair, publicKey, id: await keyId(publicKey) };
}

// --- pieces ---

function info(...parts: string[]): Bytes {
  return utf8([PROTOCOL, ...parts].join("|"));
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

async function hpkeSeal(publicKey: Bytes, about: Bytes, plaintext: Bytes): Promise<Bytes> {
  try {
    const key = await suite.DeserializePublicKey(publicKey);
    const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info: about });
    return concat(new Uint8Array(encapsulatedSecret), new Uint8Array(ciphertext));
  } catch {
    throw new SealingError("wrong_key");
  }
}

async function hpkeOpen(pair: CryptoKeyPair, about: Bytes, box: Bytes): Promise<Bytes> {
  try {
    return new Uint8Array(await suite.Open(pair, box.slice(0, ENC), box.slice(ENC), { info: about }));
  } catch {
    throw new SealingError("cannot_open");
  }
}

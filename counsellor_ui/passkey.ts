/**
 * A passkey, wherever one is asked for: at sign-in, behind an invitation, on one's own page. Without JavaScript, or where the browser has
 * none, the page keeps the other ways.
 *
 * The form says in its data where to ask, where to send, and what to say when the device did not do it.
 */

import { type Bytes, fromBase64, toBase64Url } from "../browser/bytes.ts";

/** What the server tells a browser: as the WebAuthn API wants it, but with base64url where that wants bytes. */
interface Options {
  challenge: string;
  user?: { id: string };
  allowCredentials?: { id: string }[];
  excludeCredentials?: { id: string }[];
}

/** The server's answer: where to go, or what to say. */
interface Answer {
  to?: string;
  words?: string;
}

class Refused extends Error {}

function bytes(text: string): Bytes {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(padded + "=".repeat((4 - (padded.length % 4)) % 4));
}

function listed(all: { id: string }[] | undefined) {
  return (all ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function show(options: Options): Promise<Credential | null> {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) };
  return navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions });
}

async function make(options: Options): Promise<Credential | null> {
  const user = { ...options.user, id: bytes(options.user?.id ?? "") };
  const publicKey = { ...options, user, challenge: bytes(options.challenge), excludeCredentials: listed(options.excludeCredentials) };
  return navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions });
}

/** A credential as it travels. */
function sent(credential: PublicKeyCredential) {
  const response: Record<string, string> = {};
  const parts = credential.response as unknown as Record<string, ArrayBuffer | null | undefined>;
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = parts[part];
    if (value instanceof ArrayBuffer) response[part] = toBase64Url(new Uint8Array(value));
  }
  return { id: credential.id, rawId: toBase64Url(new Uint8Array(credential.rawId)), type: credential.type, response };
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(path + location.search, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body) });
  if (answer.ok) return (await answer.json()) as T;
  const told = answer.status === 403 ? ((await answer.json().catch(() => ({}))) as Answer) : {};
  throw new Refused(told.words ?? "");
}

/** Do it; return where to go then. */
async function pass(form: HTMLFormElement): Promise<string> {
  const { ask = "", send = "", kind } = form.dataset;
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const options = await post<Options>(ask, given);
  const credential = await (kind === "make" ? make(options) : show(options));
  if (!(credential instanceof PublicKeyCredential)) throw new Refused("");
  return (await post<Answer>(send, { ...given, credential: sent(credential) })).to ?? "/staff";
}

function start(): void {
  const form = document.querySelector<HTMLFormElement>("form#passkey");
  if (form === null || !("credentials" in navigator) || typeof PublicKeyCredential === "undefined") return;
  const button = form.querySelector("button");
  const fault = form.querySelector<HTMLElement>(".fault");
  form.hidden = false;
  if (form.dataset["kind"] !== "make" && document.querySelector("#why") === null) button?.focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button === null || fault === null || button.disabled) return;
    button.disabled = fault.hidden = true;
    void pass(form)
      .then((to) => location.assign(to))
      .catch((error: unknown) => {
        fault.textContent = (error instanceof Refused && error.message) || (form.dataset["failed"] ?? "");
        button.disabled = fault.hidden = false;
        button.focus();
      });
  });
}

start();

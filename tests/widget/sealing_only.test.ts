import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

import * as whole from "hpke";

const LIBRARY = "node_modules/hpke/index.js";
const small = (await import(resolve("tools/small.mjs"))) as { sealingOnly(text: string): string; propertiesOnly(text: string): string };

/** Return the library as the child's bundle has it. */
async function childs(): Promise<typeof whole> {
  const folder = mkdtempSync(join(tmpdir(), "hpke-"));
  try {
    const file = join(folder, "hpke.mjs");
    writeFileSync(file, small.sealingOnly(readFileSync(LIBRARY, "utf8")));
    return (await import(file)) as typeof whole;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function suiteOf({ CipherSuite, KEM_DHKEM_P256_HKDF_SHA256: kem, KDF_HKDF_SHA256: kdf, AEAD_AES_128_GCM: aead }: typeof whole): whole.CipherSuite {
  return new CipherSuite(kem, kdf, aead);
}

test("what a child's bundle keeps of hpke seals just what the whole library opens", async () => {
  const child = suiteOf(await childs());
  const reader = suiteOf(whole);
  const pair = await reader.GenerateKeyPair(false);
  const info = new Uint8Array([1, 2, 3]);
  const secret = crypto.getRandomValues(new Uint8Array(32));

  const key = await child.DeserializePublicKey(await reader.SerializePublicKey(pair.publicKey));
  const { encapsulatedSecret, ciphertext } = await child.Seal(key, secret, { info });

  assert.deepEqual(await reader.Open(pair, encapsulatedSecret, ciphertext, { info }), secret);
  await assert.rejects(child.DeserializePublicKey(new Uint8Array(65).fill(4)), "not a point of the curve");
  assert.equal("Open" in child, false, "a child's browser cannot open what is wrapped for others");
});

test("a library that is not as it was fails the build", () => {
  const text = readFileSync(LIBRARY, "utf8");

  assert.throws(() => small.sealingOnly(text.replace("async SendExport(", "async SendAll(")), /SendExport/);
});

test("a Lit that is not as it was fails the build", () => {
  const text = readFileSync("node_modules/@lit/reactive-element/reactive-element.js", "utf8");

  assert.ok(small.propertiesOnly(text).length < text.length * 0.7);
  assert.throws(() => small.propertiesOnly(text.replace("static addInitializer", "static addAll")), /addInitializer/);
});

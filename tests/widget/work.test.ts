import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { test } from "node:test";

import { work } from "../../widget/work.ts";

/** Make a puzzle as the server does, with node's own cryptography. */
function made(counter: number, cost: number) {
  const [nonce, salt] = ["0a".repeat(16), "0b".repeat(16)];
  const word = Buffer.concat([Buffer.from(nonce, "hex"), Buffer.alloc(4)]);
  word.writeUInt32BE(counter, 16);
  const key = pbkdf2Sync(word, Buffer.from(salt, "hex"), cost, 32, "sha256").toString("hex");
  return { puzzle: { nonce, salt, cost, prefix: key.slice(0, 32), until: 0, signature: "00" }, key };
}

test("F4 the number that the server has drawn is found, wherever it lies, and the key with it", async () => {
  for (const counter of [0, 1, 3, 4, 150, 299]) {
    const { puzzle, key } = made(counter, 50);
    assert.deepEqual(await work(puzzle), { t: "worked", puzzle, counter, key });
  }
});

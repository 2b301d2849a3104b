import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, LATE, acknowledged, align, find, head, isLate, sealed, write, type Outbox } from "../../browser/outbox.ts";

const three = (): Outbox => ["a", "b", "c"].reduce((outbox, id, index) => write(outbox, id, `text ${id}`, 1_000 + index), EMPTY);

test("messages are said in the order they were written, and only the first until it is acknowledged", () => {
  let outbox = three();
  const said: string[] = [];
  for (let item = head(outbox); item !== null; item = head(outbox)) {
    said.push(`${item.id}${item.n}`);
    outbox = acknowledged(outbox, item.id);
  }

  assert.deepEqual(said, ["a0", "b1", "c2"]);
});

test("a message that is said again has the same id, counter and box", () => {
  const outbox = sealed(three(), "a", 0, "QUJD");

  assert.deepEqual(head(outbox), { id: "a", n: 0, text: "text a", kind: "text", at: 1_000, box: "QUJD" });
  assert.deepEqual(head(acknowledged(outbox, "c")), head(outbox));
});

test("a box is not kept for a message whose counter has changed meanwhile", () => {
  assert.equal(find(sealed(align(three(), 5), "a", 0, "QUJD"), "a")?.box, null);
});

test("the server's counter wins, and what must be sealed anew has lost its box", () => {
  const outbox = align(sealed(sealed(three(), "a", 0, "QQ=="), "b", 1, "Qg=="), 1);

  assert.deepEqual(outbox.items.map(({ id, n, box }) => [id, n, box]), [["a", 1, null], ["b", 2, null], ["c", 3, null]]);
  assert.equal(write(outbox, "d", "x", 0).items[3]?.n, 4);
});

test("counting on from the counter that it already has changes nothing", () => {
  const outbox = sealed(three(), "a", 0, "QUJD");

  assert.deepEqual(align(outbox, 0), outbox);
});

test("an acknowledgement that comes twice takes nothing else out", () => {
  const outbox = acknowledged(acknowledged(three(), "b"), "b");

  assert.deepEqual(outbox.items.map(({ id }) => id), ["a", "c"]);
  assert.equal(outbox.n, 3);
});

test("a message counts as not sent only after a while", () => {
  const item = { id: "a", n: 0, text: "", at: 5_000, box: null };

  assert.deepEqual([5_000, 5_000 + LATE - 1, 5_000 + LATE].map((now) => isLate(item, now)), [false, false, true]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { fits } from "../../browser/sealing.ts";
import { MOST, pieces } from "../../browser/split.ts";

/** What a reader sees as one sign, told by somebody else than us. The browsers that we build for need not have it. */
const { Segmenter } = Intl as unknown as { Segmenter: new (language: string, how: object) => { segment(text: string): Iterable<unknown> } };
const bare = (text: string): string => text.replace(/\s+/g, "");

test("what fits is one message as it was typed, without the space around it", () => {
  assert.deepEqual(pieces("  Hei, æøå 👩‍👩‍👧‍👦\n du  "), ["Hei, æøå 👩‍👩‍👧‍👦\n du"]);
  assert.deepEqual(pieces("x".repeat(MOST)), ["x".repeat(MOST)]);
  assert.deepEqual(pieces(" \n "), []);
});

test("nothing is lost: the pieces hold every sign of the text in its order, and each fits", () => {
  const texts = ["ord ".repeat(1_250), "x".repeat(5_000), "En setning. ".repeat(500), `${"a".repeat(1_500)}\n\n${"b".repeat(1_500)}`, "\u0001".repeat(5_000), "漢".repeat(4_321)];
  for (const text of texts) {
    const found = pieces(text);
    assert.equal(bare(found.join("")), bare(text));
    for (const piece of found) assert.ok(piece.length > 0 && piece.length <= MOST && fits(piece));
    assert.ok(found.length > 1);
  }
});

test("a cut is between paragraphs, then lines, sentences, words", () => {
  assert.deepEqual(pieces(`${"a".repeat(1_500)}. a\n\n${"b".repeat(900)}`), [`${"a".repeat(1_500)}. a`, "b".repeat(900)]);
  assert.deepEqual(pieces(`${"a".repeat(1_500)}. a\n${"b".repeat(900)}`), [`${"a".repeat(1_500)}. a`, "b".repeat(900)]);
  assert.deepEqual(pieces(`${"a".repeat(1_500)}. ${"b".repeat(900)}`), [`${"a".repeat(1_500)}.`, "b".repeat(900)]);
  assert.deepEqual(pieces(`${"a".repeat(1_500)} ${"b".repeat(900)}`), ["a".repeat(1_500), "b".repeat(900)]);
});

test("no sign that a reader sees as one is torn, wherever the cut falls", () => {
  const segmenter = new Segmenter("nb", { granularity: "grapheme" });
  const signs = ["👩‍👩‍👧‍👦", "👍🏽", "🇳🇴", "é", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "각", "❤️‍🔥", "1️⃣", "🙂", "ช้", "x"];
  for (const sign of signs) {
    for (let shift = 0; shift < 12; shift++) {
      const text = "y".repeat(shift) + sign.repeat(1_200);
      const found = pieces(text);
      assert.equal(found.join(""), text);
      const whole = [...segmenter.segment(text)].length;
      assert.equal(found.reduce((sum, piece) => sum + [...segmenter.segment(piece)].length, 0), whole, `${sign} after ${shift}`);
    }
  }
});

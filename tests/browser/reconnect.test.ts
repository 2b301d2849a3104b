import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSES } from "../../browser/frames.ts";
import { CALM, LEAST, MOST, WINDOW, isFinal, nextTry, restUntil, takesOther, windowAfter, wokenTry } from "../../browser/reconnect.ts";

test("4000 to 4499, too much at once, a hello too late, a restart and a lost line connect again; 4500 and above never do", () => {
  for (const code of [1000, 1001, 1005, 1006, 1011, 1012, 4000, 4008, 4010, 4013, 4499, 4508, 4529]) assert.equal(isFinal(code), false, String(code));
  for (const code of [1003, 1009, 4500, 4501, 4503, 4504, 4509, 4510, 4526, 4999]) assert.equal(isFinal(code), true, String(code));
});

test("a thousand browsers that fall off at once come back spread over three seconds", () => {
  const tries = Array.from({ length: 1_000 }, () => nextTry(50_000, 0, 0, Math.random()) - 50_000);

  assert.ok(Math.min(...tries) >= 0 && Math.max(...tries) <= WINDOW);
  for (let tenth = 0; tenth < 10; tenth++) {
    const there = tries.filter((at) => Math.floor(at / (WINDOW / 10)) === tenth).length;
    assert.ok(there > 50 && there < 170, `${there} in tenth ${tenth}`);
  }
});

test("the window doubles with each try in vain and ends at fifteen seconds", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 50, 5_000].map(windowAfter), [3_000, 6_000, 12_000, MOST, MOST, MOST, MOST]);
});

test("whatever chance or the browser says, no more than one try a second", () => {
  for (let tries = 0; tries < 10; tries++) assert.ok(nextTry(10_000, 9_990, tries, 0) >= 9_990 + LEAST);
  assert.equal(wokenTry(10_000, 9_990), 9_990 + LEAST);
});

test("a browser that wakes up tries at once", () => {
  assert.equal(wokenTry(10_000, 2_000), 10_000);
});

test("after too much at once nothing is tried for five seconds, after anything else at once", () => {
  assert.equal(restUntil(10_000, 4529), 15_000);
  assert.equal(restUntil(10_000, 1006), 0);
});

test("where nothing ever opened, the other way is tried at once and then by turns; where something did, a server that starts anew is waited for", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((stuck) => takesOther(stuck, false)), [false, true, false, true, false, true]);
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((stuck) => takesOther(stuck, true)), [false, false, false, true, false, true]);
});

test("what the browser does at each close code is what the protocol says", () => {
  for (const [code, then] of Object.entries(CLOSES)) {
    assert.equal(isFinal(Number(code)), then === "final", code);
    assert.equal(restUntil(0, Number(code)), then === "rest" ? CALM : 0, code);
  }
});

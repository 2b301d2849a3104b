import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenNothing, instantsOf } from "../../counsellor_ui/lead/chosen.ts";

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;

test("what is decided by hand lasts until the evening is over unless a time is chosen, and a closing from when it closes", () => {
  assert.deepEqual(instantsOf({ ...chosenNothing(), kind: "close" }, NOW), { until: null, closesAt: null });
  assert.deepEqual(instantsOf({ ...chosenNothing(), kind: "open", lasts: 60 }, NOW), { until: NOW + 60 * MINUTE, closesAt: null });
  const closing = { kind: "closing" as const, lasts: 120, closesIn: 20 };
  assert.deepEqual(instantsOf(closing, NOW), { until: NOW + 140 * MINUTE, closesAt: NOW + 20 * MINUTE });
});

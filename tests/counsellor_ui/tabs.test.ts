import assert from "node:assert/strict";
import { test } from "node:test";

import { html } from "lit";

import { type TabName, Tabs, tabsThere, type View } from "../../counsellor_ui/lead/tabs.ts";

const drawn: View = { draw: () => html`` };
const there = (names: readonly TabName[]) => new Map<TabName, View>(names.map((name) => [name, drawn]));

test("the views stand on the bar in one order, whoever registered first, and only those that are there", () => {
  assert.deepEqual(tabsThere(there(["blocks", "people", "overview"])), ["overview", "people", "blocks"]);
  assert.deepEqual(tabsThere(there([])), []);
});

test("her talks are open first; a view that is not there, or is a page of its own, does not take their place", () => {
  const tabs = new Tabs(new Map<TabName, View>([...there(["overview"]), ["people", { href: "/staff/people" }]]));
  assert.equal(tabs.open, null);
  tabs.go("overview");
  assert.equal(tabs.open, "overview");
  tabs.go("numbers");
  assert.equal(tabs.open, null);
  tabs.go("people");
  assert.equal(tabs.open, null);
});

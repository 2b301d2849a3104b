import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";

import type { Carrier } from "../../browser/carrier.ts";
import { carry } from "../../browser/stream.ts";

interface Posted {
  readonly first: number;
  readonly frames: readonly number[];
  readonly answer: ServerResponse;
}

/** The other end: a real server that says what a test wants said, and answers a POST when the test does. */
const other = { stream: null as ServerResponse | null, posts: [] as Posted[], now: 0 };
const server = createServer((request, answer) => void came(request, answer));
const browsers = globalThis.fetch;

async function came(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  let body = "";
  for await (const part of request) body += String(part);
  if (request.url === "/events") {
    other.stream = answer.writeHead(200, { "content-type": "text/event-stream" });
    answer.write("event: open\ndata: a-name\n\n");
    return;
  }
  const { first, frames } = JSON.parse(body) as { first: number; frames: number[] };
  other.posts.push({ first, frames, answer });
  if (other.now !== 0) answer.writeHead(other.now).end();
}

before(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  globalThis.fetch = (path, init) => browsers(`${origin}${String(path)}`, init); // a page's own paths are told without their origin
});

after(() => {
  server.closeAllConnections();
  server.close();
});

async function until(is: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !is(); turn++) await sleep(10);
  assert.ok(is());
}

/** Open a stream; a POST is answered with this status, or with 0 not at all. */
async function opened(status: number): Promise<{ carrier: Carrier; codes: number[] }> {
  Object.assign(other, { stream: null, posts: [], now: status });
  let open = false;
  const codes: number[] = [];
  const carrier = carry({ opened: () => (open = true), heard: () => undefined, closed: (code) => codes.push(code) });
  await until(() => open);
  return { carrier, codes };
}

const says = (event: string): boolean => other.stream!.write(`${event}\n\n`);
const said = (): (readonly number[])[] => other.posts.map(({ first, frames }) => [first, ...frames]);

test("a POST whose answer is lost holds nothing up once the stream has said that it was taken", async () => {
  const { carrier } = await opened(0);
  carrier.send("1");
  await until(() => other.posts.length === 1);
  carrier.send("2");
  says("id: 1");
  await until(() => other.posts.length === 2);
  other.posts[0]!.answer.writeHead(204).end(); // late: it says nothing of the second
  carrier.send("3");
  await sleep(200);

  assert.deepEqual(said(), [[1, 1], [2, 2]]);
  says("id: 2");
  await until(() => other.posts.length === 3);
  assert.deepEqual(said()[2], [3, 3]);
  carrier.close(4000);
});

test("what was not taken is said again with all that came after it, and no more once it is closed", async () => {
  const { carrier } = await opened(503);
  carrier.send("1");
  carrier.send("2");
  await until(() => other.posts.length >= 2);
  carrier.close(4000);
  const count = other.posts.length;
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  await sleep(2_500);

  assert.deepEqual(said().at(-1), [1, 1, 2]);
  assert.equal(other.posts.length, count);
  assert.equal(timers(), 0);
});

test("a crowd of small frames goes in POSTs of 64, in order", async () => {
  const { carrier, codes } = await opened(204);
  other.now = 0;
  carrier.send("0");
  await until(() => other.posts.length === 1);
  for (let n = 1; n <= 100; n++) carrier.send(String(n));
  other.now = 204;
  other.posts[0]!.answer.writeHead(204).end();
  await until(() => other.posts.length === 3);

  assert.deepEqual(other.posts.map(({ frames }) => frames.length), [1, 64, 36]);
  assert.deepEqual(other.posts.flatMap(({ frames }) => frames), Array.from({ length: 101 }, (_, n) => n));
  assert.deepEqual(codes, []);
  carrier.close(4000);
});

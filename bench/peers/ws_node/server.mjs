// Node's `ws` by hand: one Lua step appends to the talk's log and publishes to the worker of the other side; commands of one turn of the
// loop leave together. Arguments: port, the store's Unix socket.
import Redis from "ioredis";
import { WebSocketServer } from "ws";

const [port, path] = process.argv.slice(2);
const SAY = `
  local seq = redis.call("XADD", KEYS[1], "*", "id", ARGV[2], "n", ARGV[3], "box", ARGV[4])
  local other = ARGV[1] == "a" and "b" or "a"
  local worker = redis.call("HGET", KEYS[2], other)
  if worker then
    redis.call("PUBLISH", worker, cjson.encode({ KEYS[1] .. other, ARGV[2], ARGV[3], ARGV[4], seq }))
  end
  return seq`;

const redis = new Redis({ path, enableAutoPipelining: true });
redis.defineCommand("say", { numberOfKeys: 2, lua: SAY });
const here = `worker:${port}`;
const people = new Map();

const ears = new Redis({ path });
ears.on("message", (_, text) => {
  const [to, id, n, box, seq] = JSON.parse(text);
  people.get(to)?.send(JSON.stringify({ t: "message", id, n: Number(n), box, seq }));
});
await ears.subscribe(here);

const steps = {
  async hello(socket, { talk, side, after }) {
    Object.assign(socket, { log: `log:${talk}`, at: `at:${talk}`, side });
    people.set(socket.log + side, socket);
    const [, found] = await Promise.all([redis.hset(socket.at, side, here), redis.xrange(socket.log, `(${after}`, "+")]);
    const history = found.map(([seq, [, id, , n, , box]]) => ({ seq, id, n: Number(n), box }));
    socket.send(JSON.stringify({ t: "welcome", history }));
  },
  async say(socket, { id, n, box }) {
    const seq = await redis.say(socket.log, socket.at, socket.side, id, n, box);
    socket.send(JSON.stringify({ t: "said", id, seq }));
  },
};

new WebSocketServer({ port: Number(port), host: "127.0.0.1", backlog: 2048 }).on("connection", socket => {
  socket.on("message", text => {
    const frame = JSON.parse(text);
    void steps[frame.t](socket, frame);
  });
  socket.on("close", () => people.delete(socket.log + socket.side));
});

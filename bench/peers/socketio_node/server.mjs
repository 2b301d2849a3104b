// Socket.IO with its Redis streams adapter, as its documentation sets it up; each message is an entry of the talk's log before it is
// acknowledged. Arguments: port, the store's Unix socket.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, path] = process.argv.slice(2);
const connected = async () => createClient({ socket: { path } }).connect();
const log = await connected();
const http = createServer();
const io = new Server(http, { adapter: createAdapter(await connected()) });

io.on("connection", socket => {
  socket.on("hello", async ({ talk, after }) => {
    await socket.join(talk);
    const found = await log.xRange(`log:${talk}`, `(${after}`, "+");
    socket.emit("welcome", { t: "welcome", history: found.map(({ id, message }) => ({ seq: id, ...message })) });
  });
  socket.on("say", async ({ talk, id, n, box }, acknowledge) => {
    const seq = await log.xAdd(`log:${talk}`, "*", { id, n: String(n), box });
    acknowledge({ t: "said", id, seq });
    socket.to(talk).emit("message", { t: "message", id, n, box, seq });
  });
});

http.listen({ port: Number(port), host: "127.0.0.1", backlog: 2048 });

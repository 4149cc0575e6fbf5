import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { dispersionOf, settlingMs } from "../dispersion.ts";

// A server on bare sockets that answers every request with the same bytes, and notes when requests came. With `stall` it
// does nothing at all for the last second of every ten, as a server in a long collection would. Requests have no body.
const body = JSON.stringify({ id: 7, name: "dyno", ok: true });
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);
const stallMs = 1000;
const periodMs = 10_000;

let arrivalsMs: number[] = [];
const server = createServer((socket) => {
  socket.setNoDelay(true);
  let rest = "";
  socket.on("data", (chunk) => {
    const requests = (rest + chunk.toString("latin1")).split("\r\n\r\n");
    rest = requests.pop() ?? "";
    const now = performance.now();
    for (const _ of requests) arrivalsMs.push(now);
    socket.write(requests.length === 1 ? answer : Buffer.concat(requests.map(() => answer)));
  });
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on("message", (word) => {
  if (word === "stall") setTimeout(stall, periodMs - stallMs);
  if (word !== "tell") return;
  // The first ones wait for connections and for the compiler, and come late and close together.
  const settled = arrivalsMs.filter((at) => at >= (arrivalsMs[0] ?? 0) + settlingMs);
  const spanMs = (settled.at(-1) ?? 0) - (settled[0] ?? 0);
  process.send?.({
    count: arrivalsMs.length,
    ratePerSec: ((settled.length - 1) * 1000) / spanMs,
    dispersion: dispersionOf(arrivalsMs),
  });
  arrivalsMs = [];
});
process.on("disconnect", () => process.exit(0));

/** Stalls by the clock, so that no delay adds up. */
function stall(): void {
  const beganMs = performance.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
  setTimeout(stall, beganMs + periodMs - performance.now());
}

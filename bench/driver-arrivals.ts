import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dispersionOf } from "./dispersion.ts";

// An HTTP server that notes when requests arrive, and tells the index of dispersion when it is asked.
const arrivalsMs: number[] = [];
const server = createServer((_, response) => {
  arrivalsMs.push(performance.now());
  response.end("ok");
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("message", () => {
  process.send?.({ dispersion: dispersionOf(arrivalsMs), count: arrivalsMs.length });
  process.exit(0);
});

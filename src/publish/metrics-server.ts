import { createServer, type Server } from "node:http";
import { DynoError, messageOf } from "../base/errors.ts";
import type { ProgressEvent } from "../drive/progress.ts";
import { createLiveFigures } from "./live-figures.ts";

/** Serves a run's figures to Prometheus while it goes on. */
export interface MetricsServer {
  readonly url: string;
  update(event: ProgressEvent): void;
  close(): Promise<void>;
}

/** Starts the server on the loopback address. Throws a DynoError `setup` where the port cannot be had. */
export async function startMetricsServer(options: {
  readonly port: number;
  readonly scenario: string;
}): Promise<MetricsServer> {
  const { scenario } = options;
  const live = createLiveFigures();
  live.begin(scenario);
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("the figures are at /metrics\n");
      return;
    }
    live.metrics.registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": live.metrics.registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(`${messageOf(error)}\n`),
    );
  });
  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    update: (event) => {
      if (event.type === "interval" && event.interval.kind === "measured") live.add(scenario, event.interval);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "it is in use; choose another" : error.message;
      reject(new DynoError("setup", `metrics cannot be served on port ${port}: ${why}`, { cause: error }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

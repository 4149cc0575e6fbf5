import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import { DynoError, messageOf } from "../../base/errors.ts";
import type { Health } from "../health.ts";

/** What is served, and where. */
export interface ObserveServerOptions {
  readonly registry: Registry;
  readonly health: () => Health;
  /** 0 for any free one. */
  readonly port: number;
  /** Default: the loopback address. */
  readonly host?: string;
}

/** A server that is up. */
export interface ObserveServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Serves `/metrics` for Prometheus, `/livez` (the process answers) and `/readyz` (503 while a part is down, with all
 * parts as JSON). Rejects with a DynoError `setup` where the port cannot be had.
 */
export async function serveObservability(options: ObserveServerOptions): Promise<ObserveServer> {
  const { port, host = "127.0.0.1" } = options;
  const server = createServer((request, response) => {
    answer(request.url ?? "/", options).then(
      ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      (error: unknown) =>
        response.writeHead(500, { "content-type": "text/plain" }).end(`${messageOf(error)}\n`),
    );
  });
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(url: string, { registry, health }: ObserveServerOptions): Promise<Answer> {
  switch (url.split("?")[0]) {
    case "/metrics":
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case "/livez":
      return { status: 200, type: "text/plain", body: "ok\n" };
    case "/readyz": {
      const now = health();
      const status = now.status === "down" ? 503 : 200;
      return { status, type: "application/json", body: `${JSON.stringify(now, undefined, 2)}\n` };
    }
    default:
      return { status: 404, type: "text/plain", body: "there are /metrics, /livez and /readyz\n" };
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new DynoError("setup", `metrics cannot be served on ${host}:${port}: ${cause.message}`, { cause }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}

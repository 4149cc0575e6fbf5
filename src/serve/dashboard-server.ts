import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance } from "fastify";
import type { Clock } from "../base/clock.ts";
import { DynoError, messageOf } from "../base/errors.ts";
import { dashboardPolicy, renderDashboard } from "../publish/html/serve/render-dashboard.ts";
import { reportTable } from "../publish/html/serve/tables.ts";
import { createLiveFigures, type LiveFigures } from "../publish/live-figures.ts";
import type { ReadScenarios } from "../scenario/scenario-summary.ts";
import { type AccessRules, isLoopback } from "./access.ts";
import { type ApiParts, addApi } from "./api-routes.ts";
import { addLiveSocket } from "./live-socket.ts";
import { protect } from "./protect.ts";
import { createReportReader } from "./read-reports.ts";
import { createRunDesk, type StartRun } from "./run-desk.ts";
import { addSockets } from "./upgrades.ts";

/** What is served, where, and to whom. */
export interface DashboardServerOptions extends AccessRules {
  /** 0 for any free one. */
  readonly port: number;
  readonly readScenarios: ReadScenarios;
  /** The folder of reports; it is made where it is missing. */
  readonly reportsDir: string;
  readonly startRun: StartRun;
  readonly clock: Pick<Clock, "epochMs">;
  readonly dynoVersion: string;
  /** A line for whoever started the server. */
  readonly log: (line: string) => void;
}

/** A dashboard that is up. */
export interface DashboardServer {
  /** With a slash at its end. */
  readonly url: string;
  /** Ends the run under way for this reason, lets its report be written, and closes every connection. */
  close(reason: unknown): Promise<void>;
}

/** No request of the API is larger. */
const bodyLimitBytes = 16_384;

/**
 * Serves the dashboard: the page, its API and live socket, the reports, `/metrics` and `/healthz`. Throws a DynoError: `usage`
 * where it would be reached from other machines without a token, `setup` where the port cannot be had.
 */
export async function openDashboardServer(options: DashboardServerOptions): Promise<DashboardServer> {
  checkToken(options);
  const { host, port, reportsDir, startRun, clock } = options;
  await mkdir(reportsDir, { recursive: true });
  const figures = createLiveFigures();
  const desk = createRunDesk({ startRun, clock, watch: watchOf(figures, options.log) });
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  const connections = trackConnections(app);
  await addEverything(app, { ...options, desk, readReports: createReportReader(reportsDir) }, figures);
  const url = await listen(app, host, port);
  return {
    url,
    close: async (reason) => {
      await desk.close(reason);
      const closed = app.close();
      // A browser's tab that stays open would keep the process.
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

/** Those that are open; upgraded ones, which the HTTP server no longer knows, are among them. */
function trackConnections(app: FastifyInstance): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  app.server.on("connection", (connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  return connections;
}

async function addEverything(
  app: FastifyInstance,
  parts: DashboardServerOptions & ApiParts,
  figures: LiveFigures,
): Promise<void> {
  const { desk, readReports, readScenarios, reportsDir, dynoVersion } = parts;
  app.removeContentTypeParser("text/plain");
  protect(app, parts);
  await addSockets(app);
  await addReports(app, reportsDir);
  addApi(app, parts);
  const hasIndex = (): boolean => existsSync(join(reportsDir, "index.html"));
  addLiveSocket(app, desk, async () => reportTable(await readReports(), hasIndex()).html);
  app.get("/", async (_, reply) => {
    const [scenarios, reports] = [await readScenarios(), await readReports()];
    reply.type("text/html; charset=utf-8").header("content-security-policy", dashboardPolicy);
    return renderDashboard({ run: desk.current(), scenarios, reports, hasIndex: hasIndex(), dynoVersion });
  });
  app.get("/metrics", async (_, reply) => {
    reply.type(figures.metrics.registry.contentType);
    return figures.metrics.registry.metrics();
  });
  app.get("/healthz", async () => ({ status: "ok" }));
}

/** A report may come from anywhere: in a sandbox its script cannot use the API in this user's name. */
async function addReports(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    prefix: "/reports/",
    dotfiles: "deny",
    cacheControl: false,
    setHeaders: (reply) => {
      reply.header("cache-control", "no-cache");
      reply.header("content-security-policy", "sandbox allow-scripts allow-downloads allow-popups");
    },
  });
}

function watchOf(
  figures: LiveFigures,
  log: (line: string) => void,
): Parameters<typeof createRunDesk>[0]["watch"] {
  return {
    onBegin: ({ scenario }) => {
      figures.begin(scenario);
      log(`${scenario}: begun`);
    },
    onEvent: ({ scenario }, event) => {
      if (event.type === "interval" && event.interval.kind === "measured")
        figures.add(scenario, event.interval);
    },
    onEnd: ({ scenario, end }, result) => {
      figures.end(scenario, result === undefined || "kind" in result ? undefined : result);
      log(`${scenario}: ${end?.outcome}. ${end?.reason}`);
    },
  };
}

/** A token that can be tried out is none. */
const leastTokenLength = 16;

function checkToken({ host, token }: AccessRules): void {
  if (token !== undefined && token.length < leastTokenLength)
    throw new DynoError(
      "usage",
      `the token must have ${leastTokenLength} characters or more; \`openssl rand -hex 16\` makes one`,
    );
  if (token === undefined && !isLoopback(host))
    throw new DynoError(
      "usage",
      `on ${host} whoever reaches this machine could start runs; set DYNO_TOKEN (\`openssl rand -hex 16\` makes one), or leave --host out`,
    );
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    // A name with two addresses would be served twice, the second time without the socket.
    await app.listen({ host: host === "localhost" ? "127.0.0.1" : host, port });
  } catch (cause) {
    await app.close();
    const isTaken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
    const why = isTaken
      ? `it is in use; choose another with --port, such as --port ${port + 1}`
      : messageOf(cause);
    throw new DynoError("setup", `the dashboard cannot be served on ${host}:${port}: ${why}`, { cause });
  }
  const address = app.server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${bound}/`;
}

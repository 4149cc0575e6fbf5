import { createServer, type Server } from "node:http";
import { DynoError, messageOf } from "../base/errors.ts";
import type { ProgressEvent } from "../drive/progress.ts";
import type { Interval } from "../measure/result.ts";
import { createRunMetrics, durationEdges, type RunMetrics } from "./prometheus-metrics.ts";

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
  const live = createLiveFigures(options.scenario);
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
      if (event.type === "interval" && event.interval.kind === "measured") live.add(event.interval);
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

interface PhaseDurations {
  /** Not cumulative; one more than there are edges. */
  readonly counts: number[];
  sumSeconds: number;
}

function createLiveFigures(scenario: string): {
  readonly metrics: RunMetrics;
  add(interval: Interval): void;
} {
  const phases = new Map<string, PhaseDurations>();
  const metrics = createRunMetrics(() =>
    [...phases].map(([phase, { counts, sumSeconds }]) => {
      let count = 0;
      const cumulative = counts.map((n) => {
        count += n;
        return count;
      });
      return { labels: { scenario, phase }, atOrBelow: cumulative.slice(0, -1), count, sumSeconds };
    }),
  );
  return {
    metrics,
    add: (interval) => {
      const { phase } = interval;
      const durations = phases.get(phase) ?? {
        counts: new Array<number>(durationEdges.length + 1).fill(0),
        sumSeconds: 0,
      };
      phases.set(phase, durations);
      addHeat(durations, interval.heat);
      metrics.offered.inc({ scenario, phase }, interval.offered);
      metrics.operations.inc({ scenario, phase, outcome: "success" }, interval.completed);
      const failed = Object.values(interval.errors).reduce((sum, n) => sum + n, 0);
      metrics.operations.inc({ scenario, phase, outcome: "error" }, failed);
      metrics.inFlight.set({ scenario, phase }, interval.inFlight);
    },
  };
}

/** Rows of the heat map are six to the power of ten: each lies between two neighbouring edges. Its time counts as its geometric middle. */
function addHeat(durations: PhaseDurations, heat: Interval["heat"]): void {
  for (const [fromMicros, count] of heat) {
    const middleSeconds = (fromMicros * 10 ** (1 / 12)) / 1e6;
    const slot = durationEdges.findIndex((edge) => middleSeconds <= edge);
    const index = slot < 0 ? durationEdges.length : slot;
    durations.counts[index] = (durations.counts[index] ?? 0) + count;
    durations.sumSeconds += middleSeconds * count;
  }
}

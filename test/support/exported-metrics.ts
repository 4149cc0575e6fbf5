import { onTestFinished } from "vitest";
import { createEngine } from "../../src/engine/create-engine.ts";
import { createObservability } from "../../src/engine/observe/create-observability.ts";
import { counterRows } from "../../src/engine/observe/engine-families.ts";
import type { Observability } from "../../src/engine/observe/observability.ts";
import { createPipelines } from "../../src/engine/pipeline/pipelines.ts";
import { renderComparisonMetrics } from "../../src/publish/comparison/prometheus.ts";
import { createLiveFigures } from "../../src/publish/live-figures.ts";
import { renderPrometheus } from "../../src/publish/prometheus.ts";
import { renderMatrixMetrics } from "../../src/publish/prometheus-matrix.ts";
import { renderCapacityMetrics, renderSweepMetrics } from "../../src/publish/prometheus-study.ts";
import { renderTuneMetrics } from "../../src/publish/prometheus-tune.ts";
import { pipelineOf } from "./pipelines.ts";
import { sampleComparison } from "./sample-comparison.ts";
import { sampleMatrix } from "./sample-matrix.ts";
import { sampleResult } from "./sample-result.ts";
import { sampleCapacity, sampleSweep } from "./sample-studies.ts";
import { tuningResult } from "./tuning-result.ts";

/** An observed engine that has worked a little: each of its metrics has a series. */
export async function busyObservability(): Promise<Observability> {
  const observability = await createObservability({ log: { destination: { write: () => undefined } } });
  const { observer } = observability;
  const engine = await createEngine({ store: { kind: "memory" }, observer });
  onTestFinished(() => engine.close());
  const actions = { work: { run: async () => undefined } };
  const text = "name: checkout\nsteps:\n  - { id: pay, action: work }\n";
  const pipelines = createPipelines({ pipelines: [pipelineOf(text, actions)], engine, observer });
  onTestFinished(() => pipelines.stop());
  const { resilience } = pipelines;
  observability.watch({ resilience, pipelines });
  // One store alone has not all counters.
  observability.watch({
    engine: { counters: () => Object.fromEntries(counterRows.map(({ counter }) => [counter, 1])) },
  });
  resilience.network.add({ cards: { consecutiveFailures: 1 } });
  const parts = { bulkhead: {}, retry: {}, retryBudget: {} };
  const cards = resilience.policy("cards", parts, { breaker: "cards" });
  await cards.run(() => Promise.reject(new Error("down"))).catch(() => undefined);
  engine.subscribe("bad", () => {
    throw new Error("bad");
  });
  await engine.publish({ topic: "bad", data: 1 });
  await pipelines.start();
  await pipelines.run("checkout", {}, { stored: true });
  return observability;
}

/** What dyno hands to Prometheus from live runs, runs, gates, tunings and studies, as text by its source. */
export async function harnessExpositions(): Promise<Readonly<Record<string, string>>> {
  const live = createLiveFigures();
  const [interval] = sampleResult().trials[0]?.timeline ?? [];
  if (interval === undefined) throw new Error("no row");
  live.begin("sample");
  live.add("sample", interval);
  return {
    live: await live.metrics.registry.metrics(),
    run: await renderPrometheus(sampleResult()),
    gate: await renderComparisonMetrics(sampleComparison()),
    tuning: await renderTuneMetrics(tuningResult()),
    capacity: await renderCapacityMetrics(await sampleCapacity()),
    sweep: await renderSweepMetrics(sampleSweep()),
    matrix: await renderMatrixMetrics(sampleMatrix()),
  };
}

/** The labels of each series name in an exposition. */
export function labelsByName(exposition: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of exposition.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/(\w+)="(?:\\.|[^"\\])*"/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

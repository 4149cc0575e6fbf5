import type { Interval, RunResult } from "../measure/result.ts";
import { addOutcome } from "./prometheus.ts";
import { createRunMetrics, durationEdges, type RunMetrics } from "./prometheus-metrics.ts";

/** The figures of runs while they go on, for Prometheus. Counters go on from one run to the next. */
export interface LiveFigures {
  readonly metrics: RunMetrics;
  begin(scenario: string): void;
  /** Takes a row of the timeline; rows of warm-up are left out by the caller. */
  add(scenario: string, interval: Interval): void;
  /** The run is over; `result` is absent where it came to none. */
  end(scenario: string, result: RunResult | undefined): void;
}

interface PhaseDurations {
  readonly labels: { readonly scenario: string; readonly phase: string };
  /** Not cumulative; one more than there are edges. */
  readonly counts: number[];
  sumSeconds: number;
}

/** Creates figures with a registry of their own and nothing in them. */
export function createLiveFigures(): LiveFigures {
  const phases = new Map<string, PhaseDurations>();
  const metrics = createRunMetrics(() => [...phases.values()].map(countedDurations));
  return {
    metrics,
    begin: (scenario) => metrics.underWay.set({ scenario }, 1),
    add: (scenario, interval) => {
      const labels = { scenario, phase: interval.phase };
      addHeat(durationsOf(phases, labels), interval.heat);
      addInterval(metrics, labels, interval);
    },
    end: (scenario, result) => {
      metrics.underWay.set({ scenario }, 0);
      for (const { labels } of phases.values()) if (labels.scenario === scenario) atRest(metrics, labels);
      if (result !== undefined) addOutcome(metrics, result);
    },
  };
}

function durationsOf(phases: Map<string, PhaseDurations>, labels: PhaseDurations["labels"]): PhaseDurations {
  const key = JSON.stringify(labels);
  const known = phases.get(key);
  if (known !== undefined) return known;
  const counts = new Array<number>(durationEdges.length + 1).fill(0);
  const durations = { labels, counts, sumSeconds: 0 };
  phases.set(key, durations);
  return durations;
}

function countedDurations({ labels, counts, sumSeconds }: PhaseDurations) {
  let count = 0;
  const cumulative = counts.map((n) => {
    count += n;
    return count;
  });
  return { labels, atOrBelow: cumulative.slice(0, -1), count, sumSeconds };
}

function addInterval(metrics: RunMetrics, labels: PhaseDurations["labels"], interval: Interval): void {
  metrics.offered.inc(labels, interval.offered);
  metrics.operations.inc({ ...labels, outcome: "success" }, interval.completed);
  const failed = Object.values(interval.errors).reduce((sum, n) => sum + n, 0);
  metrics.operations.inc({ ...labels, outcome: "error" }, failed);
  metrics.inFlight.set(labels, interval.inFlight);
  metrics.generatorLag.set(labels, interval.lagP99 / 1e6);
  metrics.cpuCores.set(labels, interval.cpuCores + (interval.outsideCpuCores ?? 0));
  metrics.residentMemory.set(labels, interval.rssBytes);
}

/** Counters stay; what is true of a moment is no longer so. */
function atRest(metrics: RunMetrics, labels: PhaseDurations["labels"]): void {
  for (const gauge of [metrics.inFlight, metrics.generatorLag, metrics.cpuCores, metrics.residentMemory])
    gauge.remove(labels);
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

import type { PairRecord } from "../../measure/pair.ts";
import { type MetricKind, readPair } from "./pair-metrics.ts";

/** A metric over the pairs so far. */
export interface MetricSeries extends MetricKind {
  readonly base: readonly number[];
  readonly candidate: readonly number[];
  /** As `PairMetric.worse`, in the order of the pairs. */
  readonly worse: readonly number[];
}

/** Collects the metrics of pairs. */
export interface SeriesCollection {
  add(pair: PairRecord): void;
  /** In the order of the phases. */
  all(): readonly MetricSeries[];
}

/** Creates an empty collection. */
export function collectSeries(): SeriesCollection {
  const series = new Map<string, MetricSeries & { base: number[]; candidate: number[]; worse: number[] }>();
  return {
    add: (pair) => {
      for (const { base, candidate, worse, ...kind } of readPair(pair)) {
        const key = `${kind.phase ?? ""} ${kind.metric}`;
        const known = series.get(key) ?? { ...kind, base: [], candidate: [], worse: [] };
        series.set(key, known);
        known.base.push(base);
        known.candidate.push(candidate);
        known.worse.push(worse);
      }
    },
    all: () => [...series.values()],
  };
}

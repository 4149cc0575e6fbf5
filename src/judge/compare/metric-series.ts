import type { ArmFigures, PairRecord } from "../../measure/pair.ts";
import { medianOf } from "../../stats/median.ts";
import { mosesInterval, shiftEstimate } from "../../stats/rank-sum.ts";
import { hodgesLehmann, signedRankTail, walshInterval } from "../../stats/signed-rank.ts";
import { type ArmMetric, type MetricKind, readArm, readPair, worseBy } from "./pair-metrics.ts";

/** A metric over the pairs (or blocks) so far. Worse is above 0, as `PairMetric.worse` counts. */
export interface MetricSeries extends MetricKind {
  readonly base: readonly number[];
  readonly candidate: readonly number[];
  /** One a pair, in order; of a block beside what was recorded, against the recorded median. */
  readonly worse: readonly number[];
  readonly isPaired: boolean;
  /** The Hodges-Lehmann estimate of the worsening. */
  estimate(): number;
  /** Its interval with so much on each side at most; undefined where there are too few. */
  interval(tailProbability: number): readonly [number, number] | undefined;
}

interface Growing extends MetricSeries {
  readonly base: number[];
  readonly candidate: number[];
  readonly worse: number[];
}

/** Collects pairs: their differences are judged by signed ranks. */
export function collectPairs(): { add(pair: PairRecord): void; all(): readonly MetricSeries[] } {
  const series = new Map<string, Growing>();
  return {
    add: (pair) => {
      for (const { base, candidate, worse, ...kind } of readPair(pair)) {
        const known = series.get(keyOf(kind)) ?? pairedSeries(kind);
        series.set(keyOf(kind), known);
        known.base.push(base);
        known.candidate.push(candidate);
        known.worse.push(worse);
      }
    },
    all: () => [...series.values()],
  };
}

function pairedSeries(kind: MetricKind): Growing {
  const worse: number[] = [];
  return {
    ...kind,
    base: [],
    candidate: [],
    worse,
    isPaired: true,
    ...(kind.scale === "difference" ? rareDifferences(worse) : symmetricDifferences(worse)),
  };
}

type Location = Pick<MetricSeries, "estimate" | "interval">;

function symmetricDifferences(worse: readonly number[]): Location {
  return { estimate: () => hodgesLehmann(worse), interval: (tail) => walshInterval(worse, tail) };
}

/** The least that is still worse: what shows that the signs tell. */
const leastWorse = 1e-9;

/**
 * Differences of error rates, which are 0 in most pairs: there the median says nothing. The estimate is their mean, that
 * of all operations together. The interval is that of the signed ranks, and reaches at least to the mean; it leaves 0 out
 * where the exact test (zeros by Pratt) does.
 */
function rareDifferences(worse: readonly number[]): Location {
  const estimate = (): number => worse.reduce((sum, value) => sum + value, 0) / worse.length;
  return {
    estimate,
    interval: (tail) => {
      const ranks = walshInterval(worse, tail);
      if (ranks === undefined) return undefined;
      const { above, below } = signedRankTail(worse, 0);
      const low = Math.min(ranks[0], estimate());
      const high = Math.max(ranks[1], estimate());
      if (above <= tail) return [Math.max(low, leastWorse), Math.max(high, leastWorse)];
      return below <= tail ? [Math.min(low, -leastWorse), Math.min(high, -leastWorse)] : [low, high];
    },
  };
}

/** Collects blocks beside those that were recorded: two samples, judged by rank sums. */
export function collectBlocks(recorded: readonly (readonly ArmMetric[])[]): {
  add(figures: ArmFigures): void;
  all(): readonly MetricSeries[];
} {
  const series = new Map<string, Growing>();
  return {
    add: (figures) => {
      for (const { value, ...kind } of readArm(figures)) {
        const known = series.get(keyOf(kind)) ?? unpairedSeries(kind, recorded);
        if (value === undefined || known.base.length === 0) continue;
        const worse = worseBy(kind, medianOf(known.base), value);
        if (!Number.isFinite(worse)) continue;
        series.set(keyOf(kind), known);
        known.candidate.push(value);
        known.worse.push(worse);
      }
    },
    all: () => [...series.values()],
  };
}

function unpairedSeries(kind: MetricKind, recorded: readonly (readonly ArmMetric[])[]): Growing {
  const base = recorded.flatMap((block) => {
    const found = block.find((one) => keyOf(one) === keyOf(kind));
    return found?.value === undefined ? [] : [found.value];
  });
  const candidate: number[] = [];
  // Against any fixed value the shift between the two is the same.
  const scaled = (values: readonly number[]): number[] =>
    values.map((value) => worseBy(kind, kind.scale === "difference" ? 0 : 1, value));
  return {
    ...kind,
    base,
    candidate,
    worse: [],
    isPaired: false,
    estimate: () => shiftEstimate(scaled(base), scaled(candidate)),
    interval: (tail) => mosesInterval(scaled(base), scaled(candidate), tail),
  };
}

function keyOf({ phase, metric }: MetricKind): string {
  return `${phase ?? ""} ${metric}`;
}

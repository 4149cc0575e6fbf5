import { DynoError } from "../../base/errors.ts";
import type { TrendChange, TrendLevel, TrendPoint, TrendSeries } from "../../measure/trend.ts";
import { type ChangePoint, findChangePoints } from "../../stats/change-points.ts";
import type { HistoryLine, HistoryMetric } from "./history-line.ts";
import { seriesSentence } from "./trend-sentences.ts";

/** One value in a history. */
export interface Entry {
  readonly line: HistoryLine;
  readonly metric: HistoryMetric;
}

/** The chance to find a change in a series that has none: small, since a scenario has a dozen of them. */
const significance = 0.01;
const seed = 1;
/** With fewer, even halves that lie apart come about too often by chance: in 2 of 126 orders of nine values. */
const fewestPoints = 10;
/** With fewer, no change of the three newest could be found, and nothing can be called steady: 2 of 165 orders of eleven. */
const fewestSteady = 12;
/** A drift below this is called none: 1 %, or of error_rate a tenth of a percentage point. */
const leastDrift: Readonly<Record<TrendSeries["scale"], number>> = { ratio: 0.01, difference: 0.001 };

/** Finds the levels of a metric, and says how it went. `entries` are in the order of time; at least one. */
export function makeSeries(entries: readonly Entry[]): TrendSeries {
  const points = entries.map(pointOf);
  const kind = kindOf(entries, points);
  const found = cutsOf(points, kind.scale);
  const levels = levelsOf(
    points.map(({ value }) => value),
    found.map(({ index }) => index),
  );
  const changes = found.map(({ index, p }, i): TrendChange => {
    const size = against(levels[i], levels[i + 1], kind.scale);
    return { index, p, size, verdict: verdictOf(size, kind), ...loadChange(entries, index) };
  });
  const drift = against(levels[0], levels.at(-1), kind.scale);
  const isSmall = Math.abs(drift - (kind.scale === "ratio" ? 1 : 0)) < leastDrift[kind.scale];
  const steady =
    changes.length === 0 || isSmall || isBack(points, levels, changes) ? "same" : verdictOf(drift, kind);
  const isTooFew = points.length < (changes.length === 0 ? fewestSteady : fewestPoints);
  const verdict = isTooFew ? "too few" : steady;
  const series = { ...kind, points, levels, changes, drift, verdict } as const;
  return { ...series, sentence: seriesSentence(series) };
}

/** After changes both ways, whether the last level is among the values that the first one had. */
function isBack(
  points: readonly TrendPoint[],
  [first, ...others]: readonly TrendLevel[],
  changes: readonly TrendChange[],
): boolean {
  const last = others.at(-1);
  if (first === undefined || last === undefined) return true;
  const values = points.slice(first.start, first.end).map(({ value }) => value);
  const isAmong = last.value >= Math.min(...values) && last.value <= Math.max(...values);
  return isAmong && new Set(changes.map(({ verdict }) => verdict)).size > 1;
}

type Kind = Pick<TrendSeries, "metric" | "phase" | "kind" | "unit" | "higherIsBetter" | "scale">;

function kindOf(entries: readonly Entry[], points: readonly TrendPoint[]): Kind {
  const newest = entries.at(-1);
  if (newest === undefined) throw new DynoError("internal", "a series has no values");
  const { metric, phase, unit, higherIsBetter } = newest.metric;
  const hasLogs = points.every(({ value }) => value > 0) && metric !== "error_rate";
  return {
    metric,
    ...(phase === undefined ? {} : { phase }),
    kind: newest.line.kind,
    unit,
    higherIsBetter,
    scale: hasLogs ? "ratio" : "difference",
  };
}

function cutsOf(points: readonly TrendPoint[], scale: TrendSeries["scale"]): readonly ChangePoint[] {
  if (points.length < fewestPoints) return [];
  const values = points.map(({ value }) => (scale === "ratio" ? Math.log(value) : value));
  return findChangePoints(values, { seed, significance, permutations: permutationsFor(points.length) });
}

/** Of few values the chance of the clearest change is so near the significance that it has to be known well. */
function permutationsFor(points: number): number {
  return points < 20 ? 9999 : 499;
}

function verdictOf(size: number, { scale, higherIsBetter }: Kind): "better" | "worse" {
  return size > (scale === "ratio" ? 1 : 0) === higherIsBetter ? "better" : "worse";
}

function pointOf({ line, metric }: Entry): TrendPoint {
  return {
    at: line.at,
    ...(line.revision === undefined ? {} : { revision: line.revision }),
    ...(line.dirty === undefined ? {} : { dirty: line.dirty }),
    value: metric.value,
    ...(metric.low === undefined ? {} : { low: metric.low }),
    ...(metric.high === undefined ? {} : { high: metric.high }),
  };
}

function levelsOf(values: readonly number[], cuts: readonly number[]): TrendLevel[] {
  return [0, ...cuts].map((start, i) => {
    const end = cuts[i] ?? values.length;
    const sorted = values.slice(start, end).toSorted((a, b) => a - b);
    return {
      start,
      end,
      value: quantile(sorted, 0.5),
      low: quantile(sorted, 0.25),
      high: quantile(sorted, 0.75),
    };
  });
}

/** Between neighbours in a straight line (type 7 of Hyndman and Fan, 1996). */
function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

function against(
  was: TrendLevel | undefined,
  is: TrendLevel | undefined,
  scale: TrendSeries["scale"],
): number {
  const [from, to] = [was?.value ?? Number.NaN, is?.value ?? Number.NaN];
  return scale === "ratio" ? to / from : to - from;
}

/** Whether the load is another from this point on. */
function loadChange(entries: readonly Entry[], index: number): Pick<TrendChange, "loadChange"> {
  const [was, is] = [entries[index - 1]?.line.load, entries[index]?.line.load];
  return was === undefined || is === undefined || was === is ? {} : { loadChange: { was, is } };
}

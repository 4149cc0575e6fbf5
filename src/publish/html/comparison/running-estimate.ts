import type { MetricComparison } from "../../../measure/comparison.ts";

/** How many of the first pairs an estimate rests on, and the estimate. */
export type Step = readonly [pairs: number, estimate: number];

/** The Walsh averages of more values than this are too many to be worth their time: the median stands for them. */
const mostWalsh = 300;
const mostSteps = 80;

/**
 * The estimate after each pair, as the comparison itself makes it: the Hodges-Lehmann estimate, the median of the means of
 * all pairs of values (Hodges and Lehmann 1963), of a ratio over its logarithms.
 */
export function runningEstimate({ perPair, scale }: MetricComparison): readonly Step[] {
  const values = perPair
    .map((value) => (scale === "ratio" ? Math.log(value) : value))
    .filter(Number.isFinite);
  const every = Math.max(1, Math.ceil(values.length / mostSteps));
  return values.flatMap((_, i): Step[] => {
    const count = i + 1;
    if (count % every !== 0 && count !== values.length) return [];
    const centre = centreOf(values.slice(0, count));
    return [[count, scale === "ratio" ? Math.exp(centre) : centre]];
  });
}

function centreOf(values: readonly number[]): number {
  if (values.length > mostWalsh) return median(values);
  return median(values.flatMap((a, i) => values.slice(i).map((b) => (a + b) / 2)));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

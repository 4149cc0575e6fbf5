import { chanceOfUAtMost, criticalU } from "./rank-sum-null.ts";
import { midranks } from "./ranks.ts";

/** How two independent samples lie to each other. */
export interface RankSumTest {
  /** Mann and Whitney's U: in how many pairs the candidate's value is the greater; equal ones count half. */
  readonly u: number;
  /** The p-value of "the candidate's values are no greater": small where they are shown to be greater. */
  readonly above: number;
  /** The p-value of "the candidate's values are no less". */
  readonly below: number;
}

/**
 * The test of Wilcoxon, Mann and Whitney for two independent samples: exact for up to 2,500 pairs of values without
 * ties, else by the normal approximation. The two-sided p-value is twice the smaller one, at most 1.
 */
export function rankSumTest(base: readonly number[], candidate: readonly number[]): RankSumTest {
  const m = candidate.length;
  const n = base.length;
  const all = [...candidate, ...base];
  const rankSum = midranks(all)
    .slice(0, m)
    .reduce((sum, rank) => sum + rank, 0);
  const u = rankSum - (m * (m + 1)) / 2;
  const sizes = { m, n, ties: tiesOf(all) };
  return { u, above: chanceOfUAtMost(m * n - u, sizes), below: chanceOfUAtMost(u, sizes) };
}

/**
 * The Hodges-Lehmann estimate of the shift from base to candidate: the median of all differences candidate - base
 * (Hollander, Wolfe and Chicken, 4.2). Throws RangeError where a sample is empty. Takes O(mn) memory.
 */
export function shiftEstimate(base: readonly number[], candidate: readonly number[]): number {
  const differences = sortedDifferences(base, candidate);
  const upper = differences[differences.length >> 1];
  const lower = differences[(differences.length - 1) >> 1];
  if (upper === undefined || lower === undefined)
    throw new RangeError("a sample to estimate a shift from is empty");
  return (lower + upper) / 2;
}

/**
 * Moses' interval of the shift that leaves at most `tailProbability` (below 0.5) on each side (Hollander, Wolfe and
 * Chicken, 4.3). Exact for up to 2,500 pairs of values, else by the normal approximation; ties make it wider than it
 * need be. Undefined where there are too few values for that level.
 */
export function mosesInterval(
  base: readonly number[],
  candidate: readonly number[],
  tailProbability: number,
): readonly [number, number] | undefined {
  const outside = criticalU(candidate.length, base.length, tailProbability);
  if (outside === undefined) return undefined;
  const differences = sortedDifferences(base, candidate);
  const low = differences[outside];
  const high = differences[differences.length - 1 - outside];
  return low === undefined || high === undefined ? undefined : [low, high];
}

function sortedDifferences(base: readonly number[], candidate: readonly number[]): Float64Array {
  const differences = new Float64Array(base.length * candidate.length);
  let at = 0;
  for (const value of candidate) {
    for (const other of base) differences[at++] = value - other;
  }
  return differences.sort();
}

/** The sum of t^3 - t over groups of t equal values. */
function tiesOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum += count ** 3 - count;
  return sum;
}

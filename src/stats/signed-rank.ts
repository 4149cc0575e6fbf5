import { midranks } from "./ranks.ts";
import { chanceOfAtMost, criticalSum } from "./signed-rank-null.ts";

/** One-sided p-values of two hypotheses about a centre. */
export interface SignedRankTail {
  /** Of "the centre is at most the shift": small where it is shown to be greater. */
  readonly above: number;
  /** Of "the centre is at least the shift": small where it is shown to be less. */
  readonly below: number;
}

/**
 * The Hodges-Lehmann estimate of the centre of a symmetric distribution: the median of the Walsh averages
 * (x_i + x_j) / 2, i <= j (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3.2). Values are finite;
 * throws RangeError where there are none.
 */
export function hodgesLehmann(values: readonly number[]): number {
  const averages = walshAverages(values);
  const upper = averages[averages.length >> 1];
  const lower = averages[(averages.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError("no values to estimate a centre from");
  return (lower + upper) / 2;
}

/**
 * Wilcoxon's signed-rank test of where the centre of paired differences lies (Hollander, Wolfe and Chicken, 3.1).
 *
 * Exact for any number of values: given the sizes, each sign is a fair coin. Equal sizes share their mean rank.
 * Values equal to the shift are ranked with the others and then left out (Pratt, Remarks on zeros and ties, JASA
 * 1959); left out before, as Wilcoxon did, moving values up could weaken the evidence that they are above. Takes
 * O(n^3) additions: some milliseconds for 200 values.
 */
export function signedRankTail(values: readonly number[], shift: number): SignedRankTail {
  const differences = values.map((value) => value - shift);
  const ranks = midranks(differences.map(Math.abs));
  const signed = differences.map((difference, i) => Math.sign(difference) * (ranks[i] ?? 0));
  const tossed = signed.map(Math.abs).filter((rank) => rank > 0);
  tossed.sort((a, b) => a - b);
  const sumOf = (sign: number): number => signed.reduce((sum, rank) => sum + Math.max(0, sign * rank), 0);
  return { above: chanceOfAtMost(sumOf(-1), tossed), below: chanceOfAtMost(sumOf(1), tossed) };
}

/**
 * The interval of the centre that leaves at most `tailProbability` (below 0.5) on each side; its ends are Walsh
 * averages (Tukey; Hollander, Wolfe and Chicken, 3.3). Undefined where there are too few values: n of them reach 2^-n.
 *
 * Exact for any symmetric distribution, and with ties rather too wide than too narrow. Without ties a shift lies
 * outside exactly where a tail of `signedRankTail` is at most `tailProbability`.
 */
export function walshInterval(
  values: readonly number[],
  tailProbability: number,
): readonly [number, number] | undefined {
  const outside = criticalSum(values.length, tailProbability);
  if (outside === undefined) return undefined;
  const averages = walshAverages(values);
  const low = averages[outside.sum];
  const high = averages[averages.length - 1 - outside.sum];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/**
 * The level that the signed-rank test of n values really has where it is asked for `level` (below 0.5): the largest
 * p-value without ties that is no larger. 0 where even the smallest, 2^-n, is.
 */
export function attainableSignedRankLevel(n: number, level: number): number {
  return criticalSum(n, level)?.probability ?? 0;
}

function walshAverages(values: readonly number[]): Float64Array {
  const averages = new Float64Array((values.length * (values.length + 1)) / 2);
  let at = 0;
  for (const [i, value] of values.entries()) {
    for (let j = 0; j <= i; j++) averages[at++] = (value + (values[j] ?? Number.NaN)) / 2;
  }
  return averages.sort();
}

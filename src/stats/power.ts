import { normalQuantile } from "./normal.ts";

/** Pitman's efficiency of the signed-rank test beside the t-test, for normal differences: 3/pi (Hodges and Lehmann 1956). */
const efficiency = 3 / Math.PI;

/**
 * The normal approximation asks for too few pairs where they are few. Guenther (The American Statistician 1981) adds
 * z_alpha^2 / 2 of them for the t-test; the coarse levels of the exact signed-rank test cost a little more, found by
 * simulation: with 0.65 the power asked for as 95 % is 94 to 97 % with 10 to 50 pairs, without it 59 to 94 %.
 */
const fewPairsFactor = 0.65;

/** How sure a one-sided signed-rank test is to be. */
export interface TestStrength {
  /** Standard deviation over the pairs: of the logarithm of the ratio, or of the difference. */
  readonly sd: number;
  /** Chance of a false alarm. */
  readonly alpha: number;
  /** Chance of finding what is there. */
  readonly power: number;
}

/**
 * How many pairs show a shift of differences (or of logarithms of ratios); its unit is that of `sd`. By the normal
 * approximation, n = ((z_alpha + z_power) sd / shift)^2 pi/3 (Noether, JASA 1987), a few more for small numbers, and at
 * least as many as an exact test needs. The same number shows of two equal variants that neither is worse by the shift.
 * Infinity for a shift of 0.
 */
export function pairsForShift({
  sd,
  shift,
  alpha,
  power,
}: TestStrength & { readonly shift: number }): number {
  if (!(shift > 0)) return Number.POSITIVE_INFINITY;
  const pairs = ((reach(alpha, power) * sd) / shift) ** 2 / efficiency + lostPairs(alpha);
  return Math.max(leastPairs(alpha), Math.ceil(pairs));
}

/** The smallest shift that so many pairs show; undefined where they are too few for `alpha`. */
export function smallestShift({
  sd,
  pairs,
  alpha,
  power,
}: TestStrength & { readonly pairs: number }): number | undefined {
  if (pairs < leastPairs(alpha)) return undefined;
  return (reach(alpha, power) * sd) / Math.sqrt((pairs - lostPairs(alpha)) * efficiency);
}

/** The fewest pairs of which a signed-rank test can reach `alpha`: all on one side has a chance of 2^-n. */
export function leastPairs(alpha: number): number {
  return Math.ceil(-Math.log2(alpha));
}

function reach(alpha: number, power: number): number {
  return normalQuantile(power) - normalQuantile(alpha);
}

function lostPairs(alpha: number): number {
  return fewPairsFactor * normalQuantile(alpha) ** 2;
}

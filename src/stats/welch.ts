import { studentCdf } from "./student.ts";

/** How the means of two independent samples lie to each other. */
export interface WelchTest {
  /** The candidate's mean minus the base's. */
  readonly difference: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** The p-value of "the candidate's mean is no greater": small where it is shown to be greater. */
  readonly above: number;
  /** The p-value of "the candidate's mean is no less". */
  readonly below: number;
}

/**
 * Welch's t-test of two means with variances of their own (The generalization of Student's problem, Biometrika 1947).
 * Undefined where a sample has fewer than two values, or neither varies. The two-sided p-value is twice the smaller
 * one.
 */
export function welchTest(base: readonly number[], candidate: readonly number[]): WelchTest | undefined {
  const of = meanWithError(base);
  const to = meanWithError(candidate);
  if (of === undefined || to === undefined) return undefined;
  const variance = of.variance + to.variance;
  if (!(variance > 0)) return undefined;
  const difference = to.mean - of.mean;
  const t = difference / Math.sqrt(variance);
  const degreesOfFreedom =
    variance ** 2 / (of.variance ** 2 / (base.length - 1) + to.variance ** 2 / (candidate.length - 1));
  return {
    difference,
    t,
    degreesOfFreedom,
    above: studentCdf(-t, degreesOfFreedom),
    below: studentCdf(t, degreesOfFreedom),
  };
}

/** A mean, and the variance of that mean. */
function meanWithError(
  values: readonly number[],
): { readonly mean: number; readonly variance: number } | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (n - 1) / n };
}

import { metricName } from "./comparison-wording.ts";
import type { ShareEstimate, TunedTerm } from "./tuning.ts";

/** A share of an objective as a change of what is measured. */
export interface ObjectiveChange {
  /** `p50 in steady`; of a product `the objective`. */
  readonly name: string;
  readonly direction: "lower" | "higher";
  /** 0.46 is 46 % lower or higher. */
  readonly size: number;
}

/** What an objective's shares tell of: its one metric, or the product that is minimised. */
export function objectiveName([term, ...others]: readonly TunedTerm[]): string {
  return term === undefined || others.length > 0 ? "the objective" : metricName(term);
}

/** The exponent of the one metric in what is minimised; 1 of a product. */
export function objectiveExponent([term, ...others]: readonly TunedTerm[]): number {
  return term === undefined || others.length > 0 ? 1 : term.weight;
}

/** A share as the change that it is of the one metric; of a product as one of the product. */
export function objectiveChange(terms: readonly TunedTerm[], share: number): ObjectiveChange {
  const factor = share ** (1 / objectiveExponent(terms));
  return {
    name: objectiveName(terms),
    direction: factor < 1 ? "lower" : "higher",
    size: Math.abs(factor - 1),
  };
}

/** A share of the objective with its interval as one of the one metric; of a product as it is. */
export function metricShare(
  terms: readonly TunedTerm[],
  { low, estimate, high }: ShareEstimate,
): ShareEstimate {
  const [from = 0, middle = 0, to = 0] = [low, estimate, high]
    .map((share) => share ** (1 / objectiveExponent(terms)))
    .toSorted((a, b) => a - b);
  return { low: from, estimate: middle, high: to };
}

/**
 * With three significant digits, the last one cut off, so that it does not say too much; one that is only a rounding error
 * below a digit is that digit.
 */
export function roundedDown(share: number): number {
  if (share === 0 || !Number.isFinite(share)) return share;
  const step = 10 ** (Math.floor(Math.log10(share)) - 2);
  return Number((Math.floor(share / step + 1e-9) * step).toPrecision(3));
}

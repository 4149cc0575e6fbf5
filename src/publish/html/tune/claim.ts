import { formatRatio } from "../../../base/units.ts";
import type { ChangeText } from "../../../measure/comparison-wording.ts";
import {
  metricShare,
  objectiveChange,
  objectiveExponent,
  objectiveName,
  roundedDown,
} from "../../../measure/objective-change.ts";
import type { ShareEstimate, TunedTerm, TuneProof, TuneResult } from "../../../measure/tuning.ts";
import { shareChange } from "../../tuned-words.ts";

/** A share of the objective in the words of what is measured. */
export interface ChangeWords {
  /** `p50 in steady`; of a product `the objective`. */
  readonly name: string;
  readonly direction: "lower" | "higher";
  /** The change, rounded towards none, so that it does not say too much: `45.9 %`. */
  readonly atLeast: string;
}

/** A change with its interval: `p50 in steady`, `−48.5 %`, `[−51.2, −46.0]`. */
export interface EstimateWords extends ChangeText {
  readonly name: string;
}

/** What a proof's claim is; undefined where it is none. */
export function claimOf(
  { objectiveTerms }: Pick<TuneResult, "objectiveTerms">,
  { outcome, share }: TuneProof,
): ChangeWords | undefined {
  return outcome === "proven" && share.high < 1 ? changeOf(objectiveTerms, share.high) : undefined;
}

/** A share of the objective as a change of the one metric that it is of; of a product as one of the product. */
export function changeOf(terms: readonly TunedTerm[], share: number): ChangeWords {
  const { name, direction, size } = objectiveChange(terms, share);
  return { name, direction, atLeast: formatRatio(roundedDown(size)) };
}

/** A share with its interval as a change of the one metric that it is of; of a product as one of the product. */
export function estimateOf(terms: readonly TunedTerm[], share: ShareEstimate): EstimateWords {
  return { name: objectiveName(terms), ...shareChange(metricShare(terms, share)) };
}

/** What shares are of, in words: `p50 in steady`, `1 / throughput in full`, `the objective`. Less is better. */
export function shareName(terms: readonly TunedTerm[]): string {
  const name = objectiveName(terms);
  const exponent = objectiveExponent(terms);
  if (exponent === 1) return name;
  return exponent === -1 ? `1 / ${name}` : "the objective";
}

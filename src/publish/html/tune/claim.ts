import { formatRatio } from "../../../base/units.ts";
import type { ChangeText } from "../../../measure/comparison-wording.ts";
import type { ShareEstimate, TuneProof, TuneResult } from "../../../measure/tuning.ts";
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
  { objective }: Pick<TuneResult, "objective">,
  { outcome, share }: TuneProof,
): ChangeWords | undefined {
  return outcome === "proven" && share.high < 1 ? changeOf(objective, share.high) : undefined;
}

/** A share of the objective as a change of the one metric that it is of; of a product as one of the product. */
export function changeOf(objective: string, share: number): ChangeWords {
  const { name, exponent } = termOf(objective);
  const factor = share ** (1 / exponent);
  const direction = factor < 1 ? "lower" : "higher";
  return { name, direction, atLeast: formatRatio(roundedDown(Math.abs(factor - 1))) };
}

/** A share with its interval as a change of the one metric that it is of; of a product as one of the product. */
export function estimateOf(objective: string, { estimate, low, high }: ShareEstimate): EstimateWords {
  const { name, exponent } = termOf(objective);
  const [from = 0, middle = 0, to = 0] = [low, estimate, high]
    .map((share) => share ** (1 / exponent))
    .toSorted((a, b) => a - b);
  return { name, ...shareChange({ low: from, estimate: middle, high: to }) };
}

/** What shares are of, in words: `p50 in steady`, `1 / throughput in full`, `the objective`. Less is better. */
export function shareName(objective: string): string {
  const { name, exponent } = termOf(objective);
  if (exponent === 1) return name;
  return exponent === -1 ? `1 / ${name}` : "the objective";
}

/** The one metric of an objective in words, and its exponent in what is minimised. */
function termOf(objective: string): { readonly name: string; readonly exponent: number } {
  const [, verb, name, weight = "1"] =
    /^(minimise|maximise) ((?:(?! and ).)+?)(?: \(weight ([\d.e-]+)\))?$/.exec(objective) ?? [];
  if (name === undefined) return { name: "the objective", exponent: 1 };
  return { name, exponent: verb === "maximise" ? -Number(weight) : Number(weight) };
}

/** With three significant digits, the last one cut off; one that is only a rounding error below a digit is that digit. */
function roundedDown(share: number): number {
  if (share === 0 || !Number.isFinite(share)) return share;
  const step = 10 ** (Math.floor(Math.log10(share)) - 2);
  return Number((Math.floor(share / step + 1e-9) * step).toPrecision(3));
}

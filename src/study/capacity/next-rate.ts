import { type ThresholdPosterior, thresholdPosterior } from "../../stats/threshold.ts";

/** What one rate answered. */
export interface RateAnswer {
  /** Operations a second. */
  readonly ratePerSec: number;
  /** ln of the worst figure by its limit: above 0 it is too much. Infinite where there is only a yes or a no. */
  readonly excess: number;
  /** The standard error of that, from the level's own samples; 0 where it is not known. */
  readonly error: number;
  /** Whether it met them with so much to spare that the next step may be a long one. */
  readonly isEasy: boolean;
}

/** Where the search may go. */
export interface RateBounds {
  readonly fromRatePerSec: number;
  readonly toRatePerSec?: number;
}

/** What to do next. */
export type NextRate =
  | { readonly do: "try"; readonly stage: "climb" | "search"; readonly ratePerSec: number }
  /** `found`: the interval is narrow. `none`: not even the lowest rate holds. `top`: the highest one does. */
  | { readonly do: "stop"; readonly why: "found" | "none" | "top" };

/** The interval is narrow enough where its ends differ by no more than this. */
const precision = 0.05;
const shortStep = 2;
const longStep = 4;
/** The chance that is meant by "sure". */
const sure = 0.95;

/**
 * Where to measure next: from the lowest rate up in steps of two, of four where it is easy, until a rate breaks; then where
 * the answer is expected to tell most of where the capacity lies, until that is known to 5 %. Depends on the answers alone.
 *
 * RFC 2544 (26.1) bisects on single answers: there one hiccup sends the search into the wrong half for good.
 */
export function nextRate(answers: readonly RateAnswer[], bounds: RateBounds): NextRate {
  const { fromRatePerSec: from, toRatePerSec: to = Number.POSITIVE_INFINITY } = bounds;
  const top = highestOf(answers);
  if (top === undefined) return { do: "try", stage: "climb", ratePerSec: from };
  const atTop = answers.filter(({ ratePerSec }) => ratePerSec === top);
  const last = atTop.at(-1);
  if (top === from && last !== undefined && last.excess > 0) {
    return atTop.length < 2 ? { do: "try", stage: "climb", ratePerSec: from } : { do: "stop", why: "none" };
  }
  if (last !== undefined && last.excess <= 0 && top < to) {
    const ratePerSec = Math.min(to, top * (last.isEasy ? longStep : shortStep));
    return { do: "try", stage: "climb", ratePerSec };
  }
  const posterior = posteriorOf(answers, bounds);
  if (posterior.chanceAbove(to) > sure) return { do: "stop", why: "top" };
  if (posterior.chanceAbove(from) < 1 - sure) return { do: "stop", why: "none" };
  if (posterior.quantile(0.975) / posterior.quantile(0.025) <= 1 + precision)
    return { do: "stop", why: "found" };
  return { do: "try", stage: "search", ratePerSec: mostTelling(posterior, from, to) };
}

/** Whether a rate was too much, so that the answers, and not the search's own prior, tell where the capacity ends. */
export function isBounded(answers: readonly RateAnswer[], { toRatePerSec: to }: RateBounds): boolean {
  const top = highestOf(answers);
  const atTop = answers.filter(({ ratePerSec }) => ratePerSec === top);
  const isClimbing = (atTop.at(-1)?.excess ?? 0) <= 0 && top !== to;
  return !isClimbing && atTop.some(({ excess }) => excess > 0);
}

/** What the answers tell of the capacity. */
export function posteriorOf(answers: readonly RateAnswer[], bounds: RateBounds): ThresholdPosterior {
  const { fromRatePerSec: from } = bounds;
  const top = highestOf(answers) ?? from;
  return thresholdPosterior(
    answers.map(({ ratePerSec, excess, error }) => ({ dose: ratePerSec, excess, error })),
    { low: Math.max(from / 2, top / 100), high: top * 4, knee: top },
  );
}

function highestOf(answers: readonly RateAnswer[]): number | undefined {
  return answers.length === 0 ? undefined : Math.max(...answers.map(({ ratePerSec }) => ratePerSec));
}

/** Of some quantiles of what is known, the rate after whose answer least will be unknown. Rates that people can read. */
function mostTelling(posterior: ThresholdPosterior, from: number, to: number): number {
  const candidates = [0.1, 0.3, 0.5, 0.7, 0.9].map((probability) =>
    Math.min(to, Math.max(from, readable(posterior.quantile(probability)))),
  );
  const [best = from] = [...new Set(candidates)]
    .map((ratePerSec) => ({ ratePerSec, entropy: posterior.expectedEntropy(ratePerSec) }))
    .toSorted((a, b) => a.entropy - b.entropy)
    .map(({ ratePerSec }) => ratePerSec);
  return best;
}

/** Rounded to three digits, and to four where three are coarser than 0.2 %. */
function readable(ratePerSec: number): number {
  const lead = ratePerSec / 10 ** Math.floor(Math.log10(ratePerSec));
  return Number(ratePerSec.toPrecision(lead >= 5 ? 3 : 4));
}

import type { MetricComparison } from "../../../measure/comparison.ts";
import { hodgesLehmann } from "../../../stats/signed-rank.ts";

/** How many of the first pairs an estimate rests on, and the estimate. */
export type Step = readonly [pairs: number, estimate: number];

const mostSteps = 80;
/** An estimate of n pairs sorts n²/2 averages; of very many pairs only some steps are worth that. */
const mostAverages = 1_500_000;

/** The estimate after each pair, made as the comparison itself makes it: of a ratio over its logarithms. */
export function runningEstimate({ perPair, scale }: MetricComparison): readonly Step[] {
  const isRatio = scale === "ratio";
  const values = perPair.map((value) => (isRatio ? Math.log(value) : value)).filter(Number.isFinite);
  const affordable = Math.floor(mostAverages / Math.max(1, values.length ** 2 / 2));
  const every = Math.ceil(values.length / Math.max(1, Math.min(mostSteps, affordable)));
  return values.flatMap((_, i): Step[] => {
    const count = i + 1;
    if (count % every !== 0 && count !== values.length) return [];
    const centre = hodgesLehmann(values.slice(0, count));
    return [[count, isRatio ? Math.exp(centre) : centre]];
  });
}

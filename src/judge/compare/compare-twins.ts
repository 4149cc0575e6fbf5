import type { TwinOptions, TwinSide } from "../../drive/twin/pair-bench.ts";
import { openTwins } from "../../drive/twin/twins.ts";
import { type Compared, type MeasureOptions, measureUntilKnown } from "./measure-until-known.ts";
import { collectPairs } from "./metric-series.ts";

/** Compares two variants in pairs of fresh processes that work in turn. */
export async function compareTwins(
  base: TwinSide,
  candidate: TwinSide,
  options: TwinOptions & MeasureOptions,
): Promise<Compared> {
  const twins = await openTwins(base, candidate, options);
  const pairs = collectPairs();
  const { services } = twins;
  const next = async () => {
    const outcome = await twins.nextPair();
    if (outcome.broken !== undefined) return outcome;
    pairs.add(outcome.pair);
    return { unit: outcome.pair };
  };
  try {
    const compared = await measureUntilKnown({ next, series: pairs.all, services }, options);
    return { ...compared, warnings: twins.warnings() };
  } finally {
    await twins.close();
  }
}

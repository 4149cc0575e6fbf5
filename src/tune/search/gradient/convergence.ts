import type { Random } from "../../../base/random.ts";
import { createAcquisition } from "./acquisition.ts";
import type { Beliefs } from "./beliefs.ts";
import type { Bounds } from "./bounds.ts";
import type { Measured } from "./history.ts";
import { slopesAt } from "./model-view.ts";
import { seek } from "./seek.ts";

/** The standard deviations of a chance of 0.9, one-sided. */
const deviations = 1.2816;

/**
 * Whether nowhere, with a chance of 0.9 at each point, more than `minGain` is to be gained over the incumbent: sought where
 * the lower end of the belief is least, and where targets may be met with a chance of 0.1.
 */
export function isLittleLeft(
  beliefs: Beliefs,
  bounds: Bounds,
  incumbent: Measured,
  minGain: number,
  random: Random,
): boolean {
  const { point } = incumbent;
  const everywhere = bounds.around(point, 1);
  const optimistic = createAcquisition(beliefs, { curiosity: deviations, margin: -deviations });
  return seek(optimistic, bounds, point, everywhere, random).every((found) => {
    const { mean, sd } = beliefs.score.difference(found.point, point);
    return mean - deviations * sd > Math.log1p(-minGain);
  });
}

/** Whether no parameter is seen to lead down from the incumbent. */
export function isFlat(beliefs: Beliefs, bounds: Bounds, incumbent: Measured): boolean {
  return slopesAt(beliefs, bounds, incumbent.point).every(({ param, slope }) => {
    const isChoice = bounds.space.params.find(({ name }) => name === param)?.type === "choice";
    return slope.high >= 0 && (isChoice || slope.low <= 0);
  });
}

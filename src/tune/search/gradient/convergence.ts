import type { Random } from "../../../base/random.ts";
import type { Bounds } from "../bounds.ts";
import { createAcquisition } from "./acquisition.ts";
import type { Beliefs } from "./beliefs.ts";
import type { Measured } from "./history.ts";
import { slopesAt } from "./model-view.ts";
import { seek } from "./seek.ts";

/** What is looked at for a gain over the incumbent. */
export interface LookAround {
  readonly beliefs: Beliefs;
  readonly bounds: Bounds;
  readonly incumbent: Measured;
  /** 0.02 is 2 %. */
  readonly minGain: number;
  readonly random: Random;
}

/** The standard deviations of a chance of 0.9, one-sided. */
const deviations = 1.2816;

/**
 * Whether nowhere, with a chance of 0.9 at each point, more than `minGain` is to be gained: sought where the lower end of
 * the belief is least, and where targets may be met with a chance of 0.1.
 */
export function isLittleLeft(look: LookAround): boolean {
  return gainsAtMost(look, deviations);
}

/** Whether no parameter is seen to lead down from the incumbent, and nowhere more than `minGain` is expected. */
export function isFlat(look: LookAround): boolean {
  const { beliefs, bounds, incumbent } = look;
  const slopes = slopesAt(beliefs, bounds, incumbent.point);
  const leadsDown = slopes.some(({ slope }, i) => slope.high < 0 || (!bounds.isChoice[i] && slope.low > 0));
  return !leadsDown && gainsAtMost(look, 0);
}

function gainsAtMost({ beliefs, bounds, incumbent, minGain, random }: LookAround, doubts: number): boolean {
  const { point } = incumbent;
  const wishful = createAcquisition(beliefs, { curiosity: doubts, margin: -doubts });
  return seek(wishful, bounds, point, bounds.around(point, 1), random).every((found) => {
    const { mean, sd } = beliefs.score.difference(found.point, point);
    return mean - doubts * sd > Math.log1p(-minGain);
  });
}

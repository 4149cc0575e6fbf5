import type { Point } from "../../space/space.ts";
import type { Box } from "../bounds.ts";
import type { Acquisition } from "./acquisition.ts";

const steps = 14;
/** The first step and the last one, as shares of the box. */
const firstStep = 0.16;
const lastStep = 0.02;
/** Of Adam's running means. */
const keepMean = 0.8;
const keepSquare = 0.95;

/** A point, and what it is worth. */
export interface Found {
  readonly point: Point;
  readonly value: number;
}

/**
 * Descends the acquisition's gradient from a point, within a box: projected Adam (Kingma and Ba, ICLR 2015), with steps that
 * become shorter. Choices stay: their slopes are left out. Gives the best point on the way.
 */
export function descend(
  acquisition: Acquisition,
  start: Point,
  { low, high }: Box,
  isChoice: readonly boolean[],
): Found {
  const point = start.slice();
  const slopes = new Float64Array(point.length);
  const means = new Float64Array(point.length);
  const squares = new Float64Array(point.length);
  let best: Found = { point: start, value: acquisition(point, slopes) };
  for (let step = 1; step <= steps; step++) {
    const rate = firstStep * (lastStep / firstStep) ** ((step - 1) / (steps - 1));
    for (let dim = 0; dim < point.length; dim++) {
      if (isChoice[dim]) continue;
      const slope = slopes[dim] ?? 0;
      const mean = keepMean * (means[dim] ?? 0) + (1 - keepMean) * slope;
      const square = keepSquare * (squares[dim] ?? 0) + (1 - keepSquare) * slope * slope;
      means[dim] = mean;
      squares[dim] = square;
      const size = Math.sqrt(square / (1 - keepSquare ** step)) + 1e-9;
      const [from, to] = [low[dim] ?? 0, high[dim] ?? 1];
      const moved = (point[dim] ?? 0) - (rate * (to - from) * mean) / (1 - keepMean ** step) / size;
      point[dim] = Math.min(to, Math.max(from, moved));
    }
    const value = acquisition(point, slopes);
    if (value < best.value) best = { point: point.slice(), value };
  }
  return best;
}

import type { Random } from "../../../base/random.ts";
import type { Point } from "../../space/space.ts";
import type { Bounds, Box } from "../bounds.ts";
import type { Acquisition } from "./acquisition.ts";
import { descend, type Found } from "./descend.ts";

const randomStarts = 24;

/**
 * Where an acquisition is least, in a box: by descending it from a point, and from the best of some random points and of
 * those that differ from the given one in a choice. The best first.
 */
export function seek(
  acquisition: Acquisition,
  bounds: Bounds,
  from: Point,
  box: Box,
  random: Random,
): Found[] {
  const slopes = new Float64Array(from.length);
  let best: Found | undefined;
  for (const point of startsOf(bounds, from, box, random)) {
    const value = acquisition(point, slopes);
    if (best === undefined || value < best.value) best = { point, value };
  }
  const starts = best === undefined ? [from] : [from, best.point];
  return starts
    .map((start) => descend(acquisition, start, box, bounds.isChoice))
    .sort((a, b) => a.value - b.value);
}

function startsOf({ isChoice, values }: Bounds, from: Point, { low, high }: Box, random: Random): Point[] {
  const drawn = Array.from({ length: randomStarts }, () => {
    const choosesAnew = random.next() < 0.5;
    return from.map((value, i) => {
      if (!isChoice[i]) return (low[i] ?? 0) + random.next() * ((high[i] ?? 1) - (low[i] ?? 0));
      return choosesAnew && (values[i] ?? 1) > 1 ? random.integer(values[i] ?? 1) : value;
    });
  });
  const turned = values.flatMap((count, i) =>
    Array.from({ length: count }, (_, value) => from.with(i, value)).filter((point) => point[i] !== from[i]),
  );
  return [...drawn, ...turned];
}

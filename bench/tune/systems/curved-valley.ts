import { createSpace } from "../../../src/tune/space/space.ts";
import { count, freeSystem } from "./system.ts";

const space = createSpace(
  [count("batch", 1, 1024, 8), count("lingerMicros", 10, 50_000, 100), count("prefetch", 1, 4096, 64)],
  [],
);

/** A larger batch only pays with the linger that fills it, and the prefetch that feeds it: a valley that bends. */
export const curvedValley = freeSystem({
  name: "curved valley",
  why: "knobs that must be turned together, in a direction that changes on the way",
  space,
  score: (config) => {
    const [batch = 0, linger = 0, prefetch = 0] = space.toPoint(config);
    const unfilled = linger - 0.1 - 0.8 * batch ** 2;
    const unfed = prefetch - 0.25 - 0.55 * batch;
    return 1.2 * Math.log(1 + 18 * unfilled ** 2 + 6 * unfed ** 2 + 4 * (batch - 0.8) ** 2);
  },
});

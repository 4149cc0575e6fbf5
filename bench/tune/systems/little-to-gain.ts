import { createSpace } from "../../../src/tune/space/space.ts";
import { bowl, waiting } from "./shapes.ts";
import { count, freeSystem, level } from "./system.ts";

const space = createSpace(
  [
    count("batch", 1, 1024, 48),
    count("concurrency", 1, 256, 12),
    count("depth", 1, 64, 8),
    level("gcSliceMs", 1, 21, 11),
  ],
  [],
);

/** A default that was well chosen: 7 % can be gained, less than the noise of one evaluation. */
export const littleToGain = freeSystem({
  name: "little to gain",
  why: "what can be gained is less than the noise",
  space,
  score: (config) => {
    const at = space.toPoint(config);
    const [batch = 0, concurrency = 0] = at;
    const busy = 0.2 + 0.9 * Math.max(0, 0.542 - 0.5 * batch - 0.5 * concurrency);
    return bowl(at, [0.65, 0.555, 0.5, 0.45], [1.6, 1.2, 0.5, 0.3]) + Math.log(waiting(busy));
  },
});

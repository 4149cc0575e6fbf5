import { createSpace } from "../../../src/tune/space/space.ts";
import { bowl } from "./shapes.ts";
import { count, freeSystem } from "./system.ts";

const space = createSpace(
  [
    count("workers", 1, 64, 4),
    count("prefetch", 1, 2048, 16),
    count("chunk", 64, 65_536, 1024),
    count("depth", 1, 64, 4),
  ],
  [],
);

/** Few workers with small chunks do well; many with large ones do better, and all that lies between does worse. */
export const twoBasins = freeSystem({
  name: "two basins",
  why: "the slope at the default leads into the smaller one",
  space,
  score: (config) => {
    const at = space.toPoint(config);
    const near = 0.45 + bowl(at, [0.2, 0.22, 0.3, 0.2], [5, 4, 3, 2]);
    const far = bowl(at, [0.75, 0.7, 0.72, 0.65], [8, 6, 6, 3]);
    // A smooth minimum.
    return Math.min(1.6, -0.08 * Math.log(Math.exp(-near / 0.08) + Math.exp(-far / 0.08)));
  },
});

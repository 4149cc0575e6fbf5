import { createSpace } from "../../../src/tune/space/space.ts";
import { bowl } from "./shapes.ts";
import { count, freeSystem, level } from "./system.ts";

const space = createSpace(
  [
    count("batch", 1, 1024, 32),
    count("lingerMicros", 10, 50_000, 500),
    count("concurrency", 1, 256, 16),
    level("breakerShare", 0.05, 0.95, 0.5),
  ],
  [],
);
const centre = [...space.toPoint(space.defaults)];

/** The default is the best there is; whoever finds something better was fooled by noise. */
export const nothingToGain = freeSystem({
  name: "nothing to gain",
  why: "the default is the best; near it hardly anything changes",
  space,
  score: (config) => bowl(space.toPoint(config), centre, [1.5, 1, 1.2, 0.02]),
});

import { createSpace } from "../../../src/tune/space/space.ts";
import { bowl } from "./shapes.ts";
import { count, freeSystem } from "./system.ts";

const space = createSpace(
  [
    count("segmentEvents", 16, 65_536, 128),
    count("flushers", 1, 64, 2),
    count("cacheMb", 1, 1024, 4),
    count("readAhead", 1, 512, 8),
  ],
  [],
);
const levels = 7;

/** The system rounds every knob to one of a few sizes: small steps of a search see nothing. */
export const plateaus = freeSystem({
  name: "plateaus",
  why: "no slope near the default, nor near the optimum",
  space,
  score: (config) => {
    const at = Array.from(space.toPoint(config), (value) => Math.round(levels * value) / levels);
    const [segment = 0, flushers = 0] = at;
    // More flushers than segments only get into each other's way.
    const crowded = 2 * Math.max(0, flushers - segment - 0.1) ** 2;
    return bowl(at, [0.68, 0.64, 0.7, 0.52], [2, 1.6, 1.2, 0.4]) + crowded;
  },
});

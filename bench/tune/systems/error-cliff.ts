import { createSpace } from "../../../src/tune/space/space.ts";
import { cliff, errorMiss } from "./shapes.ts";
import { count, level, type System } from "./system.ts";

const limit = 0.005;
const space = createSpace(
  [
    count("concurrency", 1, 256, 8),
    count("timeoutMs", 5, 5000, 1000),
    level("retryBudget", 0, 5, 2),
    count("queue", 16, 4096, 256),
  ],
  [],
);

/** Latency falls up to settings at which calls fail, and beyond: what is fastest is forbidden. */
export const errorCliff: System = {
  name: "error cliff",
  why: "the objective gets better across the cliff of a target",
  space,
  targets: ["error_rate <= 0.5 %"],
  score: (config) => {
    const [concurrency = 0, timeout = 0, retryBudget = 0, queue = 0] = space.toPoint(config);
    return (
      2.4 * (concurrency - 0.9) ** 2 +
      0.6 * timeout +
      0.3 * retryBudget +
      1.5 * (queue - 0.55 * concurrency) ** 2
    );
  },
  misses: (config) => {
    const [concurrency = 0, timeout = 0, retryBudget = 0, queue = 0] = space.toPoint(config);
    const refused = 0.08 * cliff(concurrency - 0.25 * queue, 0.58, 0.06);
    const tooLate = 0.25 * cliff(-timeout + 0.15 * concurrency, -0.32, 0.08);
    const failing = refused + tooLate;
    return [errorMiss(0.0004 + failing * 0.2 ** retryBudget, limit)];
  },
};

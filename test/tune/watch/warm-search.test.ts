import { expect, test } from "vitest";
import { medianOf } from "../../../src/stats/median.ts";
import { createGradientSearch } from "../../../src/tune/search/gradient/gradient-search.ts";
import { functionRig } from "../../support/function-rig.ts";
import { lossOf, watchedSpace } from "../../support/watched-system.ts";

/** How much of what could be gained a search from the defaults reaches with 20 units, after the best has moved. */
async function reached(best: readonly number[], seed: number): Promise<number> {
  const from = watchedSpace.defaults;
  const searcher = createGradientSearch({
    space: watchedSpace,
    targets: 0,
    seed,
    budget: 20,
    minGain: 0.02,
    warm: { from, reach: 0.25 },
  });
  const rig = functionRig({ score: (config) => lossOf(config, best), noise: 0.05 });
  for (;;) {
    const { block, stop } = searcher.ask();
    if (stop !== undefined) break;
    const { arms } = await rig.measure(block);
    searcher.tell({ arms, cost: block.arms.length * block.length });
  }
  return 1 - lossOf(searcher.candidates()[0]?.config ?? from, best) / lossOf(from, best);
}

test("a search of 20 units reaches 85 % of what can be gained, in the median over moves of the best", async () => {
  const moves = [
    [0.6, 0.85],
    [0.8, 0.85],
    [0.4, 0.7],
    [0.85, 0.4],
  ];
  const seeds = Array.from({ length: 15 }, (_, seed) => seed);
  const shares = await Promise.all(moves.flatMap((best) => seeds.map((seed) => reached(best, seed))));
  expect(medianOf(shares)).toBeGreaterThan(0.85);
});

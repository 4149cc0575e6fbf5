import { describe, expect, test } from "vitest";
import type { Config, NumberParam } from "../../src/scenario/tuning.ts";
import { createRandomSearch } from "../../src/tune/search/random-search.ts";
import type { ArmOutcome, Block, Searcher, SearchProblem } from "../../src/tune/search/searcher.ts";
import { createSpace } from "../../src/tune/space/space.ts";

const batch: NumberParam = {
  name: "batch",
  path: ["target", "batch"],
  meaning: "",
  unit: "",
  type: "int",
  scale: "log",
  min: 1,
  max: 1024,
  default: 4,
};
const space = createSpace([batch], []);

/** Best at 64; every block has a drift of its own. */
function measure({ arms, block }: Block, missesFrom = 2000): ArmOutcome[] {
  return arms.map(({ config }) => ({
    score: Math.abs(Math.log(Number(config.batch) / 64)) + 10 * Math.sin(block),
    misses: [Number(config.batch) >= missesFrom ? 0.5 : -0.5],
  }));
}

function searchThrough(searcher: Searcher, missesFrom?: number): { blocks: Block[]; stop: string } {
  const blocks: Block[] = [];
  for (;;) {
    const { block, stop } = searcher.ask();
    if (stop !== undefined) return { blocks, stop };
    blocks.push(block);
    searcher.tell({ arms: measure(block, missesFrom), cost: block.arms.length * block.length });
  }
}

function search(options: Partial<SearchProblem>): Searcher {
  return createRandomSearch({ space, seed: 1, targets: 1, budget: 40, minGain: 0.02, ...options });
}

describe("random search", () => {
  test("finds a better configuration, compared within blocks so that drift cancels", () => {
    const searcher = search({});
    const { blocks, stop } = searchThrough(searcher);
    expect(stop).toBe("budget");
    expect(blocks.length).toBe(20);
    const best = Number(searcher.best().config.batch);
    expect(best).toBeGreaterThan(32);
    expect(best).toBeLessThan(128);
    expect(searcher.candidates()).toHaveLength(2);
    expect(searcher.candidates()[0]).toEqual(searcher.best());
  });

  test("asks the same when it is told the same, and asking twice changes nothing", () => {
    const [one, other] = [search({ seed: 9 }), search({ seed: 9 })];
    other.ask();
    expect(searchThrough(one)).toEqual(searchThrough(other));
    expect(searchThrough(search({ seed: 10 })).blocks).not.toEqual(searchThrough(search({ seed: 9 })).blocks);
  });

  test("measures nothing twice but the beginning, and ends when everything was measured", () => {
    const tiny = createSpace([{ ...batch, max: 8 }], []);
    const searcher = search({ space: tiny, budget: 1e6 });
    const { blocks, stop } = searchThrough(searcher);
    expect(stop).toBe("exhausted");
    const explored = blocks.flatMap(({ arms }) => arms.slice(1).map(({ config }) => config.batch));
    expect(explored.toSorted()).toEqual([1, 2, 3, 5, 6, 7, 8]);
  });

  test("never holds for good what missed a target, or did not work", () => {
    const searcher = search({});
    searchThrough(searcher, 40);
    expect(Number(searcher.best().config.batch)).toBeLessThan(40);
    const broken = search({});
    const { block } = broken.ask();
    broken.tell({ arms: (block?.arms ?? []).map(() => ({ score: undefined, misses: [] })), cost: 1 });
    expect(broken.best()).toMatchObject({ config: space.defaults, score: { mean: 0 } });
    expect(broken.candidates()).toEqual([]);
  });

  test("stays within its reach when it is to go on from somewhere", () => {
    const from: Config = { batch: 32 };
    const searcher = search({ warm: { from, reach: 0.1 } });
    const { blocks } = searchThrough(searcher);
    for (const { config } of blocks.flatMap(({ arms }) => arms)) {
      expect(Number(config.batch)).toBeGreaterThanOrEqual(16);
      expect(Number(config.batch)).toBeLessThanOrEqual(64);
    }
  });
});

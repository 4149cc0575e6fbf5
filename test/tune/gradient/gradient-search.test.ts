import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import type { ChoiceParam, Config, NumberParam, ParamConstraint } from "../../../src/scenario/tuning.ts";
import { normalQuantile } from "../../../src/stats/normal.ts";
import { createGradientSearch } from "../../../src/tune/search/gradient/gradient-search.ts";
import type { ArmOutcome, Block, Searcher, SearchProblem } from "../../../src/tune/search/searcher.ts";
import { createSpace, type Space } from "../../../src/tune/space/space.ts";

const batch = number("batch", { type: "int", scale: "log", min: 1, max: 1024, default: 4 });
const depth = number("depth", { type: "int", scale: "log", min: 1, max: 64, default: 4 });
const share = number("share", { type: "real", scale: "linear", min: 0, max: 1, default: 0.5 });
const codec: ChoiceParam = {
  name: "codec",
  path: ["codec"],
  meaning: "",
  type: "choice",
  values: ["json", "msgpack", "cbor"],
  default: "json",
};

function number(name: string, rest: Omit<NumberParam, "name" | "path" | "meaning" | "unit">): NumberParam {
  return { name, path: [name], meaning: "", unit: "", ...rest };
}

/** What a configuration is without noise. */
interface Truth {
  readonly space: Space;
  score(config: Config): number | undefined;
  misses?(config: Config): readonly number[];
}

/** Best at 128, 16 and msgpack; at the beginning it is 1.36 more, which is a factor of 4. */
const bowl: Truth = {
  space: createSpace([batch, depth, codec], []),
  score: ({ batch, depth, codec }) =>
    2.2 * (Math.log(Number(batch) / 128) / Math.log(1024)) ** 2 +
    2 * (Math.log(Number(depth) / 16) / Math.log(64)) ** 2 +
    (codec === "msgpack" ? 0 : 0.58),
};

/** The larger the batch the better, but above 200 too many calls fail. */
const cliff: Truth = {
  space: createSpace([batch, depth], []),
  score: ({ batch, depth }) =>
    -0.2 * Math.log(Number(batch)) + 1.5 * (Math.log(Number(depth) / 8) / Math.log(64)) ** 2,
  misses: ({ batch }) => [Number(batch) > 200 ? 2 : -2],
};

/** The slope at the beginning leads into a basin with its bottom at 0.45; the one at 0 is as wide as 4 % of the space. */
const basins: Truth = {
  space: createSpace([batch, share, { ...share, name: "other" }], []),
  score: ({ batch, share, other }) => {
    const at = Math.log(Number(batch)) / Math.log(1024);
    const distance = (x: number, y: number, z: number): number =>
      (at - x) ** 2 + (Number(share) - y) ** 2 + (Number(other) - z) ** 2;
    return Math.min(0.45 + 2 * distance(0.15, 0.35, 0.3), 8 * distance(0.8, 0.75, 0.7), 1.5);
  },
};

/** The defaults are best. */
const settled: Truth = {
  space: createSpace([{ ...batch, default: 64 }, share], []),
  score: ({ batch, share }) =>
    1.5 * (Math.log(Number(batch) / 64) / Math.log(1024)) ** 2 + (Number(share) - 0.5) ** 2,
};

function begin(truth: Truth, options: Partial<SearchProblem> = {}): Searcher {
  const targets = truth.misses === undefined ? 0 : 1;
  return createGradientSearch({
    space: truth.space,
    targets,
    seed: 1,
    budget: 40,
    minGain: 0.02,
    ...options,
  });
}

/** Measures with 10 % noise in an evaluation of full length, and whatever drift there is. */
function measure(
  truth: Truth,
  { arms, length, seed, block }: Block,
  drift: (block: number) => number,
): ArmOutcome[] {
  const random = createRandom(seed);
  const noise = (): number =>
    (0.1 / Math.sqrt(length)) * normalQuantile((random.integer(1 << 20) + 0.5) / (1 << 20));
  return arms.map(({ config }) => {
    const score = truth.score(config);
    const misses = (truth.misses?.(config) ?? []).map((miss) => miss + noise());
    return score === undefined
      ? { score, misses: [] }
      : { score: 3 + score + noise() + drift(block), misses };
  });
}

interface Searched {
  readonly blocks: Block[];
  readonly cost: number;
  readonly stop: string;
}

function searchThrough(
  searcher: Searcher,
  truth: Truth,
  unit = 1,
  drift = (_: number): number => 0,
): Searched {
  const blocks: Block[] = [];
  let cost = 0;
  for (;;) {
    const { block, stop } = searcher.ask();
    if (stop !== undefined) return { blocks, cost, stop };
    blocks.push(block);
    const blockCost = block.arms.length * (block.length + 0.05) * unit;
    cost += blockCost;
    searcher.tell({ arms: measure(truth, block, drift), cost: blockCost });
  }
}

/** What is left to gain of a truth whose best score is 0. */
function regretsOf(truth: Truth, seeds: number, drift?: (block: number) => number): number[] {
  return Array.from({ length: seeds }, (_, seed) => {
    const searcher = begin(truth, { seed });
    searchThrough(searcher, truth, 1, drift);
    return truth.score(searcher.best().config) ?? Number.POSITIVE_INFINITY;
  });
}

describe("the gradient search", () => {
  test("finds the bottom of a noisy bowl, of numbers and a choice", () => {
    const regrets = regretsOf(bowl, 8).toSorted((a, b) => a - b);
    expect(regrets[4]).toBeLessThan(0.15);
    expect(regrets[7]).toBeLessThan(0.6);
  });

  test("finds it where the machine gets slower by a third and faster again meanwhile", () => {
    const regrets = regretsOf(bowl, 8, (block) => 0.3 * Math.sin(block / 2)).toSorted((a, b) => a - b);
    expect(regrets[4]).toBeLessThan(0.15);
  });

  test("finds the better of two basins in half of the searches, though all slopes lead into the other one", () => {
    const found = regretsOf(basins, 10).filter((regret) => regret < 0.2);
    expect(found.length).toBeGreaterThanOrEqual(5);
  });

  test("goes up to where a target begins to be missed, and holds nothing beyond for good", () => {
    for (let seed = 0; seed < 6; seed++) {
      const searcher = begin(cliff, { seed });
      searchThrough(searcher, cliff);
      expect(searcher.candidates()).toHaveLength(2);
      for (const { config } of searcher.candidates()) {
        expect(Number(config.batch)).toBeLessThanOrEqual(200);
        expect(Number(config.batch)).toBeGreaterThan(30);
      }
    }
  });

  test("claims hardly anything where nothing is to be gained, and ends early where it sees that", () => {
    const stops = Array.from({ length: 6 }, (_, seed) => {
      const searcher = begin(settled, { seed, budget: 80 });
      const { stop, cost } = searchThrough(searcher, settled);
      expect(searcher.best().score.mean).toBeGreaterThan(-0.15);
      expect(cost).toBeGreaterThan(10);
      return stop;
    });
    expect(stops.filter((stop) => stop === "converged").length).toBeGreaterThanOrEqual(4);
  });

  test("asks the same when it is told the same, however often it is asked, and whatever else it is asked for", () => {
    const [one, other] = [begin(bowl, { seed: 9, budget: 20 }), begin(bowl, { seed: 9, budget: 20 })];
    const nosy: Searcher = {
      ...other,
      ask: () => {
        other.best();
        other.candidates();
        other.model?.()?.slices(3);
        expect(other.ask()).toEqual(other.ask());
        return other.ask();
      },
    };
    expect(searchThrough(one, bowl)).toEqual(searchThrough(nosy, bowl));
    expect(one.candidates()).toEqual(other.candidates());
    const third = searchThrough(begin(bowl, { seed: 10, budget: 20 }), bowl);
    expect(third.blocks).not.toEqual(searchThrough(begin(bowl, { seed: 9, budget: 20 }), bowl).blocks);
  });

  test("spends what it may and no more, and asks the same whatever the unit of costs", () => {
    const searched = searchThrough(begin(bowl, { minGain: 0 }), bowl);
    expect(searched.stop).toBe("budget");
    expect(searched.cost).toBeLessThanOrEqual(40);
    expect(searched.cost).toBeGreaterThan(36);
    const inMs = searchThrough(begin(bowl, { minGain: 0, budget: 40 * 2048 }), bowl, 2048);
    expect(inMs.blocks).toEqual(searched.blocks);
  });

  test("races the best at full length in the end, once against the beginning", () => {
    const { blocks } = searchThrough(begin(bowl, { minGain: 0, budget: 60 }), bowl);
    const races = blocks.filter(({ length }) => length === 1);
    expect(races.length).toBeGreaterThanOrEqual(2);
    expect(blocks.slice(-races.length)).toEqual(races);
    expect(races[0]?.arms.map(({ role }) => role)).toEqual(["race", "race", "default"]);
    expect(races[1]?.arms.map(({ role }) => role)).toEqual(["race", "race"]);
  });

  test("goes on where there are more measurements than it can look at, and forgets nothing that matters", () => {
    const searcher = begin(settled, { minGain: 0, budget: 150 });
    const { blocks, stop } = searchThrough(searcher, settled);
    expect(stop).toBe("budget");
    expect(blocks.flatMap(({ arms }) => arms).length).toBeGreaterThan(240);
    expect(settled.score(searcher.best().config)).toBeLessThan(0.02);
  });

  test("gives up what ever broke, and survives a beginning that does", () => {
    const brittle: Truth = {
      ...bowl,
      score: (config) => (Number(config.batch) > 60 ? undefined : bowl.score(config)),
    };
    const searcher = begin(brittle);
    searchThrough(searcher, brittle);
    expect(Number(searcher.best().config.batch)).toBeLessThanOrEqual(60);
    const dead: Truth = { ...bowl, score: () => undefined };
    const hopeless = begin(dead, { budget: 10 });
    expect(searchThrough(hopeless, dead).stop).toBe("budget");
    expect(hopeless.best()).toEqual({ config: dead.space.defaults, score: { mean: 0, low: 0, high: 0 } });
    expect(hopeless.candidates()).toEqual([]);
    expect(hopeless.model?.()).toBeUndefined();
  });

  test("ends when everything was measured often enough", () => {
    const tiny: Truth = { space: createSpace([{ ...batch, max: 3, default: 1 }], []), score: () => 0 };
    const { stop, blocks } = searchThrough(begin(tiny, { minGain: 1e-9, budget: 1000 }), tiny);
    expect(stop).toBe("exhausted");
    expect(blocks.length).toBeLessThan(30);
    const single: Truth = { space: createSpace([{ ...codec, values: ["json"] }], []), score: () => 0 };
    expect(begin(single).ask()).toEqual({ stop: "exhausted" });
  });

  test("shows how the objective depends on each parameter at the best configuration", () => {
    const searcher = begin(bowl, { minGain: 0 });
    expect(searcher.model?.()).toBeUndefined();
    searchThrough(searcher, bowl);
    const model = searcher.model?.();
    expect(model?.radius).toBeGreaterThan(0);
    expect(model?.slopes.map(({ param }) => param)).toEqual(["batch", "depth", "codec"]);
    for (const { slope } of model?.slopes ?? []) expect(slope.low).toBeLessThan(slope.high);
    // The best other codec is 0.58 worse.
    expect(model?.slopes[2]?.slope.mean).toBeGreaterThan(0.2);
    const [alongBatch, , alongCodec] = model?.slices(9) ?? [];
    expect(alongBatch?.points.map(({ value }) => value)).toEqual([1, 2, 6, 13, 32, 76, 181, 431, 1024]);
    const scores = alongBatch?.points.map(({ score }) => score.mean) ?? [];
    expect(Math.min(...scores)).toBeLessThan((scores[0] ?? 0) - 0.5);
    expect(alongCodec?.points.map(({ value }) => value)).toEqual(codec.values);
  });
});

describe("what the gradient search asks for", () => {
  const within: ParamConstraint = {
    text: "depth <= batch",
    holds: ({ batch, depth }) => Number(depth) <= Number(batch),
  };
  const space = createSpace([batch, depth, share, codec], [within]);
  /** Anything, so that the search is led everywhere. */
  const anything = fc.record({ seed: fc.nat(), turn: fc.double({ min: 0, max: 9, noNaN: true }) });
  const strange = (turn: number): Truth => ({
    space,
    score: ({ batch, depth, share }) =>
      Number(share) > 0.95
        ? undefined
        : Math.sin(turn * Number(batch)) + turn * Math.cos(Number(depth) + turn),
    misses: ({ share }) => [Math.sin(turn + 5 * Number(share))],
  });

  test("is allowed, in range, and not twice in a block", () => {
    fc.assert(
      fc.property(anything, ({ seed, turn }) => {
        const truth = strange(turn);
        for (const { arms } of searchThrough(begin(truth, { seed, budget: 10 }), truth).blocks) {
          expect(arms.length).toBeGreaterThanOrEqual(1);
          expect(arms.length).toBeLessThanOrEqual(4);
          expect(new Set(arms.map(({ config }) => space.keyOf(config))).size).toBe(arms.length);
          for (const { config } of arms) {
            expect(space.isAllowed(config)).toBe(true);
            // A configuration of the space is the one at its own point.
            expect(space.toConfig(space.toPoint(config))).toEqual(config);
            expect(Number(config.batch)).toBeLessThanOrEqual(1024);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  test("stays within its reach with the same choices when it is to go on from somewhere", () => {
    fc.assert(
      fc.property(anything, fc.double({ min: 0.02, max: 0.4, noNaN: true }), ({ seed, turn }, reach) => {
        const truth = strange(turn);
        const from = space.sample(createRandom(seed));
        const centre = space.toPoint(from);
        const { blocks } = searchThrough(begin(truth, { seed, budget: 8, warm: { from, reach } }), truth);
        for (const { config } of blocks.flatMap(({ arms }) => arms)) {
          expect(space.isAllowed(config)).toBe(true);
          expect(config.codec).toBe(from.codec);
          const far = space.toPoint(config).map((value, i) => Math.abs(value - (centre[i] ?? 0)));
          expect(Math.max(...far)).toBeLessThanOrEqual(reach + 1e-9);
        }
      }),
      { numRuns: 12 },
    );
  });

  test("is refused an answer that was not asked for", () => {
    expect(() => begin(bowl).tell({ arms: [], cost: 1 })).toThrow(RangeError);
  });
});

import { describe, expect, test } from "vitest";
import { createManualClock } from "../../src/base/clock.ts";
import { DynoError } from "../../src/base/errors.ts";
import type { TuneProgress } from "../../src/measure/tuning.ts";
import { leastPairs } from "../../src/stats/power.ts";
import { createRandomSearch } from "../../src/tune/search/random-search.ts";
import type { CreateSearcher } from "../../src/tune/search/searcher.ts";
import { createSpace } from "../../src/tune/space/space.ts";
import { type TuneOrder, tune } from "../../src/tune/tune.ts";
import { type FunctionSystem, functionRig } from "../support/function-rig.ts";
import { sampleParams, scriptedSearch } from "../support/tune-samples.ts";

const space = createSpace(sampleParams, []);

function orderOf(change: Partial<TuneOrder> = {}): TuneOrder {
  return {
    space,
    targets: [],
    seed: 1,
    minGain: 0.02,
    createSearcher: createRandomSearch,
    budget: { trials: 60 },
    clock: createManualClock(),
    ...change,
  };
}

/** Best at a batch of 64 and with the log, where it is a fifth of the default's. */
const bowl: FunctionSystem = {
  score: ({ batch, store }) =>
    0.5 * Math.abs(Math.log(Number(batch) / 64)) + (store === "log" ? 0 : 0.22) - 1.6,
};

describe("a tuning", () => {
  test("finds a better configuration and proves it, within its budget", async () => {
    const rig = functionRig(bowl);
    const { base, searched, proofs, chosen } = await tune(orderOf(), rig);
    expect(base).toEqual(space.defaults);
    expect(searched.end).toEqual({ by: "budget" });
    expect(proofs.at(-1)).toMatchObject({ outcome: "proven", order: { candidate: chosen, alpha: 0.005 } });
    const gain = (bowl.score(space.defaults) ?? 0) - (bowl.score(chosen) ?? 0);
    expect(proofs.at(-1)?.final.share.high).toBeGreaterThan(Math.exp(-gain));
    const trials = rig.blocks.reduce((sum, { arms, length }) => sum + arms.length * length, 0);
    expect(trials + rig.pairs.length / 2).toBeLessThanOrEqual(60);
  });

  test("keeps the default where nothing is better, in at least 99 of 100", async () => {
    let kept = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { proofs, chosen } = await tune(
        orderOf({ seed, budget: { trials: 20 } }),
        functionRig({ score: ({ batch }) => 0.1 * Math.abs(Math.log(Number(batch) / 4)) }),
      );
      if (chosen.batch === space.defaults.batch && !proofs.some(({ outcome }) => outcome === "proven"))
        kept++;
    }
    expect(kept).toBeGreaterThanOrEqual(99);
  });

  test("keeps a good part of a budget of time for the proof, and gives it what the search leaves", async () => {
    const rig = functionRig(bowl);
    const config = { batch: 4, store: "redis" };
    const order = orderOf({ budget: { ms: 100_000 }, createSearcher: scriptedSearch([], [config]) });
    const { proofs, searched } = await tune(order, rig);
    expect(searched.tookMs).toBe(0);
    expect(proofs[0]?.order.budget).toEqual({ ms: 100_000 });
    const { searched: whole, proofs: later } = await tune(
      orderOf({ budget: { ms: 60_000 } }),
      functionRig(bowl),
    );
    expect(whole.tookMs).toBeGreaterThanOrEqual(36_000);
    expect(later[0]?.order.budget).toEqual({ ms: 60_000 - whole.tookMs });
  });

  test("tries the second candidate where the first cannot be proven, each at half of the error", async () => {
    const [bad, good] = [
      { batch: 1000, store: "redis" },
      { batch: 64, store: "log" },
    ];
    const order = orderOf({ createSearcher: scriptedSearch([[space.defaults, bad, good]], [bad, good]) });
    const { proofs, chosen } = await tune(order, functionRig(bowl));
    expect(proofs.map(({ outcome, order: { alpha } }) => [outcome, alpha])).toEqual([
      ["not_better", 0.005],
      ["proven", 0.005],
    ]);
    expect(chosen).toEqual(good);
    const alone = await tune({ ...order, createSearcher: scriptedSearch([], [good]) }, functionRig(bowl));
    expect(alone.proofs[0]?.order.alpha).toBe(0.01);
  });

  test("begins no second proof that could not show anything", async () => {
    const candidates = [
      { batch: 9, store: "redis" },
      { batch: 10, store: "redis" },
    ];
    const order = orderOf({ budget: { trials: 5 }, createSearcher: scriptedSearch([], candidates) });
    const { proofs } = await tune(order, functionRig({ score: () => 0 }));
    expect(proofs).toHaveLength(1);
    expect(10 - (proofs[0]?.pairs.length ?? 0)).toBeLessThan(leastPairs(0.005));
  });

  test("does not recommend what misses a target that only the proof sees", async () => {
    const cliff: FunctionSystem = {
      ...bowl,
      misses: () => [-0.5],
      provenMisses: ({ batch }) => [Number(batch) > 4 ? 0.4 : -0.5],
    };
    const { proofs, chosen } = await tune(orderOf({ targets: ["p99 <= 5ms"] }), functionRig(cliff));
    expect(proofs.map(({ outcome }) => outcome)).toEqual(["target_missed", "target_missed"]);
    expect(chosen).toEqual(space.defaults);
  });

  test("ends at once where the default does not work, and says why", async () => {
    const rig = functionRig({ score: () => undefined });
    const { searched, proofs, chosen } = await tune(orderOf(), rig);
    expect(searched.end).toEqual({ by: "base_broken", failure: "it does not start" });
    expect(rig.blocks).toHaveLength(1);
    expect(searched.trials.every(({ share, failure }) => share === undefined && failure !== undefined)).toBe(
      true,
    );
    expect({ proofs, chosen }).toEqual({ proofs: [], chosen: space.defaults });
  });

  test("goes on where another configuration does not work, and never chooses it", async () => {
    const half: FunctionSystem = {
      score: (config) => (Number(config.batch) > 40 ? undefined : bowl.score(config)),
    };
    const { searched, chosen } = await tune(orderOf(), functionRig(half));
    expect(searched.trials.some(({ failure }) => failure === "it does not start")).toBe(true);
    expect(Number(chosen.batch)).toBeLessThanOrEqual(40);
  });

  test.each([0, 1, 5, 10, 20])(
    "gives what it knows when it is interrupted after %i answers",
    async (interruptedAfter) => {
      const { searched, proofs, chosen } = await tune(
        orderOf(),
        functionRig({ ...bowl, interruptedAfter, noise: 0.3 }),
      );
      const answers = searched.steps.length + proofs.flatMap(({ pairs }) => pairs).length;
      expect(answers).toBe(interruptedAfter);
      expect(searched.end.by === "interrupted" || proofs.at(-1)?.outcome === "interrupted").toBe(true);
      expect(chosen).toEqual(space.defaults);
    },
  );

  test("passes on that measuring broke down", async () => {
    const broken = {
      measure: () => Promise.reject(new DynoError("unavailable", "the store is gone")),
      prove: () => Promise.reject(new DynoError("unavailable", "the store is gone")),
    };
    await expect(tune(orderOf(), broken)).rejects.toThrow("the store is gone");
  });

  test("tells of every block and every pair", async () => {
    const seen: TuneProgress[] = [];
    const { searched, proofs } = await tune(orderOf(), functionRig(bowl), (progress) => seen.push(progress));
    const search = seen.filter(({ stage }) => stage === "search");
    const proof = seen.filter(({ stage }) => stage === "proof");
    expect(search.map(({ step }) => step)).toEqual(searched.steps);
    expect(search.flatMap(({ latest }) => latest.map(({ trial }) => trial))).toEqual(
      searched.trials.map(({ trial }) => trial),
    );
    expect(proof.at(-1)?.proof?.pairs).toBe(proofs.at(-1)?.pairs.length);
    const spent = seen.map(({ spentMs }) => spentMs);
    expect(spent).toEqual(spent.toSorted((a, b) => a - b));
  });

  test("holds everything against where it goes on from, when it tunes again", async () => {
    const from = { batch: 16, store: "redis" };
    const rig = functionRig(bowl);
    const { base, proofs } = await tune(orderOf({ warm: { from, reach: 0.3 } }), rig);
    expect(base).toEqual(from);
    expect(proofs[0]?.order.base).toEqual(from);
    expect(new Set(rig.pairs.map((pair) => space.keyOf(pair.base)))).toEqual(new Set([space.keyOf(from)]));
  });

  test("counts the time of the searcher's own arithmetic, and decides nothing by it", async () => {
    const clock = createManualClock();
    const slow: CreateSearcher = (problem) => {
      const searcher = createRandomSearch(problem);
      return {
        ...searcher,
        ask: () => {
          clock.advanceMs(7);
          return searcher.ask();
        },
      };
    };
    const { searched, ...rest } = await tune(orderOf({ createSearcher: slow, clock }), functionRig(bowl));
    expect(searched.optimizerMs).toBeCloseTo(7 * (searched.steps.length + 1), 6);
    const { searched: fast, ...others } = await tune(orderOf(), functionRig(bowl));
    expect({ ...searched, optimizerMs: 0 }).toEqual({ ...fast, optimizerMs: 0 });
    expect(rest).toEqual(others);
  });
});

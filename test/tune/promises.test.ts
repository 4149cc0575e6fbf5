import { describe, expect, test } from "vitest";
import { allSystems } from "../../bench/tune/systems/all-systems.ts";
import { errorCliff } from "../../bench/tune/systems/error-cliff.ts";
import { nothingToGain } from "../../bench/tune/systems/nothing-to-gain.ts";
import type { System } from "../../bench/tune/systems/system.ts";
import { throughputCliff } from "../../bench/tune/systems/throughput-cliff.ts";
import { runTuning, type TuningRun } from "../../bench/tune/tuning-run.ts";
import { createGradientSearch } from "../../src/tune/search/gradient/gradient-search.ts";

/** 20 evaluations in all, search and proof. */
const units = 12;
const patienceMs = 120_000;

async function runsOf(system: System, seeds: number): Promise<TuningRun[]> {
  const runs: TuningRun[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    runs.push(await runTuning({ system, createSearcher: createGradientSearch, seed, units }));
  }
  return runs;
}

describe("tuning of noisy systems whose truth is known", () => {
  test("keeps a default that is the best there is, in at least 95 of 100 runs", {
    timeout: patienceMs,
  }, async () => {
    const runs = await runsOf(nothingToGain, 100);
    expect(runs.filter(({ isProven }) => !isProven).length).toBeGreaterThanOrEqual(95);
  });

  test.each([
    ["errors", errorCliff],
    ["throughput", throughputCliff],
  ])(
    "never recommends what lies beyond a cliff of %s, in 100 of 100 runs",
    { timeout: patienceMs },
    async (_, system) => {
      const runs = await runsOf(system, 100);
      expect(runs.filter(({ chosen }) => chosen.isFeasible)).toHaveLength(100);
      // It does not do so by never recommending anything.
      expect(runs.filter(({ isProven }) => isProven).length).toBeGreaterThan(20);
    },
  );

  test("claims no more than there is", { timeout: patienceMs }, async () => {
    for (const system of allSystems) {
      for (const { isProven, chosen } of await runsOf(system, 4)) {
        if (isProven) expect(chosen.claimed).toBeLessThanOrEqual(chosen.gain);
      }
    }
  });
});

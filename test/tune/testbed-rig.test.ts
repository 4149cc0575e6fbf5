import { describe, expect, test } from "vitest";
import { mediumDisturbance, noisyRig, unitMs } from "../../bench/tune/noisy-rig.ts";
import { errorCliff as system } from "../../bench/tune/systems/error-cliff.ts";
import { medianOf } from "../../src/stats/median.ts";
import type { Block } from "../../src/tune/search/searcher.ts";

const { defaults } = system.space;
const other = { ...defaults, concurrency: 16 };
const quiet = { noise: 0, outliers: 0, drift: 0 };

function blockOf(block: number, length = 1, configs = [defaults, other]): Block {
  return { block, seed: 1000 + block, length, arms: configs.map((config) => ({ config, role: "explore" })) };
}

/** Robust: the median distance from the median, as a standard deviation of a normal distribution. */
function spreadOf(values: readonly number[]): number {
  const middle = medianOf(values);
  return 1.4826 * medianOf(values.map((value) => Math.abs(value - middle)));
}

describe("a noisy rig", () => {
  test("without disturbance gives the formulas, and takes the time of the arms and of changing between them", async () => {
    const { arms, tookMs } = await noisyRig(system, 1, quiet).measure(blockOf(3, 0.5));
    expect(arms.map(({ score }) => score)).toEqual([system.score(defaults), system.score(other)]);
    expect(arms.map(({ misses }) => misses)).toEqual([system.misses(defaults), system.misses(other)]);
    expect(tookMs).toBeCloseTo(2 * 0.55 * unitMs, 9);
    const pair = await noisyRig(system, 1, quiet).prove({
      proof: 0,
      pair: 0,
      seed: 5,
      base: defaults,
      candidate: other,
    });
    expect(pair.gain).toBeCloseTo(system.score(defaults) - system.score(other), 12);
    expect(pair).toMatchObject({ misses: system.misses(other), tookMs: 0.5 * unitMs });
  });

  test("gives the same for the same question, whatever was asked before, and other noise from another seed", async () => {
    const [one, again] = [noisyRig(system, 1), noisyRig(system, 1)];
    const late = await one.measure(blockOf(7));
    await again.measure(blockOf(20));
    expect(await again.measure(blockOf(7))).toEqual(late);
    expect(await noisyRig(system, 2).measure(blockOf(7))).not.toEqual(late);
    expect(await one.measure({ ...blockOf(7), seed: 1 })).not.toEqual(late);
  });

  test.each([
    [1, 0.1],
    [0.5, 0.1 * Math.SQRT2],
  ])("has noise at length %f of a standard deviation of %f", async (length, expected) => {
    const rig = noisyRig(system, 3, { ...quiet, noise: 0.1 });
    const scores: number[] = [];
    for (let block = 0; block < 1500; block++) {
      const { arms } = await rig.measure(blockOf(block, length, [defaults]));
      scores.push((arms[0]?.score ?? 0) - system.score(defaults));
    }
    expect(medianOf(scores)).toBeCloseTo(0, 1);
    expect(spreadOf(scores) / expected).toBeGreaterThan(0.93);
    expect(spreadOf(scores) / expected).toBeLessThan(1.07);
  });

  test("slows 4 of 100 measurements down by a fifth and more, and none up", async () => {
    const rig = noisyRig(system, 4, { ...quiet, outliers: mediumDisturbance.outliers });
    let slow = 0;
    for (let block = 0; block < 2000; block++) {
      const { arms } = await rig.measure(blockOf(block, 1, [defaults]));
      const excess = (arms[0]?.score ?? 0) - system.score(defaults);
      expect(excess === 0 || excess > 0.19).toBe(true);
      if (excess > 0) slow++;
    }
    expect(slow).toBeGreaterThan(50);
    expect(slow).toBeLessThan(110);
  });

  test("drifts from block to block, the same for all arms of a block", async () => {
    const rig = noisyRig(system, 5, { ...quiet, drift: 0.08 });
    const drifts: number[] = [];
    for (let block = 0; block < 2000; block++) {
      const { arms } = await rig.measure(blockOf(block));
      const [first = 0, second = 0] = [defaults, other].map(
        (c, i) => (arms[i]?.score ?? 0) - system.score(c),
      );
      expect(second).toBeCloseTo(first, 12);
      drifts.push(first);
    }
    const steps = drifts.slice(1).map((drift, i) => drift - (drifts[i] ?? 0));
    expect(spreadOf(drifts)).toBeGreaterThan(0.06);
    expect(spreadOf(drifts)).toBeLessThan(0.1);
    // One step takes it by sqrt(2 (1 - exp(-1 / 10))) of its spread.
    expect(spreadOf(steps) / 0.08).toBeGreaterThan(0.4);
    expect(spreadOf(steps) / 0.08).toBeLessThan(0.48);
  });
});

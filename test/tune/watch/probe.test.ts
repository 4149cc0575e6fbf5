import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChoiceParam, NumberParam } from "../../../src/scenario/tuning.ts";
import type { MeasuredArm } from "../../../src/tune/rig.ts";
import { createSpace } from "../../../src/tune/space/space.ts";
import { probeSlope, probeTargets, readProbe, waysOf } from "../../../src/tune/watch/probe.ts";

const shared = { meaning: "", unit: "" } as const;
const batch: NumberParam = {
  ...shared,
  name: "batch",
  path: ["target", "batch"],
  type: "int",
  scale: "log",
  min: 1,
  max: 1024,
  default: 64,
};
const share: NumberParam = {
  ...shared,
  name: "share",
  path: ["target", "share"],
  type: "real",
  scale: "linear",
  min: 0,
  max: 1,
  default: 0.5,
};
const store: ChoiceParam = {
  ...shared,
  name: "store",
  path: ["target", "store"],
  type: "choice",
  values: ["log", "redis"],
  default: "redis",
};
const fits = {
  text: "batch * share <= 600",
  holds: (config: Record<string, unknown>) => Number(config.batch) * Number(config.share) <= 600,
};
const space = createSpace([batch, share, store], [fits]);
const never = (): boolean => false;

function arm(score: number | undefined, misses: readonly number[] = []): MeasuredArm {
  return { score, misses, figures: [], ...(score === undefined ? { failure: "no start" } : {}) };
}

const point = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 1 }),
);

describe("a probe of the slope", () => {
  test("measures allowed neighbours a step away, with the same choices, and nothing twice", () => {
    fc.assert(
      fc.property(point, fc.nat(), fc.nat(1000), (at, seed, number) => {
        const incumbent = space.toConfig(Float64Array.from(at));
        const probe = probeSlope(space, incumbent, number, seed, never);
        const keys = probe.block.arms.map(({ config }) => space.keyOf(config));
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toContain(space.keyOf(incumbent));
        const centre = space.toPoint(incumbent);
        for (const { config } of probe.block.arms) {
          expect(space.isAllowed(config)).toBe(true);
          expect(config.store).toBe(incumbent.store);
          const reached = space.toPoint(config);
          for (const [i, value] of reached.entries()) {
            const step = Math.max(0.08, space.stepAt(i, centre[i] ?? 0));
            // A whole number below may be farther than the next one above.
            expect(Math.abs(value - (centre[i] ?? 0))).toBeLessThan(2 * step);
          }
        }
        expect(probeSlope(space, incumbent, number, seed, never)).toEqual(probe);
      }),
    );
  });

  test("goes both ways with every number, each on its own", () => {
    const signs = new Set<string>();
    for (let number = 0; number < 40; number++) {
      const probe = probeSlope(space, space.defaults, number, 5, never);
      const reading = readProbe(space, probe, { arms: [arm(0), arm(0), arm(0)], tookMs: 1 });
      signs.add((reading.slope?.signs ?? []).join());
    }
    expect([...signs].sort()).toEqual(["-1,-1,0", "-1,1,0", "1,-1,0", "1,1,0"]);
  });

  test("does not measure what it is told to shun, and is alone where there is nothing else", () => {
    const first = probeSlope(space, space.defaults, 0, 5, never);
    const shunned = new Set([space.keyOf(first.plus)]);
    for (let number = 0; number < 20; number++) {
      const probe = probeSlope(space, space.defaults, number, 5, (config) =>
        shunned.has(space.keyOf(config)),
      );
      expect(probe.block.arms.map(({ config }) => space.keyOf(config))).not.toContain([...shunned][0]);
      expect(probe.block.arms).toHaveLength(3);
    }
    const alone = probeSlope(space, space.defaults, 0, 5, () => true);
    expect(alone).toEqual(probeTargets(space.defaults, 0, 5));
  });

  test("has no neighbours where nothing but choices is searched", () => {
    const choices = createSpace([store], []);
    const probe = probeSlope(choices, choices.defaults, 0, 1, never);
    expect(probe.block.arms).toEqual([{ config: { store: "redis" }, role: "default" }]);
    expect(readProbe(choices, probe, { arms: [arm(1)], tookMs: 1 })).toEqual({
      score: 1,
      missed: [],
      miss: "none",
      shunned: [],
    });
  });
});

describe("what a probe showed", () => {
  const probe = probeSlope(space, space.defaults, 0, 5, never);

  test("is the slope from one neighbour to the other, and the bend between", () => {
    const reading = readProbe(space, probe, {
      arms: [arm(2, [-1]), arm(1.5, [-1]), arm(0, [-1])],
      tookMs: 1,
    });
    expect(reading.slope).toMatchObject({ difference: -2, bend: 0.5 });
    expect(reading.neighbours).toEqual([Math.exp(0.5), Math.exp(-1.5)]);
    const up = space.toPoint(probe.plus)[0] ?? 0;
    expect(reading.slope?.signs[0]).toBe(Math.sign(up - (space.toPoint(space.defaults)[0] ?? 0)));
  });

  test("is no slope where a neighbour misses a target or does not work, which is then shunned", () => {
    const missing = readProbe(space, probe, { arms: [arm(2, [0.1]), arm(1, [-1]), arm(0, [-1])], tookMs: 1 });
    expect(missing.slope).toBeUndefined();
    expect(missing.missed).toEqual([]);
    expect(missing.shunned).toEqual([probe.minus]);
    const broken = readProbe(space, probe, { arms: [arm(2, [-1]), arm(1, [-1]), arm(undefined)], tookMs: 1 });
    expect(broken.slope).toBeUndefined();
    expect(broken.neighbours).toBeUndefined();
    expect(broken.shunned).toEqual([probe.plus]);
  });

  test("is which targets are missed by what is in force, or why it does not work", () => {
    const missed = readProbe(space, probe, {
      arms: [arm(2, [0.1, 0.3]), arm(1, [-1, 0.2]), arm(0)],
      tookMs: 1,
    });
    expect(missed.missed).toEqual([1]);
    // Where all miss it, the neighbours are not to blame.
    expect(missed.shunned).toEqual([]);
    const broken = readProbe(space, probe, { arms: [arm(2), arm(undefined), arm(0)], tookMs: 1 });
    expect(broken).toEqual({
      score: undefined,
      missed: [],
      miss: "much",
      failure: "no start",
      shunned: [],
    });
  });
});

test("a parameter can go both ways within its range, one way at an end, and no way as a choice", () => {
  expect(waysOf(space, { batch: 64, share: 0, store: "log" })).toEqual([
    { lower: true, higher: true },
    { lower: false, higher: true },
    { lower: false, higher: false },
  ]);
  expect(waysOf(space, { batch: 1024, share: 0.5, store: "log" })[0]).toEqual({ lower: true, higher: false });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCpuList } from "../../../src/drive/twin/cores.ts";
import { planArms, planPhase, slicePhase } from "../../../src/drive/twin/slice-plan.ts";
import type { ClosedPhase, OpenPhase } from "../../../src/scenario/scenario.ts";

const closed: ClosedPhase = {
  phase: "full",
  loop: "closed",
  shape: "concurrency",
  fromClients: 64,
  toClients: 64,
  durationMs: 5000,
};
const open = (from: number, to = from): OpenPhase => ({
  phase: "steady",
  loop: "open",
  shape: "ramp",
  arrivals: "poisson",
  corners: [
    { atMs: 0, ratePerSec: from },
    { atMs: 5000, ratePerSec: to },
  ],
  durationMs: 5000,
  lowCpu: false,
});
const warm = { completed: 1000, failed: 0, costMicros: 5, p50Micros: 100 };

describe("the plan of a phase", () => {
  test("takes slices of 16 ms with a lead-in of 4 ms for a fast target", () => {
    expect(planPhase(closed, warm)).toMatchObject({ sliceMs: 16, leadMs: 4, rounds: 20 });
  });

  test("takes longer slices for a low rate, so that each holds a hundred operations", () => {
    expect(planPhase(open(1000), warm)).toMatchObject({ sliceMs: 100, rounds: 6 });
  });

  test("lets the first operations of a slow target come back before it counts", () => {
    const { sliceMs, leadMs } = planPhase(closed, { ...warm, costMicros: 800, p50Micros: 50_000 });
    expect({ sliceMs, leadMs }).toEqual({ sliceMs: 200, leadMs: 100 });
  });

  test("has an even number of rounds, and slices of at most 2 s, whatever the target is like", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e8, noNaN: true }),
        fc.double({ min: 0, max: 1e8, noNaN: true }),
        (cost, p50) => {
          const plan = planPhase(closed, { completed: 1, failed: 0, costMicros: cost, p50Micros: p50 });
          expect(plan.rounds % 2).toBe(0);
          expect(plan.sliceMs).toBeGreaterThanOrEqual(16);
          expect(plan.sliceMs).toBeLessThanOrEqual(2000);
          expect(plan.leadMs).toBeLessThanOrEqual(plan.sliceMs);
        },
      ),
    );
  });

  test("measures half as many rounds at half the length", () => {
    const half = { length: 0.5, operationsOf: () => 0, patience: 3 };
    expect(planPhase(closed, warm, half)).toMatchObject({ sliceMs: 16, rounds: 10 });
  });

  test("measures longer where so many operations are asked for, up to four times as long", () => {
    const many = (operations: number) => ({
      length: 0.5,
      operationsOf: (phase: string) => (phase === "steady" ? operations : 0),
      patience: 3,
    });
    const enough = planPhase(open(10_000), warm, many(4000));
    expect(enough.rounds * enough.sliceMs * 10).toBeGreaterThanOrEqual(4000);
    const most = planPhase(open(10), warm, many(1e6));
    expect(most.sliceMs).toBe(2000);
    expect(planPhase(closed, warm, many(4000))).toMatchObject({ sliceMs: 16, rounds: 10 });
  });

  test("makes batches of about 2 ms, a whole number for each client", () => {
    expect(planPhase(closed, warm).batchOperations).toBe(384);
    expect(planPhase(closed, { ...warm, costMicros: 500 }).batchOperations).toBe(64);
    expect(
      planPhase({ ...closed, fromClients: 3, toClients: 3 }, { ...warm, costMicros: 500 }).batchOperations,
    ).toBe(21);
  });

  test("follows a ramp: the slices have the rates that the phase has over its time", () => {
    const plan = { ...planPhase(open(1000, 2000), warm), rounds: 10 };
    const rates = Array.from({ length: 10 }, (_, round) => {
      const phase = slicePhase(plan, round) as OpenPhase;
      return phase.corners[0]?.ratePerSec;
    });
    expect(rates).toEqual([1050, 1150, 1250, 1350, 1450, 1550, 1650, 1750, 1850, 1950]);
  });

  test("follows a ramp of clients too", () => {
    const plan = { ...planPhase({ ...closed, fromClients: 1, toClients: 101 }, warm), rounds: 10 };
    expect(slicePhase(plan, 0)).toMatchObject({ fromClients: 6, toClients: 6 });
    expect(slicePhase(plan, 9)).toMatchObject({ fromClients: 96, toClients: 96 });
  });
});

describe("the plans of a block", () => {
  const slow = { ...warm, costMicros: 2000, p50Micros: 50_000 };

  test("are the same for both sides of a pair, by the slower one", () => {
    const [base, candidate] = planArms(closed, [warm, slow]);
    expect(base).toEqual(candidate);
    expect(base?.sliceMs).toBe(200);
  });

  test("let nobody wait for an arm that is far slower, where there is no patience", () => {
    const plans = planArms(closed, [warm, slow, warm], { length: 0.5, operationsOf: () => 0, patience: 3 });
    expect(plans[0]).toMatchObject({ sliceMs: 16, rounds: 10 });
    expect(plans[2]).toEqual(plans[0]);
    expect(plans[1]).toMatchObject({ sliceMs: 200, rounds: 2 });
  });

  test("are short for an overloaded arm, which answers long after the end of a slice", () => {
    const overloaded = { ...warm, costMicros: 1000, p50Micros: 200_000 };
    const extent = { length: 0.5, operationsOf: () => 0, patience: 3 };
    const [, plan] = planArms(open(10_000), [warm, overloaded], extent);
    expect(plan).toMatchObject({ sliceMs: 25, leadMs: 25, rounds: 2 });
  });

  test("do not follow one arm of many that was only disturbed", () => {
    const disturbed = { ...warm, p50Micros: 10_000 };
    const extent = { length: 1, operationsOf: () => 0, patience: 3 };
    expect(planArms(closed, [warm, disturbed, warm, warm], extent).map(({ sliceMs }) => sliceMs)).toEqual([
      16, 16, 16, 16,
    ]);
  });
});

test.each([
  ["0", [0]],
  ["0-2,5", [0, 1, 2, 5]],
  ["", []],
])("a list of cores %j is %j", (text, cores) => {
  expect(parseCpuList(text)).toEqual(cores);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createManualClock } from "../../../src/base/clock.ts";
import { calibrateBatch, createBatches } from "../../../src/drive/targets/function-batch.ts";

describe("batches", () => {
  test("make all calls in turn, whatever their sizes, and go on after one that throws", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 5 }), fc.boolean(), (counts, cases, throws) => {
        const made: number[] = [];
        const calls = Array.from({ length: cases }, (_, i) => () => {
          made.push(i);
          if (throws && i === 0) throw new Error("no");
        });
        const batches = createBatches(calls);
        const outcomes = counts.map((count) => batches.runSync(count));
        expect(made).toEqual(made.map((_, n) => n % cases));
        const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
        expect(outcomes.reduce((sum, { succeeded }) => sum + succeeded, failed)).toBe(made.length);
        expect(failed > 0).toBe(throws);
      }),
    );
  });

  test("await each call before the next", async () => {
    const order: string[] = [];
    const call = async (): Promise<void> => {
      order.push("begin");
      await null;
      order.push("end");
    };
    expect(await createBatches([call]).run(2)).toEqual({ succeeded: 2 });
    expect(order).toEqual(["begin", "end", "begin", "end"]);
  });

  test("end with a rejection, and give it", async () => {
    const batches = createBatches([async () => 1, () => Promise.reject(new RangeError("no"))]);
    expect(await batches.run(10)).toMatchObject({ succeeded: 1, failure: { error: { message: "no" } } });
  });
});

describe("the calibration", () => {
  test("finds batches of 50 us or a little more, and of one call where that takes as long", async () => {
    const micros = fc.double({ min: 0.001, max: 100_000, noNaN: true });
    await fc.assert(
      fc.asyncProperty(micros, async (cost) => {
        const clock = createManualClock();
        const run = (count: number) => {
          clock.advanceMs((count * cost) / 1000);
          return { succeeded: count };
        };
        const count = await calibrateBatch(run, clock.nowMicros);
        expect(count * cost).toBeGreaterThan(49.999);
        expect(count === 1 || count * cost < 100.001).toBe(true);
      }),
    );
  });

  test("makes no batches longer for a function that only fails", async () => {
    const clock = createManualClock();
    const run = () => {
      clock.advanceMs(1);
      return { succeeded: 0, failure: { error: "no" } };
    };
    expect(await calibrateBatch(run, clock.nowMicros)).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import { type Clock, createManualClock, systemClock } from "../../../src/base/clock.ts";
import { createBatches } from "../../../src/drive/targets/function-batch.ts";
import { createFunctionLoop } from "../../../src/drive/targets/function-loop.ts";
import { createRecorder } from "../../../src/measure/recorder.ts";

interface Driven {
  readonly calls: readonly (() => unknown)[];
  readonly isAsync?: boolean;
  readonly clients?: number;
  readonly durationMs?: number;
  readonly batchOperations?: number;
  readonly clock?: Clock;
}

/** Drives calls for a phase, 10 to a sample. */
async function drive({ calls, isAsync = false, clients = 1, clock = systemClock, ...options }: Driven) {
  const recorder = createRecorder({ loop: "closed" });
  const batches = createBatches(calls);
  const fire = (n: number): Promise<unknown> => Promise.resolve(calls[n % calls.length]?.());
  const loop = createFunctionLoop({ batches, isAsync, callsPerSample: 10, cases: calls.length, fire });
  const { durationMs = 20, batchOperations } = options;
  const load = loop.start({
    phase: {
      phase: "calls",
      loop: "closed",
      shape: "concurrency",
      fromClients: clients,
      toClients: clients,
      durationMs,
    },
    firstOperation: 0,
    recorder,
    clock,
    startMicros: clock.nowMicros(),
    signal: new AbortController().signal,
    drainMs: 20,
    ...(batchOperations === undefined ? {} : { batchOperations }),
  });
  return { outcome: await load.done, totals: recorder.totals() };
}

describe("the closed loop of functions", () => {
  test("records what a call took, and counts each of them", async () => {
    const clock = createManualClock();
    let calls = 0;
    const call = (): void => {
      calls++;
      clock.advanceMs(0.003);
    };
    const { outcome, totals } = await drive({ calls: [call], clock });
    expect(outcome).toMatchObject({ sent: calls, unanswered: 0, operationsPerSample: 10 });
    expect(totals).toMatchObject({ sent: calls, completed: calls, failed: 0 });
    // 20 ms of calls of 3 us, and no sample is begun after the end.
    expect(calls).toBeGreaterThanOrEqual(20 / 0.003);
    expect(calls).toBeLessThan(20 / 0.003 + 11);
    expect(totals.response.count).toBe(calls / 10);
    expect(totals.response.minMicros).toBeCloseTo(3, 3);
    expect(totals.response.maxMicros).toBeCloseTo(3, 3);
  });

  test.each([
    ["its own where it is not in a slice", undefined, 1, 10],
    ["a fortieth of a batch in a slice", 4000, 1, 100],
    ["one in a slice of slow calls", 20, 1, 1],
    ["all cases equally often", 4000, 3, 102],
  ])("has samples of %s", async (_, batchOperations, cases, expected) => {
    const clock = createManualClock();
    const calls = Array.from({ length: cases }, () => () => clock.advanceMs(0.01));
    const options = batchOperations === undefined ? {} : { batchOperations };
    const { outcome } = await drive({ calls, clock, ...options });
    expect(outcome.operationsPerSample).toBe(expected);
  });

  test("counts a call that throws as failed, by its kind, and those around it as completed", async () => {
    const clock = createManualClock();
    let calls = 0;
    const call = (): void => {
      clock.advanceMs(0.01);
      if (++calls % 4 === 0) throw new RangeError("the fourth");
    };
    const { outcome, totals } = await drive({ calls: [call], clock });
    expect(totals.sent).toBe(calls);
    expect(totals.failed).toBe(Math.floor(calls / 4));
    expect(totals.completed).toBe(calls - totals.failed);
    expect(totals.errors).toMatchObject([{ kind: "RangeError", sample: "the fourth" }]);
    expect(outcome.sent).toBe(calls);
  });

  test("comes to an end where every call throws at once", async () => {
    const call = (): never => {
      throw new Error("no");
    };
    const { totals } = await drive({ calls: [call] });
    expect(totals.completed).toBe(0);
    expect(totals.failed).toBeGreaterThan(0);
  });

  test("awaits each call of an async function", async () => {
    const clock = createManualClock();
    let [running, most, calls] = [0, 0, 0];
    const call = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await null;
      clock.advanceMs(0.01);
      calls++;
      running--;
    };
    const { totals } = await drive({ calls: [call], isAsync: true, clock });
    expect(most).toBe(1);
    expect(totals).toMatchObject({ completed: calls, failed: 0 });
    expect(totals.response.maxMicros).toBeCloseTo(10, 2);
  });

  test("gives a call up that is never answered, when the drain time is over", async () => {
    const { outcome, totals } = await drive({ calls: [() => new Promise(() => undefined)], isAsync: true });
    expect(outcome).toMatchObject({ sent: 1, unanswered: 1 });
    expect(totals).toMatchObject({
      sent: 1,
      completed: 0,
      failed: 1,
      errors: [{ kind: "timeout", count: 1 }],
    });
  });

  test("has so many calls of an async function under way as there are clients", async () => {
    let [running, most] = [0, 0];
    const call = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
    };
    const { outcome, totals } = await drive({ calls: [call], isAsync: true, clients: 4, durationMs: 50 });
    expect(most).toBe(4);
    expect(outcome.operationsPerSample).toBeUndefined();
    expect(totals.completed).toBe(totals.sent);
  });

  test("refuses clients side by side of a function that is not async", async () => {
    await expect(drive({ calls: [() => 1], clients: 2 })).rejects.toMatchObject({
      code: "setup",
      message: expect.stringMatching(/^calls: 2 clients cannot call .*; give clients: 1$/),
    });
  });
});

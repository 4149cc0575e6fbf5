import { describe, expect, test } from "vitest";
import { createSliceRecorder } from "../../../src/drive/twin/slice-recorder.ts";

/** Operations that are answered one after the other, each `stepMicros` after the one before; the first at 0. */
function answerEach(stepMicros: number, untilMicros: number, latencyMicros = stepMicros) {
  const recorder = createSliceRecorder();
  recorder.begin(4000, 20_000, 200);
  for (let done = 0; done <= untilMicros; done += stepMicros)
    recorder.success(done - latencyMicros, done - latencyMicros, done);
  return recorder.figures();
}

describe("a slice's recorder", () => {
  test("gives what an operation costs, batch by batch, without the lead-in", () => {
    const { batchCosts, measuredMs } = answerEach(10, 20_000);
    expect(batchCosts).toHaveLength(8);
    for (const cost of batchCosts) expect(cost).toBeCloseTo(10, 9);
    expect(measuredMs).toBeCloseTo(16, 1);
  });

  test("gives the same costs whether operations come one by one or as several in a row", () => {
    const recorder = createSliceRecorder();
    recorder.begin(4000, 20_000, 200);
    for (let done = 100; done <= 20_000; done += 100) recorder.successes(10, done - 100, done);
    const { batchCosts, measuredMs, completed, completedInAll, latencies } = recorder.figures();
    expect(batchCosts).toHaveLength(8);
    for (const cost of batchCosts) expect(cost).toBeCloseTo(10, 9);
    expect(measuredMs).toBeCloseTo(16, 1);
    expect([completed, completedInAll, latencies.count]).toEqual([1600, 2000, 160]);
    expect(latencies.maxMicros).toBeCloseTo(10, 6);
  });

  test("sees what each operation of bursts costs, wherever the lead-in ends", () => {
    const recorder = createSliceRecorder();
    recorder.begin(4010, 20_000, 128);
    // 64 answers, one microsecond apart, every 300 us.
    for (let at = 300; at <= 20_000; at += 300)
      for (let i = 0; i < 64; i++) recorder.success(at - 300, at - 300, at + i);
    const { batchCosts } = recorder.figures();
    expect(batchCosts.length).toBeGreaterThan(20);
    for (const cost of batchCosts) expect(cost).toBeCloseTo(300 / 64, 6);
  });

  test("counts the only batch of a slow target, though it is not full", () => {
    const { batchCosts } = answerEach(3000, 20_000);
    expect(batchCosts).toHaveLength(1);
    expect(batchCosts[0]).toBeCloseTo(3000, 6);
  });

  test("leaves out latencies of operations that were due in the lead-in, and what came after the end costs nothing", () => {
    const recorder = createSliceRecorder();
    recorder.begin(4000, 20_000, 20);
    recorder.success(3999, 3999, 4500);
    recorder.success(4000, 4000, 4600);
    recorder.success(19_000, 19_000, 30_000);
    const { completed, completedInAll, batchCosts } = recorder.figures();
    expect({ completed, completedInAll }).toEqual({ completed: 2, completedInAll: 3 });
    expect(batchCosts).toEqual([300]);
  });

  test("keeps failures apart, by kind", () => {
    const recorder = createSliceRecorder();
    recorder.begin(0, 20_000, 20);
    recorder.failure(10, 10, 20, new TypeError("no"));
    recorder.failure(10, 10, 20, new TypeError("no again"));
    recorder.unanswered(3, 20_000);
    const { failed, errors, batchCosts } = recorder.figures();
    expect(failed).toBe(5);
    expect(errors.map(({ kind, count }) => [kind, count])).toEqual([
      ["TypeError", 2],
      ["timeout", 3],
    ]);
    expect(batchCosts).toEqual([]);
  });

  test("forgets one slice when the next begins", () => {
    const recorder = createSliceRecorder();
    recorder.begin(0, 20_000, 20);
    recorder.success(1, 1, 50);
    recorder.failure(1, 1, 50, new Error("no"));
    recorder.begin(0, 20_000, 20);
    expect(recorder.figures()).toMatchObject({ completed: 0, failed: 0, batchCosts: [], errors: [] });
  });
});

import { describe, expect, test } from "vitest";
import { DynoError } from "../../src/base/errors.ts";
import { heatEdges } from "../../src/measure/heat.ts";
import { hiccupBucketOf, sleepMicros, summarise } from "../../src/measure/hiccup-meter.ts";
import { mergePhases } from "../../src/measure/merge-phases.ts";
import { createRecorder } from "../../src/measure/recorder.ts";
import { sampleResult } from "../support/sample-result.ts";

describe("the recorder", () => {
  test("keeps response, service and lag apart, and failures out of all three", () => {
    const recorder = createRecorder({ loop: "open" });
    recorder.sent(0, 100);
    recorder.success(0, 100, 1100);
    recorder.sent(0, 200);
    recorder.failure(0, 200, 9000, new DynoError("overload", "too much"));
    const { response, service, lag, failures, completed, failed, errors } = recorder.totals();
    expect([response.maxMicros, service.maxMicros, lag.maxMicros, failures.maxMicros]).toEqual([
      1100, 1000, 200, 9000,
    ]);
    expect([completed, failed, response.count]).toEqual([1, 1, 1]);
    expect(errors).toEqual([{ kind: "overload", count: 1, sample: "too much", firstAtMs: 9 }]);
  });

  test("counts each of several operations in a row, and records their mean once", () => {
    const samples: number[][] = [];
    const sink = (due: number, sent: number, done: number): void => void samples.push([due, sent, done]);
    const recorder = createRecorder({ loop: "closed", sink });
    recorder.successes(100, 50, 450);
    expect(recorder.takeInterval()).toMatchObject({ sent: 100, completed: 100, p50: 4, max: 4 });
    const { response, service, completed, sent } = recorder.totals();
    expect([response.count, service.count, response.maxMicros, completed, sent]).toEqual([1, 1, 4, 100, 100]);
    expect(samples).toEqual([[50, 50, 54]]);
  });

  test("leaves the lag of intervals out that are not to count, and nothing else", () => {
    const recorder = createRecorder({ loop: "open" });
    for (const [lag, countsLag] of [
      [10, true],
      [9000, false],
      [20, true],
    ] as const) {
      recorder.sent(0, lag);
      recorder.success(0, lag, lag + 5);
      expect(recorder.takeInterval({ countsLag }).lagP99).toBeGreaterThanOrEqual(lag);
    }
    const { lag, response } = recorder.totals();
    expect([lag.count, lag.maxMicros, response.count]).toEqual([2, 20, 3]);
  });

  test("gives each interval its own figures, and the totals all of them", () => {
    const recorder = createRecorder({ loop: "closed" });
    for (const micros of [10, 20]) {
      recorder.sent(0, 0);
      recorder.success(0, 0, micros);
      expect(recorder.takeInterval()).toMatchObject({
        sent: 1,
        completed: 1,
        max: micros,
        serviceP50: micros,
        lagP99: 0,
      });
    }
    expect(recorder.takeInterval()).toMatchObject({ sent: 0, completed: 0, p50: 0, heat: [], errors: {} });
    expect(recorder.totals().service.count).toBe(2);
  });

  test("counts what was never answered as failed, without a latency", () => {
    const recorder = createRecorder({ loop: "open" });
    recorder.unanswered(3, 1000);
    const { failed, failures, errors } = recorder.totals();
    expect([failed, failures.count, errors[0]?.kind]).toEqual([3, 0, "timeout"]);
  });

  test("tells a bounded number of kinds of errors apart", () => {
    const recorder = createRecorder({ loop: "open" });
    for (let i = 0; i < 60; i++) recorder.failure(0, 0, 1, Object.assign(new Error("x"), { code: `E${i}` }));
    const { errors, failed } = recorder.totals();
    expect([errors.length, failed, errors.at(-1)]).toMatchObject([51, 60, { kind: "other", count: 10 }]);
  });

  test("hands every operation to the sink", () => {
    const seen: unknown[] = [];
    const recorder = createRecorder({ loop: "open", sink: (...sample) => seen.push(sample) });
    recorder.success(1, 2, 3);
    recorder.failure(4, 5, 6, new TypeError("no"));
    expect(seen).toEqual([
      [1, 2, 3, ""],
      [4, 5, 6, "TypeError"],
    ]);
  });

  test("puts latencies on the heat map's grid", () => {
    const recorder = createRecorder({ loop: "closed" });
    for (const micros of [0.5, 1, 120, 2e7]) recorder.success(0, 0, micros);
    expect(recorder.takeInterval().heat).toEqual([
      [1, 2],
      [100, 1],
      [heatEdges.at(-1), 1],
    ]);
  });
});

test("hiccups are summed up from their slots", () => {
  const slots = new Int32Array(200);
  slots[hiccupBucketOf(50)] = 990;
  slots[hiccupBucketOf(20_000)] = 10;
  const summary = summarise(slots);
  expect(summary.count).toBe(1000);
  expect(Math.abs(summary.p50Micros / 50 - 1)).toBeLessThan(0.1);
  expect(Math.abs(summary.maxMicros / 20_000 - 1)).toBeLessThan(0.1);
  const wall = 990 * (sleepMicros + 50) + 10 * (sleepMicros + 20_000);
  expect(Math.abs(summary.lostRatio / (200_000 / wall) - 1)).toBeLessThan(0.1);
});

test("phases are merged over trials by adding histograms, never by averaging", () => {
  const { trials } = sampleResult({ trials: 3, seconds: 4 });
  const [phase] = mergePhases(trials);
  expect(phase).toMatchObject({ phase: "steady", completed: 6000, durationMs: 12_000 });
  expect(phase?.response.count).toBe(6000);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timeLabel, timeTicks } from "../../../src/publish/html/charts/time-ticks.ts";

describe("the ticks of a time axis", () => {
  test.each([
    [600_000, 8, ["0", "2:00", "4:00", "6:00", "8:00", "10:00"]],
    [16_200, 5, ["0", "5 s", "10 s", "15 s"]],
    [90_000, 7, ["0", "15 s", "30 s", "45 s", "1:00", "1:15", "1:30"]],
    [450, 5, ["0", "0.1 s", "0.2 s", "0.3 s", "0.4 s"]],
  ])("of %d ms in at most %d steps are round times", (endMs, most, labels) => {
    expect(timeTicks(0, endMs, most).map(timeLabel)).toEqual(labels);
  });

  test.each([
    [90_000, 91_000, 5, ["1:30", "1:30.2", "1:30.4", "1:30.6", "1:30.8", "1:31"]],
    [119_500, 120_100, 7, ["1:59.5", "1:59.6", "1:59.7", "1:59.8", "1:59.9", "2:00", "2:00.1"]],
  ])("from %d to %d ms tell each from the next, past a minute too", (fromMs, toMs, most, labels) => {
    expect(timeTicks(fromMs, toMs, most).map(timeLabel)).toEqual(labels);
  });

  test("no label has sixty seconds, and no two times of a step have one label", () => {
    expect([59_999.6, 119_550, 119_999, 119_999.7].map(timeLabel)).toEqual([
      "1:00",
      "1:59.55",
      "1:59.999",
      "2:00",
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.integer({ min: 10, max: 80_000_000 }),
        (fromMs, lengthMs) => {
          const labels = timeTicks(fromMs, fromMs + lengthMs, 12).map(timeLabel);
          expect(new Set(labels).size).toBe(labels.length);
          expect(labels.join(" ")).not.toMatch(/:[6-9]\d/);
        },
      ),
    );
  });

  test("lie on the axis, evenly, and are not too many", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.integer({ min: 10, max: 80_000_000 }),
        fc.integer({ min: 3, max: 20 }),
        (fromMs, lengthMs, most) => {
          const ticks = timeTicks(fromMs, fromMs + lengthMs, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          expect(ticks.every((tick) => tick >= fromMs && tick <= fromMs + lengthMs)).toBe(true);
          const steps = ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0));
          expect(new Set(steps).size).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

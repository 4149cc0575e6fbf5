import fc from "fast-check";
import { expect, test } from "vitest";
import { createSchedule } from "../../../src/drive/load/schedule.ts";
import type { RateCorner } from "../../../src/scenario/scenario.ts";

/** Any curve of up to five straight pieces, with jumps and pauses. */
const curve = fc
  .array(
    fc.record({
      lengthMs: fc.constantFrom(0, 100, 333, 1000),
      from: fc.constantFrom(0, 1, 50, 900),
      to: fc.constantFrom(0, 3, 70, 1000),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((pieces) => {
    const corners: RateCorner[] = [];
    let atMs = 0;
    for (const { lengthMs, from, to } of pieces) {
      corners.push({ atMs, ratePerSec: from }, { atMs: atMs + lengthMs, ratePerSec: to });
      atMs += lengthMs;
    }
    return { corners, durationMs: atMs };
  });

const arrivals = fc.constantFrom("uniform", "poisson");

function allOf(
  phase: { corners: readonly RateCorner[]; durationMs: number; arrivals: "uniform" | "poisson" },
  seed = 1,
): number[] {
  const schedule = createSchedule(phase, seed);
  const due: number[] = [];
  for (let next = schedule.next(); next !== Number.POSITIVE_INFINITY; next = schedule.next()) due.push(next);
  return due;
}

test("operations are due in order and within the phase, and the same for the same seed", () => {
  fc.assert(
    fc.property(curve, arrivals, (phase, kind) => {
      const due = allOf({ ...phase, arrivals: kind });
      for (let i = 1; i < due.length; i++) expect(due[i]).toBeGreaterThanOrEqual(due[i - 1] ?? 0);
      expect(due.at(-1) ?? 0).toBeLessThanOrEqual(phase.durationMs * 1000);
      expect(allOf({ ...phase, arrivals: kind })).toEqual(due);
    }),
  );
});

test("uniform arrivals follow the area under the curve to within one operation, at every moment", () => {
  fc.assert(
    fc.property(curve, (phase) => {
      const schedule = createSchedule({ ...phase, arrivals: "uniform" }, 1);
      const due = allOf({ ...phase, arrivals: "uniform" });
      for (let ms = 0; ms <= phase.durationMs; ms += 37) {
        const sent = due.filter((micros) => micros <= ms * 1000).length;
        expect(Math.abs(sent - schedule.expectedUntil(ms))).toBeLessThanOrEqual(1.001);
      }
    }),
  );
});

test("Poisson arrivals have the mean and the variance of a Poisson process", () => {
  const corners = [
    { atMs: 0, ratePerSec: 1000 },
    { atMs: 100_000, ratePerSec: 1000 },
  ];
  const due = allOf({ corners, durationMs: 100_000, arrivals: "poisson" }, 3);
  const counts = new Array<number>(10_000).fill(0);
  for (const micros of due)
    counts[Math.floor(micros / 10_000)] = (counts[Math.floor(micros / 10_000)] ?? 0) + 1;
  const mean = due.length / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length;
  expect(mean).toBeGreaterThan(9.8);
  expect(mean).toBeLessThan(10.2);
  // The index of dispersion of 10,000 bins strays by about 0.014.
  expect(Math.abs(variance / mean - 1)).toBeLessThan(0.07);
});

test("another seed gives other Poisson arrivals", () => {
  const corners = [
    { atMs: 0, ratePerSec: 100 },
    { atMs: 1000, ratePerSec: 100 },
  ];
  expect(allOf({ corners, durationMs: 1000, arrivals: "poisson" }, 1)).not.toEqual(
    allOf({ corners, durationMs: 1000, arrivals: "poisson" }, 2),
  );
});

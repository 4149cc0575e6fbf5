import { expect, test } from "vitest";
import { isSteady } from "../../../src/drive/load/steady.ts";

const flat = { completedPerSec: 1000, serviceP50: 100 };

test.each([
  ["four windows alike", [flat, flat, flat, flat], true],
  ["a slow start long ago", [{ completedPerSec: 10, serviceP50: 900 }, flat, flat, flat, flat], true],
  ["three windows", [flat, flat, flat], false],
  ["latency that still falls", [flat, flat, flat, { ...flat, serviceP50: 60 }], false],
  ["throughput that still rises", [flat, flat, flat, { ...flat, completedPerSec: 1500 }], false],
  [
    "windows in which nothing was done",
    [0, 0, 0, 0].map(() => ({ completedPerSec: 0, serviceP50: 0 })),
    false,
  ],
])("a warm-up with %s", (_, windows, steady) => {
  expect(isSteady(windows)).toBe(steady);
});

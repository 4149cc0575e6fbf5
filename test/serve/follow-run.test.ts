import { expect, test } from "vitest";
import type { ProgressEvent } from "../../src/drive/progress.ts";
import { type LiveRun, maxLivePoints } from "../../src/measure/live-run.ts";
import { followRun } from "../../src/serve/follow-run.ts";
import { sampleResult } from "../support/sample-result.ts";

const begun: LiveRun = {
  id: 1,
  scenario: "steady",
  state: "running",
  startedAt: "2026-01-01T00:00:00.000Z",
  note: "",
  points: [],
};
const [row] = sampleResult().trials[0]?.timeline ?? [];
if (row === undefined) throw new Error("no row");

const follow = (events: readonly ProgressEvent[]): LiveRun => events.reduce(followRun, begun);
const phase = (name: string): ProgressEvent => ({
  type: "phase",
  phase: name,
  kind: "measured",
  summary: "10/s for 1 s",
  durationMs: 1000,
});
const interval = (change: Partial<typeof row> = {}): ProgressEvent => ({
  type: "interval",
  interval: { ...row, lengthMs: 250, ...change },
});

test("counts are rates of their interval's length, failures apart", () => {
  const { points } = follow([
    interval({
      offered: 100,
      completed: 60,
      errors: { timeout: 10, refused: 5 },
      cpuCores: 1,
      outsideCpuCores: 0.5,
    }),
  ]);
  expect(points).toMatchObject([
    { atMs: 125, offeredPerSec: 400, completedPerSec: 240, failedPerSec: 60, cpuCores: 1.5 },
  ]);
});

test("rows of one trial follow those of the one before without a gap", () => {
  const trial = (number: number): ProgressEvent => ({ type: "trial", trial: number, of: 2 });
  const { points, trial: now } = follow([
    trial(0),
    interval({ atMs: 0 }),
    interval({ atMs: 250 }),
    trial(1),
    interval({ atMs: 0, lengthMs: 500 }),
  ]);
  expect(points.map(({ atMs }) => atMs)).toEqual([125, 375, 750]);
  expect(now).toEqual({ number: 2, of: 2 });
});

test("a phase begins at nothing done, and what a fault did in the phase before is over", () => {
  const during = follow([
    phase("a"),
    interval(),
    { type: "fault", mark: { atMs: 1000, label: "redis-kill" } },
    interval(),
  ]);
  expect(during).toMatchObject({ fault: "redis-kill begins", phase: { phase: "a", doneMs: 500 } });
  const after = followRun(during, phase("b"));
  expect(after.phase).toMatchObject({ phase: "b", doneMs: 0 });
  expect(after.fault).toBeUndefined();
});

test("of a long run the newest rows are kept", () => {
  const { points } = follow(Array.from({ length: maxLivePoints + 50 }, () => interval()));
  expect(points).toHaveLength(maxLivePoints);
  expect(points.at(-1)?.atMs).toBe((maxLivePoints + 49.5) * 250);
});

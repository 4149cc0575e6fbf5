import { expect, test } from "vitest";
import { attemptsOf, type Job } from "../../../src/engine/delivery/job.ts";
import { Progress } from "../../../src/engine/delivery/progress.ts";
import { createTrials } from "../../../src/engine/delivery/trials.ts";

function jobs(attempts: readonly number[]): Job[] {
  const progress = new Progress(attempts.length);
  for (const [i, n] of attempts.entries()) progress.setAttempts(i, n);
  const open = { entry: "1", progress, timeMs: 0, isSuspect: true, isChanged: false };
  return attempts.map((_, index) => {
    const event = { id: String(index), topic: "t", timeMs: 0, data: 0, position: { entry: "1", index } };
    return { open, index, event, lane: undefined };
  });
}

function start(trialMs: number) {
  const called: Job[] = [];
  const recorded: number[] = [];
  const trials = createTrials({
    trialMs,
    record: async (job) => void recorded.push(attemptsOf(job)),
    begun: () => undefined,
    call: (job) => called.push(job),
    dropped: () => undefined,
  });
  return { trials, called, recorded };
}

test("events that are suspected for the first time go together, counted before they are called", async () => {
  const { trials, called, recorded } = start(60_000);
  const all = jobs([0, 0, 0]);
  for (const job of all) trials.admit(job);
  expect(called).toEqual([]);
  await expect.poll(() => called).toEqual(all);
  expect(recorded).toEqual([1, 1, 1]);
  for (const job of all) expect(trials.settled(job)).toBe(true);
});

test("events that are suspected again go one by one", async () => {
  const { trials, called } = start(60_000);
  const all = jobs([1, 2, 1]);
  for (const job of all) trials.admit(job);
  for (let n = 1; n <= 3; n++) {
    await expect.poll(() => called).toEqual(all.slice(0, n));
    expect(trials.waiting).toBe(3 - n);
    trials.settled(all[n - 1] as Job);
  }
});

test("an event that is still running after its trial is cleared, and the next one goes", async () => {
  const { trials, called, recorded } = start(1);
  const all = jobs([2, 1]);
  for (const job of all) trials.admit(job);
  await expect.poll(() => called).toEqual(all);
  await expect.poll(() => recorded).toEqual([3, 2, 2, 1]);
  expect(trials.settled(all[0] as Job)).toBe(false);
});

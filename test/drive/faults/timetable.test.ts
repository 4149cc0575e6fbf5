import { expect, test } from "vitest";
import { createManualClock } from "../../../src/base/clock.ts";
import { startTimetable, type Timetable } from "../../../src/drive/faults/timetable.ts";
import type { TimelineMark } from "../../../src/measure/result.ts";
import type { Fault } from "../../../src/scenario/fault.ts";

const loadStartMs = 100;

/** A timetable on a clock that the test moves; `breaks` says what becomes of a fault. */
function tabled(
  faults: readonly Fault[],
  breaks: { readonly begin?: () => Promise<void>; readonly end?: () => Promise<void> } = {},
) {
  const clock = createManualClock();
  const nowMs = (): number => clock.nowMicros() / 1000;
  const log: string[] = [];
  const told: TimelineMark[] = [];
  const abort = new AbortController();
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const timetable: Timetable = startTimetable({
    faults,
    loadStartMs,
    nowMs,
    signal: abort.signal,
    waitUntil: (atMs, signal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted || atMs <= nowMs()) return resolve();
        sleepers.add({ atMs, wake: resolve });
        signal.addEventListener("abort", () => resolve(), { once: true });
      }),
    begin: async ({ kind }) => {
      await breaks.begin?.();
      log.push(`${nowMs()} ${kind} begins`);
      return async () => {
        await breaks.end?.();
        log.push(`${nowMs()} ${kind} ends`);
      };
    },
    onMark: (mark) => told.push(mark),
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const goTo = async (ms: number): Promise<void> => {
    for (let next = nowMs(); next <= ms; next += 10) {
      if (next > nowMs()) clock.advanceMs(next - nowMs());
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs()) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settle();
    }
  };
  return { timetable, log, told, abort, goTo };
}

const kill = (atMs: number, forMs: number): Fault => ({ kind: "redis-kill", atMs, forMs });
const cut = (atMs: number, forMs: number): Fault => ({ kind: "network-cut", atMs, forMs });

test("begins and ends each fault at its time from the start of the load, side by side", async () => {
  const { timetable, log, told, goTo } = tabled([kill(500, 300), cut(600, 100)]);
  await goTo(1000);
  expect(log).toEqual([
    "600 redis-kill begins",
    "700 network-cut begins",
    "800 network-cut ends",
    "900 redis-kill ends",
  ]);
  const marks = await timetable.stop();
  expect(marks).toEqual([
    { atMs: 600, untilMs: 900, label: "redis-kill", fault: "redis-kill" },
    { atMs: 700, untilMs: 800, label: "network-cut", fault: "network-cut" },
  ]);
  expect(told.filter(({ untilMs }) => untilMs === undefined)).toHaveLength(2);
});

test("says whether something is broken, and for how long after", async () => {
  const { timetable, goTo } = tabled([kill(500, 300)]);
  expect(timetable.isBroken(1000)).toBe(false);
  await goTo(700);
  expect(timetable.isBroken(0)).toBe(true);
  await goTo(1200);
  expect([timetable.isBroken(100), timetable.isBroken(1000)]).toEqual([false, true]);
  await goTo(2000);
  expect(timetable.isBroken(1000)).toBe(false);
});

test("ends at once what is under way when it is stopped, and begins no more", async () => {
  const { timetable, log, goTo } = tabled([kill(100, 5000), cut(1000, 100)]);
  await goTo(400);
  expect(await timetable.stop()).toMatchObject([{ atMs: 200, untilMs: 400 }]);
  await goTo(2000);
  expect(log).toEqual(["200 redis-kill begins", "400 redis-kill ends"]);
});

test("ends at once what is under way when the trial is broken off, and begins no more", async () => {
  const { log, abort, goTo } = tabled([kill(100, 5000), cut(1000, 100)]);
  await goTo(400);
  abort.abort();
  await goTo(2000);
  expect(log).toEqual(
    ["200 redis-kill begins", "410 redis-kill ends"].map((line) => line.replace("410", "400")),
  );
});

test("marks a fault that could not be begun or ended with its problem, and goes on", async () => {
  const fail = async (): Promise<never> => {
    throw new Error("no such server");
  };
  const begun = tabled([kill(100, 100)], { begin: fail });
  await begun.goTo(500);
  expect(await begun.timetable.stop()).toMatchObject([{ problem: "could not be begun: no such server" }]);
  const ended = tabled([kill(100, 100)], { end: fail });
  await ended.goTo(500);
  const [mark] = await ended.timetable.stop();
  expect(mark).toMatchObject({ problem: "could not be ended: no such server" });
  expect(mark?.untilMs).toBeUndefined();
});

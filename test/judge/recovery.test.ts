import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRecoveries } from "../../src/judge/recovery.ts";
import type { Interval, PhaseResult, TimelineMark, TrialResult } from "../../src/measure/result.ts";
import { sampleResult } from "../support/sample-result.ts";

const rowMs = 100;
const [sample] = sampleResult().trials as [TrialResult];
const [sampleRow] = sample.timeline as [Interval];
const [samplePhase] = sample.phases as [PhaseResult];

/** What a row of the made-up timeline shows, from the second at which it begins. */
type Course = (sec: number) => {
  readonly completed?: number;
  readonly offered?: number;
  readonly p99?: number;
};

interface Made {
  readonly seconds: number;
  readonly course: Course;
  readonly faults: readonly (readonly [fromSec: number, toSec: number])[];
  readonly loop?: "open" | "closed";
  readonly phaseOf?: (sec: number) => string;
}

/** A trial whose rows complete 100 of 100 offered with a p99 of 5 ms, where the course says nothing else. */
function trialOf({ seconds, course, faults, loop = "open", phaseOf = () => "steady" }: Made): TrialResult {
  const timeline = Array.from({ length: (seconds * 1000) / rowMs }, (_, i): Interval => {
    const sec = (i * rowMs) / 1000;
    const { completed = 100, offered = 100, p99 = 5000 } = course(sec);
    return {
      ...sampleRow,
      phase: phaseOf(sec),
      kind: "measured",
      atMs: i * rowMs,
      lengthMs: rowMs,
      offered,
      completed,
      p99,
    };
  });
  const marks = faults.map(([from, to]): TimelineMark => {
    return { atMs: from * 1000, untilMs: to * 1000, label: "redis-kill", fault: "redis-kill" };
  });
  return { ...sample, timeline, marks, phases: [{ ...samplePhase, loop, phase: "steady" }] };
}

const between = (sec: number, from: number, to: number): boolean => sec >= from - 1e-9 && sec < to - 1e-9;

/** Nothing is completed from the third to the fifth second, and p99 is high for some time after that. */
const outage =
  (slowUntil: number, p99 = 900_000): Course =>
  (sec) => {
    if (between(sec, 3, 5)) return { completed: 0, p99: 0 };
    return between(sec, 5, slowUntil) ? { p99 } : {};
  };

describe("the recovery from a fault", () => {
  const took = (made: Made) =>
    readRecoveries(trialOf(made))?.map(({ tookMs, isRecovered }) => [Math.round(tookMs), isRecovered]);
  const faults = [[3, 5]] as const;
  const cases: readonly (readonly [
    string,
    Partial<Made>,
    readonly (readonly [number, boolean])[] | undefined,
  ])[] = [
    ["is at once where the load was never disturbed", { course: () => ({}) }, [[0, true]]],
    ["lasts until p99 is as before", { course: outage(6.5) }, [[1500, true]]],
    ["takes a p99 within 10 % of the worst before for as good", { course: outage(8, 5400) }, [[0, true]]],
    ["takes a p99 more than that for worse", { course: outage(8, 5600) }, [[3000, true]]],
    [
      "takes a p99 below the floor for as good as any",
      { course: (sec) => (between(sec, 5, 10) ? { p99: 1900 } : { p99: 50 }) },
      [[0, true]],
    ],
    [
      "holds one bad row before against one bad row after",
      {
        course: (sec) =>
          between(sec, 1, 1.1) || between(sec, 7, 7.1) ? { p99: 80_000 } : outage(5.5, 70_000)(sec),
      },
      [[0, true]],
    ],
    [
      "lasts until the offered rate is completed",
      { course: (sec) => (between(sec, 5, 7) ? { completed: 85 } : outage(5)(sec)) },
      [[1400, true]],
    ],
    [
      "takes a rate within 10 % for as good",
      { course: (sec) => (between(sec, 5, 10) ? { completed: 91 } : outage(5)(sec)) },
      [[0, true]],
    ],
    ["has not come where the phase ends before", { course: outage(10) }, [[5000, false]]],
    ["has not come where less than a good second is left", { course: outage(9.3) }, [[5000, false]]],
    ["is unknown without a second of load before", { faults: [[0.5, 2]], course: () => ({}) }, undefined],
    ["is unknown without a fault", { faults: [], course: () => ({}) }, undefined],
    [
      "counts from the end of the last of faults that come before it",
      {
        faults: [
          [3, 5],
          [5.5, 6],
        ],
        course: (sec) => (between(sec, 6, 7) ? { p99: 900_000 } : outage(5)(sec)),
      },
      [[1000, true]],
    ],
    [
      "is counted for each fault that is apart",
      {
        faults: [
          [3, 4],
          [7, 7.5],
        ],
        course: (sec) => (between(sec, 4, 4.5) || between(sec, 7.5, 8.2) ? { p99: 900_000 } : {}),
      },
      [
        [500, true],
        [700, true],
      ],
    ],
    [
      "is not seen in another phase, whose load is another",
      { phaseOf: (sec) => (sec < 6.95 ? "steady" : "after"), course: outage(6.9) },
      [[2000, false]],
    ],
    [
      "in a closed loop lasts until the mean rate before is there again",
      { loop: "closed", course: (sec) => (between(sec, 3, 6) ? { completed: 5, offered: 5 } : {}) },
      [[900, true]],
    ],
  ];
  test.each(cases)("%s", (_, made, expected) => {
    expect(took({ seconds: 10, faults, course: () => ({}), ...made })).toEqual(expected);
  });

  test("is never found before the load is good for a second, wherever it is bad", () => {
    const badRows = fc.array(fc.integer({ min: 50, max: 99 }), { maxLength: 25 });
    fc.assert(
      fc.property(badRows, (bad) => {
        const course: Course = (sec) =>
          bad.includes(Math.round(sec * 10)) ? { p99: 900_000 } : outage(5)(sec);
        const [found] = readRecoveries(trialOf({ seconds: 10, faults, course })) ?? [];
        const startRow = Math.round(((found?.tookMs ?? 0) + 5000) / rowMs);
        const isGoodFrom = (row: number): boolean =>
          row <= 90 && !bad.some((one) => one >= row && one < row + 10);
        const first = Array.from({ length: 50 }, (_, i) => 50 + i).find(isGoodFrom);
        expect(found).toMatchObject({ isRecovered: first !== undefined });
        expect(startRow).toBe(first ?? 100);
      }),
      { seed: 3 },
    );
  });
});

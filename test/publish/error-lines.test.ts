import { expect, test } from "vitest";
import type { ErrorCount } from "../../src/measure/result.ts";
import { errorLines } from "../../src/publish/terminal/error-lines.ts";
import { sampleResult } from "../support/sample-result.ts";

function trialWith(errors: readonly Partial<ErrorCount>[], kind: "warmup" | "measured" = "measured") {
  const [trial] = sampleResult().trials;
  const [phase] = trial?.phases ?? [];
  if (trial === undefined || phase === undefined) throw new Error("no sample");
  const counted = errors.map((error) => ({
    kind: "timeout",
    count: 1,
    sample: "late",
    firstAtMs: 0,
    ...error,
  }));
  return { ...trial, phases: [{ ...phase, phase: "steady", kind, errors: counted }] };
}

test("errors are told by kind over all trials, the most frequent first, with the first message of each", () => {
  const trials = [
    trialWith([{ count: 2 }, { kind: "WrongBody", count: 3, sample: "the body has 43 at sum" }]),
    trialWith([{ kind: "WrongBody", count: 1000, sample: "another" }]),
  ];
  expect(errorLines(trials)).toEqual([
    expect.stringMatching(/^steady: 1\s003 WrongBody, the first: the body has 43 at sum$/),
    "steady: 2 timeout, the first: late",
  ]);
});

test("errors of the warm-up are not told, and no errors are no lines", () => {
  expect(errorLines([trialWith([{}], "warmup"), trialWith([])])).toEqual([]);
});

test("of many kinds five are told and the rest counted, and no message takes over the terminal", () => {
  const many = Array.from({ length: 7 }, (_, i) => ({ kind: `kind${i}`, count: 9 - i }));
  const lines = errorLines([
    trialWith([...many, { count: 100, sample: `\u001b[2J${"x".repeat(500)}\nmore` }]),
  ]);
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe(`steady: 100 timeout, the first: ${"x".repeat(160)}...`);
  expect(lines[5]).toBe("3 more kinds of errors are in the report");
});

import { expect, test } from "vitest";
import { mergeErrors } from "../../src/measure/merge-errors.ts";
import { sampleResult } from "../support/sample-result.ts";

test("errors are added up by kind and phase, the most frequent first, seen from the start of the trial", () => {
  const [phase] = sampleResult().trials.flatMap(({ phases }) => phases);
  if (phase === undefined) throw new Error("the sample has no phase");
  const error = (kind: string, count: number, firstAtMs: number, sample: string) => ({
    kind,
    count,
    firstAtMs,
    sample,
  });
  const phases = [
    { ...phase, phase: "a", startMs: 1000, errors: [error("reset", 2, 500, "first")] },
    {
      ...phase,
      phase: "a",
      startMs: 1000,
      errors: [error("reset", 3, 20, "second"), error("slow", 9, 5, "s")],
    },
    { ...phase, phase: "b", startMs: 3000, errors: [error("reset", 1, 7, "third")] },
  ];
  expect(mergeErrors(phases)).toEqual([
    { kind: "slow", phase: "a", count: 9, seenMs: 1005, sample: "s" },
    { kind: "reset", phase: "a", count: 5, seenMs: 1020, sample: "first" },
    { kind: "reset", phase: "b", count: 1, seenMs: 3007, sample: "third" },
  ]);
});

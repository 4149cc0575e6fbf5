import fc from "fast-check";
import { expect, test } from "vitest";
import { foldRun } from "../../../src/engine/pipeline/fold-run.ts";
import type { RunInput, RunRecord } from "../../../src/engine/pipeline/run-record.ts";

const input: RunInput = {
  id: "1",
  topic: "go",
  timeMs: 0,
  key: null,
  correlationId: null,
  causationId: null,
  traceparent: null,
  data: {},
};

const error = { code: "error", message: "no" } as const;

const records: readonly RunRecord[] = [
  { type: "started", definition: "abc", input },
  { type: "step.skipped", step: "s", reason: "condition" },
  { type: "step.scheduled", step: "a", attempt: 1, key: "k" },
  { type: "step.failed", step: "a", attempt: 1, error, retryAtMs: 5 },
  { type: "step.scheduled", step: "a", attempt: 2, key: "k" },
  { type: "step.succeeded", step: "a", output: 7 },
  { type: "step.scheduled", step: "each", index: 0, attempt: 1, key: "k0" },
  { type: "step.succeeded", step: "each", index: 0, output: "x" },
  { type: "step.failed", step: "each", index: 1, attempt: 3, error },
  { type: "step.failed", step: "each", attempt: 0, error, items: 2 },
  { type: "failed", step: "each", error },
];

test("a run's records add up to what became of each step", () => {
  const run = foldRun(records);
  expect(run).toMatchObject({ status: "failed", definition: "abc", error });
  expect(run.ended).toEqual(["s", "a", "each"]);
  expect(run.steps.get("a")).toMatchObject({ status: "succeeded", output: 7 });
  expect(run.steps.get("a")?.tasks.get("a")).toMatchObject({ attempts: 2, failures: 1 });
  expect(run.steps.get("each")).toMatchObject({ status: "failed", output: ["x", null] });
  expect(run.steps.get("each")?.tasks.get("each/1")).toMatchObject({ attempts: 3, failures: 1 });
});

test("a record that comes twice, one after the other, changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: records.length, maxLength: records.length }), (twice) => {
      const doubled = records.flatMap((record, i) => (twice[i] ? [record, record] : [record]));
      expect(foldRun(doubled)).toEqual(foldRun(records));
    }),
    { seed: 1, numRuns: 100 },
  );
});

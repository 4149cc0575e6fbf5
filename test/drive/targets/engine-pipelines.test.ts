import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { engineTarget } from "../../../src/drive/targets/engine.ts";
import { createLedger } from "../../../src/drive/targets/engine-checks.ts";
import {
  checkRuns,
  createRunReader,
  type RunEvidence,
  type RunRules,
} from "../../../src/drive/targets/engine-run-checks.ts";
import { engineSettings } from "../../../src/drive/targets/engine-settings.ts";
import type { RunRecord } from "../../../src/engine/pipeline/run-record.ts";
import type { StoredEvent } from "../../../src/engine/store.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const { signal } = new AbortController();

async function start(pipeline: string, settings: object) {
  const dir = await scratchDir();
  await writeFile(join(dir, "one.yaml"), pipeline);
  const checked = engineSettings.parse({
    kind: "engine",
    store: "log",
    pipelines: ["one.yaml"],
    events: [{ topic: "orders.created", data: { amount: 3 } }],
    ...settings,
  });
  const context = {
    seed: 1,
    scratchDir: dir,
    scenarioDir: dir,
    services: {},
    faults: [],
    verifies: true,
    signal,
  };
  return engineTarget.start(checked, context);
}

const twoSteps = `
on: orders.created
steps:
  - { id: first, action: work }
  - { id: second, action: work, needs: [first], with: { amount: "{{ event.data.amount }}" } }
`;

describe("pipelines on the dynamometer", () => {
  test("run to their end, and an operation is done when its run is", async () => {
    const session = await start(twoSteps, { until: "finished" });
    await Promise.all(Array.from({ length: 20 }, (_, n) => session.fire(n, signal)));
    expect(await session.counters?.()).toMatchObject({ runs_completed: 20, runs_active: 0 });
    const checks = await session.stop();
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ detail }) => detail).join()).toContain("20 completed");
  });

  test("fail the operation whose run fails, and count its end", async () => {
    const session = await start(twoSteps, { until: "finished" });
    const mend = await session.inject?.({ kind: "handler-errors", share: 1, atMs: 0, forMs: 1 });
    await expect(session.fire(0, signal)).rejects.toMatchObject({ name: "RunNotCompleted" });
    await mend?.();
    await session.fire(1, signal);
    const runs = (await session.stop()).find(({ name }) => name === "every run came to its end");
    // An operation that failed is not in the ledger, though its run ended.
    expect(runs).toMatchObject({ ok: true, detail: expect.stringContaining("1 failed") });
  });

  test("tell the states of their breakers", async () => {
    const breaker = "breaker: { name: bank, consecutiveFailures: 1, open: 1m, maxOpen: 1m }";
    const guarded = twoSteps.replace("id: first, action: work", `id: first, action: work, ${breaker}`);
    const session = await start(guarded, { until: "finished" });
    expect(session.network?.()).toEqual({ nodes: [{ name: "bank", dependsOn: [] }], turns: [] });
    await session.inject?.({ kind: "handler-errors", share: 1, atMs: 0, forMs: 1 });
    await expect(session.fire(0, signal)).rejects.toMatchObject({ name: "RunNotCompleted" });
    expect(session.network?.()?.turns).toMatchObject([{ breaker: "bank", state: "open" }]);
    await session.stop();
    const plain = await start(twoSteps, {});
    expect(plain.network?.()).toBeUndefined();
    await plain.stop();
  });

  test("are refused where a file of them is wrong, with its place", async () => {
    const wrong = twoSteps.replace("needs: [first]", "needs: [frist]");
    await expect(start(wrong, {})).rejects.toMatchObject({
      code: "scenario",
      message: expect.stringMatching(/one\.yaml:5:\d+: error: .*frist/),
    });
  });
});

describe("what is held against runs", () => {
  const record = (runId: string, data: RunRecord): StoredEvent =>
    ({ topic: `$run.one.${data.type}`, key: runId, data }) as unknown as StoredEvent;
  const input = { id: "e", topic: "t", timeMs: 0, key: null, correlationId: null, causationId: null };
  const read = (records: readonly StoredEvent[]): RunEvidence => {
    const reader = createRunReader(({ data }) => (typeof data === "number" ? data : undefined));
    records.forEach(reader.read);
    return reader.evidence();
  };
  const started = record("r", {
    type: "started",
    definition: "d",
    input: { ...input, traceparent: null, data: 0 },
  });
  const scheduled = record("r", { type: "step.scheduled", step: "a", attempt: 1, key: "r/a" });
  const succeeded = record("r", { type: "step.succeeded", step: "a", output: 1 });
  const completed = record("r", { type: "completed", outputs: {} });
  const failed = record("r", {
    type: "failed",
    error: { code: "internal", message: "m" },
  } as unknown as RunRecord);
  const output = { topic: "done", idempotencyKey: "r/b", data: "x" } as unknown as StoredEvent;
  const ledger = createLedger();
  ledger.acknowledged(0);
  const failures = (
    records: readonly StoredEvent[],
    effects: readonly string[],
    rules: RunRules = { mayFail: false },
  ): string[] =>
    checkRuns(read(records), ledger, effects, rules)
      .filter(({ ok }) => !ok)
      .map(({ name }) => name);

  test("holds where each run came to its end, each step once", () => {
    expect(failures([started, scheduled, succeeded, completed], ["r/a"])).toEqual([]);
  });

  test("lets a run fail where its steps were made to", () => {
    expect(failures([started, scheduled, failed], ["r/a"], { mayFail: true })).toEqual([]);
  });

  test.each<readonly [string, StoredEvent[], string[], string]>([
    ["a run is under way", [started, scheduled], ["r/a"], "every run came to its end"],
    ["a run failed", [started, scheduled, failed], ["r/a"], "every run came to its end"],
    [
      "an output is stored twice",
      [started, scheduled, succeeded, output, output, completed],
      ["r/a"],
      "nothing that a step published is stored twice",
    ],
    ["there is no run", [], [], "every run came to its end"],
    [
      "a finished step ran again",
      [started, scheduled, succeeded, scheduled, completed],
      ["r/a"],
      "no finished step ran again",
    ],
    [
      "a step ran unrecorded",
      [started, scheduled, succeeded, completed],
      ["r/a", "r/a"],
      "no step ran unrecorded",
    ],
  ])("fails where %s", (_, records, effects, name) => {
    expect(failures(records, effects)).toEqual([name]);
  });
});

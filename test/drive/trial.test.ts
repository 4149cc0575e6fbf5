import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { runTrial } from "../../src/drive/trial.ts";
import type { FromChild, TrialSpec } from "../../src/drive/trial-messages.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const { signal } = new AbortController();

const load = "{ phase: p, shape: constant-rate, rate: 100/s, for: 50ms, lowCpu: true }";
const plain = `why: test\ntarget: { kind: synthetic, law: noop }\nwarmup: none\nload: [${load}]\n`;

async function specOf(name: string, text = plain): Promise<TrialSpec> {
  const { scenario, problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return { scenario: { ...scenario, name }, trial: 0, seed: 1, services: {}, scratchDir: await scratchDir() };
}

describe("the end of a trial", () => {
  test("is bounded, whatever a child that does not stop still says", async () => {
    const trial = await runTrial(await specOf("never stops"), {
      beginFault: () => Promise.reject(new Error("no fault is expected")),
      onEvent: () => undefined,
      signal,
      entry: new URL("../support/misbehaving-child.mjs", import.meta.url),
      endTimeoutMs: 300,
    });
    expect(trial).toMatchObject({
      status: "failed",
      failure: { kind: "hung", message: expect.stringContaining("did not end within 0.3 s after its load") },
    });
  });

  test("is told when the load is over", async () => {
    const sent: FromChild["type"][] = [];
    const child = fork(new URL("../../dist/drive/trial-child.js", import.meta.url));
    child.on("message", ({ type }: FromChild) => sent.push(type));
    child.send({ type: "start", spec: await specOf("short") });
    await once(child, "close");
    expect(sent.filter((type) => type !== "alive").slice(-2)).toEqual(["stopping", "result"]);
  });
});

const breakers = `
why: test
target:
  kind: calls
  services: { store: { latency: 0s }, shop: { latency: 0s, dependsOn: [store] } }
  entry: shop
  broken: store
  policy: { breaker: { consecutiveFailures: 2, open: 20ms, maxOpen: 20ms } }
warmup: none
load: [{ phase: p, shape: constant-rate, rate: 200/s, for: 400ms, lowCpu: true }]
faults: [{ at: 100ms, fault: handler-errors, share: 100%, for: 100ms }]
`;

test("a trial tells the states of its breakers in its own time", async () => {
  const { network, marks, timeline } = await runTrial(await specOf("breakers", breakers), {
    beginFault: () => Promise.reject(new Error("no fault of a service is expected")),
    onEvent: () => undefined,
    signal,
    entry: new URL("../../dist/drive/trial-child.js", import.meta.url),
  });
  expect(network?.nodes).toEqual([
    { name: "store", dependsOn: [] },
    { name: "shop", dependsOn: ["store"] },
  ]);
  const [first] = network?.turns ?? [];
  expect(first).toMatchObject({ breaker: "store", state: "open" });
  // After the fault began and before the trial was over; the wall clock tells whole milliseconds only.
  const last = timeline.at(-1);
  expect(first?.atMs).toBeGreaterThan((marks[0]?.atMs ?? Number.NaN) - 3);
  expect(first?.atMs).toBeLessThan((last?.atMs ?? 0) + (last?.lengthMs ?? 0) + 3);
});

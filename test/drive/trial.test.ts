import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { runTrial } from "../../src/drive/trial.ts";
import type { FromChild, TrialSpec } from "../../src/drive/trial-messages.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const { signal } = new AbortController();

async function specOf(name: string): Promise<TrialSpec> {
  const load = "{ phase: p, shape: constant-rate, rate: 100/s, for: 50ms, lowCpu: true }";
  const text = `why: test\ntarget: { kind: synthetic, law: noop }\nwarmup: none\nload: [${load}]\n`;
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

import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { runScenario } from "../../src/drive/run.ts";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { runTrial } from "../../src/drive/trial.ts";
import type { TrialSpec } from "../../src/drive/trial-messages.ts";
import { judgeLaw, judgeStall } from "../../src/judge/calibration.ts";
import type { PhaseResult, TrialResult } from "../../src/measure/result.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { decodeHistogram } from "../../src/stats/histogram.ts";
import { scratchDir } from "../support/scratch-dir.ts";

/** The compiled child, as dyno starts it. */
const entry = new URL("../../dist/drive/trial-child.js", import.meta.url);
const noFault = async (): Promise<never> => {
  throw new Error("no fault was to be asked for");
};

function scenarioOf(target: string, load: string, warmup = "none"): Scenario {
  const text = `why: test\ntarget: { ${target} }\nwarmup: ${warmup}\ninterval: 100ms\nload: [${load}]\n`;
  const { scenario, problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return scenario;
}

async function trialOf(
  scenario: Scenario,
  env: Record<string, string | undefined> = {},
): Promise<TrialResult> {
  const { trials, setupError } = await runScenario(scenario, {
    onEvent: () => undefined,
    signal: new AbortController().signal,
    env,
    entry,
  });
  if (setupError) throw setupError;
  const [trial] = trials;
  if (trial === undefined) throw new Error("no trial");
  return trial;
}

function measured(trial: TrialResult): PhaseResult {
  const phase = trial.phases.find(({ kind }) => kind === "measured");
  if (phase === undefined) throw new Error(`no phase: ${JSON.stringify(trial.failure)}`);
  return phase;
}

async function specOf(scenario: Scenario): Promise<TrialSpec> {
  return { scenario, trial: 0, seed: 1, services: {}, scratchDir: await scratchDir() };
}

describe("the instrument against a known truth", () => {
  test("measures a target that stalls as its arithmetic says", async () => {
    const stall = { stallMs: 200, everyMs: 2000 };
    const scenario = scenarioOf(
      "kind: synthetic, law: stall, stall: 200ms, every: 2s",
      "{ phase: p, shape: constant-rate, rate: 2k/s, for: 6s }",
    );
    const wrong = judgeStall(measured(await trialOf(scenario)), stall).filter(({ ok }) => !ok);
    expect(wrong).toEqual([]);
  });

  test.each(["fixed", "exponential"] as const)("measures a %s latency as its law says", async (law) => {
    const scenario = scenarioOf(
      `kind: synthetic, law: ${law}, latency: 10ms`,
      "{ phase: p, shape: constant-rate, rate: 400/s, for: 4s }",
    );
    const rows = judgeLaw(measured(await trialOf(scenario)), law, 10_000);
    // The exponential law is itself sampled: 1,600 draws place its p90 within about 8 %.
    const wrong = rows.filter(({ measured: seen, truth }) => Math.abs(seen - truth) > 0.1 * truth);
    expect(wrong).toEqual([]);
  });

  test("charges a stall to all that it delays, where a closed loop would hide it", async () => {
    const target = "kind: synthetic, law: stall, stall: 100ms, every: 500ms";
    const open = measured(
      await trialOf(scenarioOf(target, "{ phase: p, shape: constant-rate, rate: 1k/s, for: 2s }")),
    );
    const closed = measured(
      await trialOf(scenarioOf(target, "{ phase: p, shape: concurrency, clients: 1, for: 2s }")),
    );
    expect(decodeHistogram(open.response).quantile(0.9)).toBeGreaterThan(40_000);
    expect(decodeHistogram(closed.response).quantile(0.9)).toBeLessThan(5000);
  });

  test.each([
    ["constant-rate, rate: 3k/s", 3000],
    ["ramp, from: 0/s, to: 4k/s", 2000],
    ["steps, from: 1k/s, to: 3k/s, steps: 3", 2000],
    ["spike, base: 1k/s, peak: 5k/s, at: 300ms, hold: 250ms", 2000],
  ])("sends every operation that %s asks for, and accounts for each", async (shape, perSec) => {
    const scenario = scenarioOf(
      "kind: synthetic, law: error, errorRatio: 10%",
      `{ phase: p, for: 1s, shape: ${shape} }`,
    );
    const trial = await trialOf(scenario);
    const phase = measured(trial);
    expect(Math.abs(phase.asked - perSec)).toBeLessThanOrEqual(1);
    expect(phase.sent).toBe(phase.asked);
    expect(phase.completed + phase.failed).toBe(phase.sent);
    expect(trial.timeline.reduce((sum, { completed }) => sum + completed, 0)).toBe(phase.completed);
    expect(decodeHistogram(phase.response).count).toBe(phase.completed);
    expect(decodeHistogram(phase.failures).count).toBe(phase.failed);
  });

  test("does not count its warm-up", async () => {
    const scenario = scenarioOf(
      "kind: synthetic, law: noop",
      "{ phase: p, shape: constant-rate, rate: 1k/s, for: 1s }",
      "{ min: 300ms, max: 2s }",
    );
    const { phases } = await trialOf(scenario);
    expect(phases.map(({ kind }) => kind)).toEqual(["warmup", "measured"]);
    expect(phases[1]?.asked).toBe(1000);
  });
});

describe("the engine on the dynamometer", () => {
  test.each([
    ["none", {}],
    ["memory", {}],
    ["log", {}],
    ["redis", { REDIS_URL: process.env.DYNO_TEST_REDIS_URL }],
  ] as const)("publishes to %s, and finds its work right", async (store, env) => {
    const scenario = scenarioOf(
      `kind: engine, store: ${store}, subscribers: 2, topics: 3, keys: { distribution: zipf, count: 50 }`,
      "{ phase: a, shape: constant-rate, rate: 2k/s, for: 1s, arrivals: poisson }, { phase: b, shape: concurrency, from: 1, to: 32, for: 1s }",
    );
    const trial = await trialOf(scenario, env);
    expect(trial.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(trial.checks.length).toBeGreaterThanOrEqual(store === "none" ? 1 : 4);
    expect(trial.phases.every(({ completed, failed }) => completed > 0 && failed === 0)).toBe(true);
  });

  test.each(["log", "redis"] as const)("replays from %s in whole rounds", async (store) => {
    const scenario = scenarioOf(
      `kind: engine, operation: replay, store: ${store}, prefill: 5k, replayPage: 500`,
      "{ phase: a, shape: concurrency, clients: 2, for: 1s }",
    );
    const trial = await trialOf(scenario, { REDIS_URL: process.env.DYNO_TEST_REDIS_URL });
    expect(trial.checks).toMatchObject([{ ok: true }]);
    expect(measured(trial).completed).toBeGreaterThan(10);
  });

  test("uses the embedded log where no Redis is at hand, and says so", async () => {
    const scenario = scenarioOf(
      "kind: engine, store: auto",
      "{ phase: a, shape: constant-rate, rate: 100/s, for: 1s }",
    );
    const { trials, services } = await runScenario(scenario, {
      onEvent: () => undefined,
      signal: new AbortController().signal,
      env: { PATH: "/nowhere" },
      entry,
    });
    expect(services[0]).toContain("embedded log store");
    expect(trials[0]?.checks.every(({ ok }) => ok)).toBe(true);
  });

  test("refuses a level that the store cannot give as a matter of set-up", async () => {
    const scenario = scenarioOf(
      "kind: engine, store: redis, level: durable, appendfsync: everysec",
      "{ phase: a, shape: constant-rate, rate: 100/s, for: 1s }",
    );
    const { setupError } = await runScenario(scenario, {
      onEvent: () => undefined,
      signal: new AbortController().signal,
      env: { PATH: process.env.PATH },
      entry,
    });
    expect(setupError).toMatchObject({ code: "setup", message: expect.stringContaining("durable") });
  });
});

describe("a trial that goes wrong", () => {
  const noop = () =>
    scenarioOf("kind: synthetic, law: noop", "{ phase: p, shape: constant-rate, rate: 100/s, for: 30s }");
  const misbehaving = new URL("../support/misbehaving-child.mjs", import.meta.url);

  test("is reported with what it wrote when it crashes", async () => {
    const spec = await specOf({ ...noop(), name: "crash" });
    const trial = await runTrial(spec, {
      beginFault: noFault,
      onEvent: () => undefined,
      signal: new AbortController().signal,
      entry: misbehaving,
    });
    expect(trial).toMatchObject({
      status: "failed",
      failure: {
        kind: "crashed",
        message: expect.stringContaining("exit code 7"),
        stderr: "the child's last words",
      },
    });
  });

  test("is killed when it hangs", async () => {
    const spec = await specOf({ ...noop(), name: "hang" });
    const trial = await runTrial(spec, {
      beginFault: noFault,
      onEvent: () => undefined,
      signal: new AbortController().signal,
      entry: misbehaving,
      setupTimeoutMs: 500,
    });
    expect(trial).toMatchObject({ status: "failed", failure: { kind: "hung", stderr: "hanging" } });
  });

  test("gives its result however large it is", async () => {
    const phases = Array.from(
      { length: 300 },
      (_, i) => `{ phase: p${i}, shape: constant-rate, rate: 2k/s, for: 10ms, lowCpu: true }`,
    );
    const trial = await trialOf(scenarioOf("kind: synthetic, law: noop", phases.join(",")));
    expect(trial).toMatchObject({ status: "completed" });
    expect(trial.phases).toHaveLength(300);
  });

  test("gives what it has when it is stopped", async () => {
    const abort = new AbortController();
    let intervals = 0;
    const trial = await runTrial(await specOf(noop()), {
      beginFault: noFault,
      onEvent: (event) => {
        if (event.type === "interval" && ++intervals === 5) abort.abort();
      },
      signal: abort.signal,
      entry,
    });
    expect(trial.status).toBe("partial");
    expect(measured(trial).completed).toBeGreaterThan(20);
    expect(measured(trial).durationMs).toBeLessThan(5000);
  });

  test("ends when dyno is gone", async () => {
    const child = fork(entry, { stdio: "ignore" });
    child.send({ type: "start", spec: await specOf(noop()) });
    await once(child, "message");
    child.disconnect();
    expect((await once(child, "exit"))[0]).toBe(1);
  });
});

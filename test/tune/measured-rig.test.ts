import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DynoError } from "../../src/base/errors.ts";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import type { Scenario, TuningSpec } from "../../src/scenario/scenario.ts";
import type { Config } from "../../src/scenario/tuning.ts";
import { type MeasuredRig, openMeasuredRig } from "../../src/tune/measured-rig.ts";
import type { Block } from "../../src/tune/search/searcher.ts";
import { root } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { twinsAlive } from "../support/twins-alive.ts";

const entry = join(root, "dist/drive/twin/twin-child.js");
const targets = ["throughput >= 1/s in full", "error_rate <= 1%"];

/** A scenario that computes for so many rounds an operation, or whose target is what `target` says. */
function scenarioOf({ rounds = 2000, target }: Config): Scenario {
  const text = `why: a test
target: ${target ?? `{ kind: synthetic, law: work, rounds: ${rounds} }`}
warmup: { min: 1ms, max: 100ms }
load: [{ phase: full, shape: concurrency, clients: 4, for: 1s }]
targets: ${JSON.stringify(targets)}
`;
  const { scenario, problems } = checkScenario(text, "test.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new DynoError("scenario", problems.map(({ message }) => message).join());
  return scenario;
}

function specOf(scenario: Scenario, objective: Partial<TuningSpec["objective"]> = {}): TuningSpec {
  const terms = [{ metric: "throughput", phase: "full", weight: -1 } as const];
  return {
    params: [],
    constraints: [],
    objective: { text: "maximise throughput in full", terms, ...objective },
    subjectTo: scenario.targets,
  };
}

const opened: MeasuredRig[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const rig of opened.splice(0)) await rig.close();
});

interface Change {
  readonly base?: Config;
  readonly objective?: Partial<TuningSpec["objective"]>;
  readonly program?: string;
  readonly signal?: AbortSignal;
}

async function openRig({ base = {}, objective, program = entry, signal }: Change = {}): Promise<MeasuredRig> {
  const scenario = scenarioOf(base);
  const rig = await openMeasuredRig({
    scenario,
    spec: specOf(scenario, objective),
    scenarioWith: async (config) => scenarioOf({ ...base, ...config }),
    program: { entry: program, cwd: root, env: process.env },
    scenarioDir: root,
    seed: 1,
    env: {},
    signal: signal ?? new AbortController().signal,
    onService: () => undefined,
  });
  opened.push(rig);
  return rig;
}

function blockOf(block: number, ...configs: readonly Config[]): Block {
  const arms = configs.map((config, i) => ({ config, role: i === 0 ? "default" : "explore" }) as const);
  return { block, seed: 7 + block, arms, length: 0.5 };
}

/** The twin's program, but for one that dies when it is asked to work `rounds: 666`. */
async function mortalProgram(): Promise<string> {
  const file = join(await scratchDir(), "mortal-twin-child.mjs");
  const text = `let isMortal = false;
process.on("message", ({ type, spec, order }) => {
  if (type === "start") isMortal = spec.target.settings.rounds === 666;
  if (type === "slice" && isMortal && !order.isWarmup) {
    process.stderr.write("out of luck\\n", () => process.exit(7));
  }
});
await import(${JSON.stringify(pathToFileURL(entry).href)});
`;
  await writeFile(file, text);
  return file;
}

describe("the measured rig", () => {
  test("measures the arms of a block in turn: more work is a higher score; targets and figures are told", async () => {
    const rig = await openRig();
    const { arms, tookMs } = await rig.measure(blockOf(0, {}, { rounds: 20_000 }, { rounds: 60_000 }));
    const [fast, slow, slowest] = arms.map(({ score = Number.NaN }) => score);
    expect(slow).toBeGreaterThan((fast ?? Number.NaN) + Math.log(3));
    expect(slowest).toBeGreaterThan(slow ?? Number.NaN);
    for (const { misses, figures } of arms) {
      expect(misses).toHaveLength(targets.length);
      expect(misses.every((miss) => miss < 0)).toBe(true);
      expect(figures.map(({ metric }) => metric)).toEqual(
        expect.arrayContaining(["throughput", "p50", "error_rate", "cpu_per_op"]),
      );
    }
    expect(tookMs).toBeGreaterThan(0);
  });

  test("keeps its processes from block to block, whatever they measured before, and leaves none", async () => {
    const rig = await openRig();
    await rig.measure(blockOf(0, { rounds: 60_000 }, { target: "{ kind: engine, store: memory }" }));
    const kept = twinsAlive();
    const { arms } = await rig.measure(blockOf(1, {}, { rounds: 60_000 }));
    expect(kept).toHaveLength(2);
    expect(twinsAlive()).toEqual(kept);
    const [fast, slow] = arms.map(({ score = Number.NaN }) => score);
    expect(slow).toBeGreaterThan((fast ?? Number.NaN) + Math.log(3));
    await rig.close();
    expect(twinsAlive()).toEqual([]);
  });

  test("takes fresh processes for every block where memory counts", async () => {
    const rig = await openRig({ objective: { terms: [{ metric: "rss", weight: 1 }] } });
    const { arms } = await rig.measure(blockOf(0, {}));
    expect(arms[0]?.score).toBeGreaterThan(Math.log(10_000_000));
    expect(arms[0]?.figures).toContainEqual(expect.objectContaining({ metric: "rss", unit: "bytes" }));
    expect(twinsAlive()).toEqual([]);
  });

  test("goes on without arms that do not work, and says why they do not", async () => {
    const rig = await openRig({ program: await mortalProgram() });
    const failing = "{ kind: synthetic, law: error, errorRatio: 1 }";
    const refused = "{ kind: engine, store: log, pipelines: [nowhere.yaml] }";
    const unreadable = await rig.measure(blockOf(0, {}, { rounds: -1 }));
    const { arms } = await rig.measure(
      blockOf(1, {}, { rounds: 666 }, { target: failing }, { target: refused }),
    );
    expect(unreadable.arms.map(({ score }) => typeof score)).toEqual(["number", "undefined"]);
    expect(arms.map(({ score }) => typeof score)).toEqual(["number", "undefined", "undefined", "undefined"]);
    expect(arms.map(({ misses }) => misses.length)).toEqual([targets.length, 0, 0, 0]);
    expect(unreadable.arms[1]?.failure).toContain("too small");
    expect(arms[0]?.failure).toBeUndefined();
    expect(arms[1]?.failure).toMatch(/the configuration's process ended with exit code 7.*\nout of luck/s);
    expect(arms[2]?.failure).toMatch(/completed no operation of full in its warm-up.*SyntheticError/);
    expect(arms[3]?.failure).toContain("nowhere.yaml");
    const next = await rig.measure(blockOf(2, {}, { rounds: 4000 }));
    expect(next.arms.every(({ score }) => score !== undefined)).toBe(true);
  });

  test("throws where the scenario does not work before anything is tuned", async () => {
    const rig = await openRig({ base: { target: "{ kind: synthetic, law: error, errorRatio: 1 }" } });
    await expect(rig.measure(blockOf(0, {}))).rejects.toMatchObject({
      code: "setup",
      message: expect.stringMatching(/does not work before anything is tuned: .*completed no operation/),
    });
  });

  test("proves in pairs of fresh processes: above 0 where the candidate is better", async () => {
    const rig = await openRig({ base: { rounds: 20_000 } });
    const order = { proof: 0, base: {}, candidate: { rounds: 2000 } };
    await rig.measure(blockOf(0, {}));
    const first = await rig.prove({ ...order, pair: 0, seed: 11 });
    const second = await rig.prove({ ...order, pair: 1, seed: 12 });
    expect(twinsAlive()).toEqual([]);
    for (const { gain, misses } of [first, second]) {
      expect(gain).toBeGreaterThan(Math.log(3));
      expect(misses).toHaveLength(targets.length);
    }
    expect([first.record?.seed, second.record?.seed]).toEqual([11, 12]);
    expect([first.record?.first, second.record?.first].toSorted()).toEqual(["base", "candidate"]);
  });

  test("has no gain where the candidate breaks down in its proof, and throws where the base does", async () => {
    const rig = await openRig({ program: await mortalProgram() });
    const order = { pair: 0, seed: 11 };
    const broken = await rig.prove({ ...order, proof: 0, base: {}, candidate: { rounds: 666 } });
    expect(broken).toMatchObject({ gain: undefined, misses: [] });
    expect(broken.failure).toContain("the candidate's process ended with exit code 7");
    const unread = await rig.prove({ ...order, proof: 1, base: {}, candidate: { rounds: -1 } });
    expect(unread.failure).toContain("too small");
    await expect(
      rig.prove({ ...order, proof: 2, base: { rounds: 666 }, candidate: {} }),
    ).rejects.toMatchObject({ code: "unavailable" });
  });

  test("leaves no process and no folder where it is interrupted", async () => {
    const dir = await scratchDir();
    vi.stubEnv("TMPDIR", dir);
    const abort = new AbortController();
    const rig = await openRig({ signal: abort.signal });
    await rig.measure(blockOf(0, {}, { rounds: 4000 }));
    const block = rig.measure(blockOf(1, {}, { rounds: 4000 })).catch((error: unknown) => error);
    setTimeout(() => abort.abort(), 100);
    expect(await block).toMatchObject({ code: "aborted" });
    await expect(rig.prove({ proof: 0, pair: 0, seed: 1, base: {}, candidate: {} })).rejects.toMatchObject({
      code: "aborted",
    });
    await rig.close();
    expect(twinsAlive()).toEqual([]);
    expect(await readdir(dir)).toEqual([]);
  });
});

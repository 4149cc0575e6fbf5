import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunResult, TrialResult } from "../../src/measure/result.ts";
import { dyno, folderWith, main, resultIn } from "../support/run-dyno.ts";

const scenario = (target: string, seconds: number, faults: readonly string[]): string => `why: A test.
target: { kind: engine, payload: 64B, ${target} }
warmup: none
load:
  - { phase: steady, shape: constant-rate, rate: 300/s, for: ${seconds}s, lowCpu: true }
faults:
${faults.map((fault) => `  - { ${fault} }`).join("\n")}
targets: [lost == 0, duplicates == 0, recovery < 60s, availability > 1%]
`;

interface Told {
  readonly result: RunResult;
  readonly trial: TrialResult;
  readonly verdicts: Readonly<Record<string, string>>;
  readonly stderr: string;
}

/** Runs a scenario with faults. What depends on a quiet machine is for each test to leave alone. */
async function runFaults(text: string): Promise<Told> {
  const cwd = await folderWith(text);
  const { stderr } = await dyno(["run", "steady"], { cwd });
  const { result } = await resultIn(cwd);
  const [trial] = result.trials;
  if (trial === undefined) throw new Error(stderr);
  const verdicts = Object.fromEntries(
    result.verdicts.map(({ metricName, outcome }) => [metricName, outcome]),
  );
  return { result, trial, verdicts, stderr };
}

function failedChecks({ checks }: TrialResult): string[] {
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

/** What was completed, and what failed by kind, in the rows that lie within a fault. */
function meanwhile({ timeline, marks }: TrialResult, index: number): { completed: number; rows: number } {
  const { atMs = 0, untilMs = 0 } = marks[index] ?? {};
  const rows = timeline.filter((row) => row.atMs >= atMs && row.atMs + row.lengthMs <= untilMs);
  return { completed: rows.reduce((sum, { completed }) => sum + completed, 0), rows: rows.length };
}

describe("faults of Redis", () => {
  test("kill, pause and partition it, and nothing that was acknowledged is lost", async () => {
    const { result, trial, verdicts, stderr } = await runFaults(
      scenario("store: redis, level: durable, appendfsync: always", 8, [
        "at: 1200ms, fault: redis-kill, for: 700ms",
        "at: 3s, fault: redis-pause, for: 700ms",
        "at: 4500ms, fault: network-cut, for: 500ms",
        "at: 6s, fault: network-blackhole, for: 500ms",
      ]),
    );
    expect(failedChecks(trial)).toEqual([]);
    expect(verdicts).toMatchObject({ lost: "pass", duplicates: "pass", availability: "pass" });
    expect(trial.marks.map(({ label, problem }) => [label, problem])).toEqual(
      ["redis-kill", "redis-pause", "network-cut", "network-blackhole"].map((label) => [label, undefined]),
    );
    for (const [i, wanted] of [700, 700, 500, 500].entries()) {
      const { atMs = 0, untilMs = 0 } = trial.marks[i] ?? {};
      expect(untilMs - atMs).toBeGreaterThanOrEqual(wanted - 1);
    }
    // All was waited for, also what was under way when the connection went.
    expect(trial.phases[0]).toMatchObject({ asked: 2400, completed: 2400, failed: 0, unanswered: 0 });
    for (const fault of [1, 3]) expect(meanwhile(trial, fault).completed).toBe(0);
    expect(stderr).toMatch(/steady: redis-kill begins\nsteady: redis-kill is over after/);
    expect(result.scenario.faults).toHaveLength(4);
  });

  test("are not noticed by publishers where a spool takes over, and all is brought home", async () => {
    const { trial, verdicts } = await runFaults(
      scenario("store: redis, fallback: { kind: spool }", 6, ["at: 1200ms, fault: redis-kill, for: 2s"]),
    );
    expect(failedChecks(trial)).toEqual([]);
    expect(verdicts).toMatchObject({ lost: "pass", duplicates: "pass" });
    expect(trial.phases[0]).toMatchObject({ asked: 1800, completed: 1800, failed: 0 });
    // After it was noticed, the spool acknowledged all the time.
    expect(meanwhile(trial, 0).completed).toBeGreaterThan(300);
    expect(trial.timeline.at(-1)?.counters.spool_events).toBeGreaterThan(300);
  });

  test("together with a full disk are refused as overload, and nothing that was acknowledged is lost", async () => {
    const { trial, verdicts } = await runFaults(
      scenario("store: redis, fallback: { kind: spool }", 6, [
        "at: 1s, fault: redis-kill, for: 3s",
        "at: 2s, fault: spool-full, for: 1s",
      ]),
    );
    expect(failedChecks(trial)).toEqual([]);
    expect(verdicts).toMatchObject({ lost: "pass", duplicates: "pass" });
    expect(trial.phases[0]?.errors.map(({ kind }) => kind)).toEqual(["overload"]);
    expect(trial.phases[0]?.failed).toBeLessThan(600);
  });

  test("make every round trip longer", async () => {
    const { trial } = await runFaults(
      scenario("store: redis", 3, ["at: 1200ms, fault: network-latency, for: 800ms, delay: 100ms"]),
    );
    const [{ atMs, untilMs = 0 } = { atMs: 0 }] = trial.marks;
    const rows = trial.timeline.filter((row) => row.atMs > atMs + 150 && row.atMs + row.lengthMs < untilMs);
    for (const { p50, completed } of rows) if (completed > 0) expect(p50).toBeGreaterThan(98_000);
    expect(failedChecks(trial)).toEqual([]);
  });

  test("are refused in one line where the Redis is not dyno's own", async () => {
    const cwd = await folderWith(scenario("store: redis", 3, ["at: 1s, fault: redis-kill, for: 1s"]));
    const env = { REDIS_URL: process.env.DYNO_TEST_REDIS_URL ?? "" };
    const { code, stdout, stderr } = await dyno(["run", "steady", "--no-progress"], { cwd, env });
    expect(code).toBe(4);
    expect(`${stdout}${stderr}`).toContain("Faults of Redis need a Redis that dyno starts: unset REDIS_URL");
  });
});

describe("faults of the engine", () => {
  test.each(["log", "redis"])(
    "kill its process on the %s store, and nothing is lost or there twice",
    async (store) => {
      const { trial, verdicts } = await runFaults(
        scenario(`store: ${store}, whenDown: wait`, 4, ["at: 1200ms, fault: engine-kill, for: 500ms"]),
      );
      expect(failedChecks(trial)).toEqual([]);
      expect(verdicts).toMatchObject({ lost: "pass", duplicates: "pass" });
      expect(trial.phases[0]).toMatchObject({ asked: 1200, completed: 1200, failed: 0 });
      expect(meanwhile(trial, 0).completed).toBe(0);
    },
  );

  test("while Redis is dead lose nothing of what the spool acknowledged", async () => {
    const { trial, verdicts } = await runFaults(
      scenario("store: redis, fallback: { kind: spool }, whenDown: wait", 7, [
        "at: 1s, fault: redis-kill, for: 2s",
        "at: 2s, fault: engine-kill, for: 2s",
      ]),
    );
    expect(failedChecks(trial)).toEqual([]);
    expect(verdicts).toMatchObject({ lost: "pass", duplicates: "pass" });
  });

  test("are errors of their own kind where publishes do not wait", async () => {
    const { trial } = await runFaults(
      scenario("store: log", 3, ["at: 1200ms, fault: engine-kill, for: 500ms"]),
    );
    const [phase] = trial.phases;
    expect(phase?.errors.map(({ kind }) => kind)).toEqual(["engine_down"]);
    expect(phase?.failed).toBeGreaterThanOrEqual(100);
    expect(failedChecks(trial)).toEqual([]);
  });

  test("make a share of the calls of handlers fail or dawdle", async () => {
    const { trial, result } = await runFaults(
      scenario("store: memory, retain: 1min", 3, [
        "at: 1s, fault: handler-errors, for: 1s, share: 50%",
        "at: 1s, fault: handler-slow, for: 500ms, share: 10%, delay: 20ms",
      ]),
    );
    const delivery = trial.checks.find(({ name }) => name.startsWith("each subscriber"));
    expect(delivery).toMatchObject({ ok: true });
    const [, errors = "0"] = /handler errors: (\d+)/.exec(delivery?.detail ?? "") ?? [];
    expect(Number(errors)).toBeGreaterThan(80);
    expect(Number(errors)).toBeLessThan(260);
    expect(result.outcome).not.toBe("fail");
  });
});

describe("what dies in the middle of a fault", () => {
  const fault = (kind: string): string =>
    scenario("store: redis", 30, [`at: 500ms, fault: ${kind}, for: 20s`]);

  /** Starts a run and waits until its fault has begun. */
  async function runUntilBroken(
    kind: string,
  ): Promise<{ child: ChildProcess; cwd: string; pids: readonly number[] }> {
    const cwd = await folderWith(fault(kind));
    const { REDIS_URL: _, ...env } = process.env;
    const child = spawn(process.execPath, [main, "run", "steady"], { cwd, env });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    let pids: readonly number[] = [];
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      // Before it is killed, the server is still there to be counted.
      if (stderr.includes("steady: 300/s") && pids.length === 0) pids = descendants(child.pid ?? 0);
    });
    while (!stderr.includes(`${kind} begins`)) await sleep(20);
    return { child, cwd, pids: [...new Set([...pids, ...descendants(child.pid ?? 0)])] };
  }

  test("leaves nothing: dyno is killed, and its Redis was paused", async () => {
    const { child, pids } = await runUntilBroken("redis-pause");
    // The trial, the server, and the shell that watches over it.
    expect(pids.length).toBeGreaterThanOrEqual(3);
    child.kill("SIGKILL");
    while (pids.some(isAlive)) await sleep(20);
  });

  test("leaves nothing: the trial is killed, and dyno says so", async () => {
    const { child, cwd, pids } = await runUntilBroken("redis-kill");
    const trial = pids.find((pid) => commandOf(pid).includes("trial-child"));
    process.kill(trial ?? 0, "SIGKILL");
    expect((await once(child, "exit"))[0]).toBe(3);
    while (pids.some(isAlive)) await sleep(20);
    const { result } = await resultIn(cwd);
    expect(result.trials[0]).toMatchObject({ status: "failed", marks: [{ label: "redis-kill" }] });
  });

  test.each(["redis-pause", "redis-kill"])(
    "leaves nothing: dyno is interrupted, and a %s ends at once",
    async (kind) => {
      const { child, cwd, pids } = await runUntilBroken(kind);
      child.kill("SIGINT");
      expect((await once(child, "exit"))[0]).toBe(130);
      while (pids.some(isAlive)) await sleep(20);
      const { result } = await resultIn(cwd);
      const [mark] = result.trials[0]?.marks ?? [];
      expect(mark?.untilMs).toBeLessThan(20_000);
      expect(failedChecks(result.trials[0] as TrialResult)).toEqual([]);
    },
  );
});

function descendants(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  const children = readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function commandOf(pid: number): string {
  return existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
}

function isAlive(pid: number): boolean {
  return commandOf(pid) !== "";
}

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ComparisonResult } from "../../src/measure/comparison.ts";
import type { RunResult } from "../../src/measure/result.ts";
import { aliveWith, untilNoneAliveWith } from "../support/processes.ts";
import { dyno, type Ended, main, root } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";

/** A load whose measurement is valid on a busy machine, too. */
const lightly = [
  "load=[{phase: steady, shape: concurrency, clients: 4, for: 2s}]",
  "targets=[error_rate < 1%]",
  "warmup=300ms",
].flatMap((setting) => ["--set", setting]);

interface Ran extends Ended {
  readonly result: RunResult;
  readonly files: readonly string[];
  readonly log: () => Promise<string>;
}

/** Runs the scenario with a server that misbehaves so, and waits until nothing of it is alive. */
async function runWith(...settings: readonly string[]): Promise<Ran> {
  const out = await scratchDir();
  const marker = `DYNO_TEST_RUN=${randomUUID()}`;
  const [name = "", value = ""] = marker.split("=");
  const ended = await dyno(
    [
      "run",
      "scenarios/http-quickstart.yaml",
      ...lightly,
      ...settings.flatMap((setting) => ["--set", `target.start.${setting}`]),
      ...["--out", out, "--json", "--no-progress"],
    ],
    { env: { [name]: value } },
  );
  await untilNoneAliveWith(marker);
  const [folder = ""] = await readdir(out);
  return {
    ...ended,
    result: JSON.parse(ended.stdout) as RunResult,
    files: await readdir(join(out, folder)),
    log: () => readFile(join(out, folder, "server.log"), "utf8"),
  };
}

describe("dyno run scenarios/http-quickstart.yaml", { timeout: 60_000 }, () => {
  test("starts the server, checks its answers, ends it, and leaves nothing running", async () => {
    const { code, result, log, stderr } = await runWith();
    expect(code, stderr).toBe(0);
    expect(result.environment.services).toEqual(["server: node server.mjs, started by dyno"]);
    const steady = result.trials[0]?.phases.at(-1);
    expect(steady).toMatchObject({ phase: "steady", failed: 0 });
    expect(steady?.completed).toBeGreaterThan(0);
    expect(steady?.outsideCpuMicros).toBeGreaterThan(0);
    expect(result.trials[0]?.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ["answers are right", true],
      ["server stayed up", true],
    ]);
    expect(result.warnings.filter((text) => text.includes("server"))).toEqual([]);
    expect(await log()).toMatch(/^listening on port \d+\nasked to end; bye\n$/);
  });

  test("fails with the code and the last words of a server that crashes in mid-run", async () => {
    const { code, result, log } = await runWith("env.CRASH_AFTER_MS=1500");
    expect({ code, outcome: result.outcome }).toEqual({ code: 1, outcome: "fail" });
    expect(result.reason).toMatch(
      /server stayed up does not hold; the server \(node server\.mjs\) ended with code 3 after [\d.]+\s\S+; it wrote last: listening on port \d+ \| something went badly wrong\.$/,
    );
    expect(result.trials[0]?.marks).toMatchObject([{ label: "the server ended" }]);
    expect(result.trials[0]?.phases.at(-1)?.failed).toBeGreaterThan(0);
    expect(await log()).toContain("something went badly wrong");
  });

  test.each([
    [
      "is never ready",
      ["env.NEVER_READY=1", "ready.within=1s"],
      /^The server \(node server\.mjs\) was not ready within 1\ss; 2xx or 3xx from http:\/\/127\.0\.0\.1:\d+\/healthz was waited for \(in the end: status 503\); it wrote last: listening on port \d+\.$/,
    ],
    [
      "ends at once",
      ["env.CRASH_AFTER_MS=0"],
      /^The server \(node server\.mjs\) ended with code 3 after [\d.]+\s\S+ before it was ready; it wrote last: something went badly wrong\.$/,
    ],
  ])("cannot be set up where the server %s", async (_, settings, reason) => {
    const { code, result, files } = await runWith(...settings);
    expect({ code, outcome: result.outcome }).toEqual({ code: 4, outcome: "setup_failed" });
    expect(result.reason).toMatch(reason);
    expect(files).toContain("server.log");
  });

  test("fails its target on errors where answers are wrong, and shows one", async () => {
    const { code, result } = await runWith("env.WRONG_ANSWERS=1");
    expect({ code, outcome: result.outcome }).toEqual({ code: 1, outcome: "fail" });
    expect(result.verdicts.find(({ rule }) => rule === "error_rate < 1%")?.outcome).toBe("fail");
    const [error] = result.trials[0]?.phases.at(-1)?.errors ?? [];
    expect(error?.sample).toContain("has 43 at sum, and not 42");
  });

  test("passes with a warning where the server has to be killed", async () => {
    const { code, result, log, stderr } = await runWith("env.IGNORE_SIGTERM=1", "stop.within=500ms");
    expect(code, stderr).toBe(0);
    expect(result.warnings).toContainEqual(
      expect.stringMatching(
        /^the server \(node server\.mjs\) had not ended 500\sms after SIGTERM, and was killed with all its process group$/,
      ),
    );
    expect(await log()).toContain("asked to end; not now");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGKILL", null],
  ] as const)("leaves nothing running after %s", async (signal, code) => {
    const marker = randomUUID();
    const args = [main, "run", "scenarios/http-quickstart.yaml", ...lightly, "--out", await scratchDir()];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, DYNO_TEST_RUN: marker },
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => chunk.toString().includes("steady: ") && resolve());
    });
    expect(aliveWith(marker).length).toBeGreaterThan(2);
    const exit = once(child, "exit");
    child.kill(signal);
    expect(await exit).toEqual(code === null ? [null, signal] : [code, null]);
    await untilNoneAliveWith(marker);
  });
});

describe("dyno ab scenarios/http-quickstart.yaml", { timeout: 300_000 }, () => {
  test("gives each variant a server of its own, and sees which is busier", async () => {
    const marker = randomUUID();
    const { code, stdout, stderr } = await dyno(
      [
        ...[
          "ab",
          "scenarios/http-quickstart.yaml",
          "--out",
          await scratchDir(),
          "--budget",
          "150s",
          "--json",
        ],
        ...["--set", "load=[{phase: full, shape: concurrency, clients: 4, for: 300ms}]"],
        ...["--set", "targets=[]", "--set", "variants.busier={target.start.env.WORK_ROUNDS: 200000}"],
      ],
      { env: { DYNO_TEST_RUN: marker } },
    );
    expect(code, stderr).toBe(0);
    const { comparisons } = JSON.parse(stdout) as ComparisonResult;
    expect(comparisons[0]?.metrics[0]).toMatchObject({
      metric: "throughput",
      phase: "full",
      verdict: "worse",
    });
    await untilNoneAliveWith(marker);
  });
});

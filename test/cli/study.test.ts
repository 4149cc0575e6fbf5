import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { CapacityResult } from "../../src/measure/capacity.ts";
import type { SweepResult } from "../../src/measure/sweep.ts";
import { dyno, folderWith, main } from "../support/run-dyno.ts";

const failing = `why: Everything fails.
target: { kind: synthetic, law: error, errorRatio: 1 }
warmup: none
load: { capacity: { until: error_rate > 1%, from: 50/s, hold: 200ms, budget: 20s } }
`;
const sweeping = `why: Waiting scales with the clients.
target: { kind: synthetic, law: fixed, latency: 5ms }
warmup: none
load: { sweep: { concurrency: [1, 2, 3, 4], hold: 200ms, rounds: 2 } }
targets: [p50 < 1s, p50 < 1ms]
`;

async function resultOf<Result>(cwd: string, file: string): Promise<{ result: Result; files: string[] }> {
  const [folder = ""] = await readdir(join(cwd, "reports"));
  const files = (await readdir(join(cwd, "reports", folder))).toSorted();
  return { result: JSON.parse(await readFile(join(cwd, "reports", folder, file), "utf8")) as Result, files };
}

test("a capacity search on what never holds says so, exits 1, and leaves its report, which can be made again", async () => {
  const cwd = await folderWith(failing);
  const { code, stdout, stderr } = await dyno(["run", "steady", "--no-progress"], { cwd });
  expect(stdout).toMatch(/^NONE {2}steady {2}Not even the lowest rate, 50\/s, holds: error_rate 100/);
  expect(stderr).not.toMatch(/not up to date/);
  expect(stderr).toMatch(/exit 1: not even the lowest rate holds/);
  expect(code).toBe(1);
  const { result, files } = await resultOf<CapacityResult>(cwd, "capacity.json");
  expect(files).toEqual(["capacity.json", "entry.json", "metrics.prom", "report.html"]);
  expect(result.levels).toHaveLength(2);
  const [folder = ""] = await readdir(join(cwd, "reports"));
  const again = await dyno(["report", join("reports", folder, "capacity.json"), "--out", "again"], { cwd });
  expect(again.stdout).toMatch(/again\/report\.html/);
});

test("a sweep measures each level in each round, and tells where each target ends", async () => {
  const cwd = await folderWith(sweeping);
  const { code, stdout } = await dyno(["run", "steady", "--no-progress"], { cwd });
  expect(stdout).toMatch(/p50 < 1s: It is met up to 4 clients/);
  expect(stdout).toMatch(/✗ p50 < 1ms: It is met at no number of clients/);
  expect(code).toBe(1);
  const { result } = await resultOf<SweepResult>(cwd, "sweep.json");
  expect(result.levels.map(({ clients, perRound }) => [clients, perRound.length])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 2],
  ]);
});

/** A study of a server that starts well once; from then on, `then` is all that its command does. */
function startsOnce(then: string, load: string): string {
  const listen = "require('node:http').createServer((_, answer) => answer.end()).listen(process.env.PORT)";
  return `why: The server starts once.
target:
  http: /
  start:
    command: ${JSON.stringify(`if [ -e started ]; then ${then}; fi; touch started; echo up; exec node -e "${listen}"`)}
warmup: none
load: ${load}
`;
}

test("keeps the levels before the one whose server did not start, with what the servers wrote", async () => {
  const load = "{ capacity: { until: p99 > 20s, from: 20/s, to: 1000/s, hold: 200ms, budget: 20s } }";
  const cwd = await folderWith(startsOnce("echo no room; exit 3", load));
  const { code, stdout } = await dyno(["run", "steady", "--no-progress"], { cwd });
  expect(stdout).toMatch(/^SETUP FAILED {2}steady {2}the server .*ended with code 3/);
  expect(code).toBe(4);
  const { result, files } = await resultOf<CapacityResult>(cwd, "capacity.json");
  expect(result.levels).toMatchObject([{ ratePerSec: 20 }]);
  expect(result.environment.services).toMatchObject([expect.stringMatching(/^server: .*started by dyno$/)]);
  expect(files).toEqual(expect.arrayContaining(["server-1.log", "server-2.log"]));
});

test("keeps what was measured where it is interrupted while a server starts", async () => {
  const load = "{ sweep: { concurrency: [1, 2, 3, 4], hold: 200ms, rounds: 3 } }";
  const cwd = await folderWith(startsOnce("touch again; exec sleep 1000", load));
  const child = spawn(process.execPath, [main, "run", "steady", "--no-progress"], { cwd, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  await vi.waitFor(() => expect(existsSync(join(cwd, "scenarios", "again"))).toBe(true), 20_000);
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  const { result } = await resultOf<SweepResult>(cwd, "sweep.json");
  expect(result.outcome).toBe("interrupted");
  expect(result.levels.map(({ perRound }) => perRound.length)).toEqual([1, 1, 1, 1]);
});

test("what a study cannot do is refused", async () => {
  const cwd = await folderWith(failing);
  const samples = await dyno(["run", "steady", "--samples"], { cwd });
  expect(samples).toMatchObject({ code: 2, stderr: expect.stringMatching(/--samples has no meaning/) });
  const ab = await dyno(["ab", "steady", "--a", "seed=1", "--b", "seed=2"], { cwd });
  expect(ab).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/asks for its capacity, which `dyno run` finds/),
  });
});

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { TuneResult } from "../../src/measure/tuning.ts";
import { dyno, folderWith } from "../support/run-dyno.ts";

const scenario = `why: A test.
target: { kind: synthetic, law: work, rounds: 10000 }
warmup: none
load:
  - { phase: full, shape: concurrency, clients: 1, for: 100ms }
params:
  rounds: { path: target.rounds, type: int, scale: log, min: 1000, max: 40000 }
objective: { maximize: throughput in full }
subjectTo: [error_rate < 1%]
`;

/** What must be the same in a replay: everything that was decided, and what it rests on. */
function decisions({
  trials,
  steps,
  sensitivities,
  proofs,
  chosen,
  outcome,
  reason,
  stopped,
}: TuneResult): unknown {
  return { trials, steps, sensitivities, proofs, chosen, outcome, reason, stopped };
}

async function resultIn(cwd: string, folder: string): Promise<TuneResult> {
  return JSON.parse(await readFile(join(cwd, folder, "tuning.json"), "utf8"));
}

async function journalIn(cwd: string, folder: string): Promise<string[]> {
  const path = join(cwd, folder, "journal.ndjson");
  return existsSync(path) ? (await readFile(path, "utf8")).split("\n").filter((line) => line !== "") : [];
}

describe("dyno tune", { timeout: 180_000 }, () => {
  test("proves a better configuration, applies it, replays it, and tells the default apart from it", async () => {
    const cwd = await folderWith(scenario);
    const tuned = await dyno(
      ["tune", "steady", "--trials", "30", "--seed", "7", "--report-dir", "first", "--apply", "fast"],
      { cwd },
    );
    expect(tuned.code, tuned.stderr).toBe(0);
    expect(tuned.stdout).toMatch(/^PROVEN {2}steady {2}.*throughput in full is at least \d/);
    expect((await readdir(join(cwd, "first"))).toSorted()).toEqual([
      "journal.ndjson",
      "metrics.prom",
      "report.html",
      "tuned.yaml",
      "tuning.json",
    ]);
    const first = await resultIn(cwd, "first");
    // A tenth of the work is ten times the throughput; a search comes near enough to a half of that.
    expect(Number(first.chosen.rounds)).toBeLessThan(5000);
    expect(first.proofs.at(-1)?.share.high).toBeLessThan(0.6);
    expect(await readFile(join(cwd, "tuned.yaml"), "utf8")).toContain(
      `target.rounds: ${first.chosen.rounds}`,
    );

    const replayed = await dyno(["tune", "steady", "--replay", "first", "--report-dir", "again"], { cwd });
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(decisions(await resultIn(cwd, "again"))).toEqual(decisions(first));

    const back = await dyno(["rollback"], { cwd });
    expect(back.stdout).toContain("rolled back from fast");
  });

  test("goes on after a kill, and repeats nothing that was measured", async () => {
    const cwd = await folderWith(scenario);
    const args = [
      "tune",
      "steady",
      "--trials",
      "8",
      "--seed",
      "3",
      "--report-dir",
      "killed",
      "--no-progress",
    ];
    const child = spawn(process.execPath, [join(process.cwd(), "dist/main.js"), ...args], {
      cwd,
      stdio: "ignore",
    });
    while ((await journalIn(cwd, "killed")).length < 3 && child.exitCode === null) await sleep(20);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    const before = await journalIn(cwd, "killed");
    expect(before.length).toBeGreaterThanOrEqual(3);

    const resumed = await dyno(["tune", "steady", "--resume", "killed"], { cwd });
    expect([0, 3], resumed.stderr).toContain(resumed.code);
    const after = await journalIn(cwd, "killed");
    expect(after.length).toBeGreaterThan(before.length);
    const whole = before.filter((line, i) => i < before.length - 1 || line.endsWith("}"));
    expect(after.slice(0, whole.length)).toEqual(whole);
    const replayed = await dyno(["tune", "steady", "--replay", "killed", "--report-dir", "again"], { cwd });
    expect(replayed.code).toBe(resumed.code);
    expect(decisions(await resultIn(cwd, "again"))).toEqual(decisions(await resultIn(cwd, "killed")));
  });

  test.each([
    [
      "a time and a number of trials",
      ["--budget", "9s", "--trials", "9"],
      "a budget is either a time or a number",
    ],
    [
      "a journal that is not there",
      ["--resume", "nowhere"],
      "the journal nowhere cannot be read: there is none",
    ],
    ["no earlier tuning", ["--resume"], "there is no tuning of steady in reports"],
    ["a duration without a watch", ["--for", "9s"], "add --watch"],
    ["a seed that does not fit the scenario's range", ["--set", "target.rounds=50000"], "50000"],
  ])("refuses %s in one clear line", async (_, args, message) => {
    const cwd = await folderWith(scenario);
    const { code, stdout, stderr } = await dyno(["tune", "steady", ...args], { cwd });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });

  test("asks for an objective where the scenario has none", async () => {
    const cwd = await folderWith(scenario.slice(0, scenario.indexOf("params:")));
    const { code, stderr } = await dyno(["tune", "steady"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /does not say what to tune for; add objective: \{ maximize: throughput in full \}/,
    );
  });
});

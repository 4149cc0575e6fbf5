import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const run = promisify(execFile);
const { runs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as {
  readonly runs: { readonly steps: readonly { readonly id?: string; readonly run?: string }[] };
};

/** Runs a step of the action as the runner would (`bash -e -o pipefail`), and gives the outputs that it wrote. */
async function runStep(
  id: string,
  cwd: string,
  env: Record<string, string>,
): Promise<Record<string, string>> {
  const script = runs.steps.find((step) => step.id === id)?.run ?? "exit 99";
  const outputs = join(cwd, "outputs.txt");
  await writeFile(outputs, "");
  await run("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], {
    cwd,
    env: { PATH: process.env.PATH ?? "", HOME: cwd, GITHUB_OUTPUT: outputs, ...env },
  });
  const lines = (await readFile(outputs, "utf8")).split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
}

/** A folder with an `npx` in `bin` that writes down what it is called with. */
async function folderWithNpx(script: string): Promise<{ cwd: string; env: Record<string, string> }> {
  const cwd = await scratchDir();
  const bin = join(cwd, "bin");
  await mkdir(bin);
  await writeFile(
    join(bin, "npx"),
    `#!/usr/bin/env bash\nprintf '%s\\n' "[$*]" >> "${cwd}/calls"\n${script}\n`,
  );
  await chmod(join(bin, "npx"), 0o755);
  const inputs = { BASE: "abc123", SUITE: "", BUDGET: "60s", INCONCLUSIVE: "pass", ARGS: "" };
  return { cwd, env: { PATH: `${bin}:${process.env.PATH}`, REPORT: join(cwd, "report"), ...inputs } };
}

const failingGate = `case "$*" in
  *gate*) mkdir -p "$REPORT"; echo '{"outcome":"fail"}' > "$REPORT/comparison.json"; exit 1;;
esac`;

describe("the step that measures", () => {
  test("hands verdict, exit code and report on, and does not end the job before the report is kept", async () => {
    const { cwd, env } = await folderWithNpx(failingGate);
    expect(await runStep("gate", cwd, env)).toEqual({
      verdict: "fail",
      "exit-code": "1",
      "report-path": env.REPORT,
    });
    expect(await readFile(join(cwd, "calls"), "utf8")).toContain(
      `[--no -- dyno gate --base abc123 --budget 60s --inconclusive pass --report-dir ${env.REPORT}]`,
    );
  });

  test("takes several scenarios and options apart, and runs nothing that is written among them", async () => {
    const { cwd, env } = await folderWithNpx(failingGate);
    const inputs = { SUITE: "a.yaml b", ARGS: "--margin p50=3% $(touch ran) ;touch ran" };
    await runStep("gate", cwd, { ...env, ...inputs });
    const calls = await readFile(join(cwd, "calls"), "utf8");
    expect(calls).toContain("dyno gate a.yaml b --base abc123");
    expect(calls).toContain("--margin p50=3% $(touch ran) ;touch ran]");
    await expect(readFile(join(cwd, "ran"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("has no verdict and no report where the gate came to none", async () => {
    const { cwd, env } = await folderWithNpx(`case "$*" in *gate*) exit 2;; esac`);
    expect(await runStep("gate", cwd, env)).toEqual({ "exit-code": "2" });
  });

  test("says so where dyno is not installed", async () => {
    const { cwd, env } = await folderWithNpx("exit 1");
    expect(await runStep("gate", cwd, env)).toEqual({ "exit-code": "4" });
  });
});

describe("the step that finds the base", () => {
  /** An origin with two commits on `main`, and a clone of it: that holds only the last one, or with `--` all. */
  async function cloneOf(depth: "--depth=1" | "--") {
    const dir = await scratchDir();
    const git = async (cwd: string, ...args: string[]): Promise<string> =>
      (await run("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd })).stdout.trim();
    const origin = join(dir, "origin");
    await git(dir, "init", "-q", "-b", "main", origin);
    await git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
    await git(origin, "commit", "-q", "--allow-empty", "-m", "first");
    const first = await git(origin, "rev-parse", "HEAD");
    await git(origin, "commit", "-q", "--allow-empty", "-m", "second");
    const second = await git(origin, "rev-parse", "HEAD");
    await git(dir, "clone", "-q", ...(depth === "--" ? [] : [depth]), `file://${origin}`, "clone");
    await git(origin, "commit", "-q", "--allow-empty", "-m", "third");
    await git(origin, "branch", "later");
    const third = await git(origin, "rev-parse", "HEAD");
    return { first, second, third, cwd: join(dir, "clone") };
  }

  const none = { ASKED: "", PULL_REQUEST_BASE: "", DEFAULT_BRANCH: "main", REF: "", BEFORE_PUSH: "" };
  const onMain = { REF: "refs/heads/main" };

  test.each([
    ["the pull request's base, which is fetched", { PULL_REQUEST_BASE: "first" }, "first"],
    ["the default branch where there is no pull request", { REF: "refs/heads/other" }, "third"],
    ["what the default branch was before the push to it", { ...onMain, BEFORE_PUSH: "first" }, "first"],
    ["what was asked for, above all", { ASKED: "second", PULL_REQUEST_BASE: "first" }, "second"],
    ["a branch that was asked for", { ASKED: "origin/main" }, "second"],
    ["a branch that is not here", { ASKED: "origin/later" }, "third"],
  ])("takes %s", async (_, wanted: Record<string, string>, expected) => {
    const { cwd, ...commits } = await cloneOf("--depth=1");
    const revision = (name: string): string => commits[name as keyof typeof commits] ?? name;
    const env = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, revision(value)]));
    const { revision: found = "" } = await runStep("base", cwd, { ...none, ...env });
    const { stdout } = await run("git", ["rev-parse", found], { cwd });
    expect(stdout.trim()).toBe(revision(expected));
  });

  test("leaves all commits to a clone that has them, so that the one that both sides share is found", async () => {
    const { cwd, second, third } = await cloneOf("--");
    expect(await runStep("base", cwd, none)).toEqual({ revision: third });
    const { stdout } = await run("git", ["merge-base", third, "HEAD"], { cwd });
    expect(stdout.trim()).toBe(second);
  });

  test.each([
    ["the push made the default branch", "0".repeat(40)],
    ["the default branch is measured without a push", ""],
  ])("takes none where %s", async (_, before) => {
    const { cwd } = await cloneOf("--depth=1");
    expect(await runStep("base", cwd, { ...none, ...onMain, BEFORE_PUSH: before })).toEqual({});
  });
});

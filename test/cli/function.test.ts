import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gateIn, prepareLine, projectRepository } from "../support/project-repository.ts";
import { dyno, folderWith, resultIn, root } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const scenario = (settings: string, load = "{ phase: calls, shape: concurrency, clients: 1, for: 300ms }") =>
  `why: A test.
target: { kind: function, ${settings} }
warmup: none
load: [${load}]
targets: [error_rate == 0]
`;

/** Runs a scenario beside a module, and gives how it ended and what its result says. */
async function runWith(module: { name: string; text: string }, settings: string, load?: string) {
  const cwd = await folderWith(scenario(settings, load));
  await writeFile(join(cwd, "scenarios", module.name), module.text);
  const { code, stderr } = await dyno(["run", "steady"], { cwd });
  const { result } = await resultIn(cwd);
  return { code, stderr, result, phase: result.trials[0]?.phases[0] };
}

describe("a run of a function", { timeout: 120_000 }, () => {
  test("measures the scenario that is shipped, and finds its answers right", async () => {
    const out = await scratchDir();
    const { code, stdout, stderr } = await dyno(
      ["run", "function-quickstart", "--set", "load.0.for=500ms", "--json", "--out", out],
      { cwd: root },
    );
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.trials[0].checks).toEqual([
      {
        name: "answers right",
        ok: true,
        detail: "all 2 answers were as expected, before and after the load",
      },
    ]);
    expect(result.trials[0].phases.at(-1).operationsPerSample).toBeGreaterThan(1);
    expect(result.warnings.join()).toMatch(/calls: each latency is the mean of \d+ operations/);
  });

  test("fails where an answer is wrong, however fast it comes", async () => {
    const module = { name: "add.mjs", text: "export default (a, b) => a - b;\n" };
    const { code, result } = await runWith(module, "module: add.mjs, args: [2, 3], expect: 5");
    expect(code).toBe(1);
    expect(result.reason).toContain("answers right");
    expect(result.trials[0]?.checks[0]?.detail).toBe("it answered -1 in place of 5, before the load");
  });

  test("names no inner function of a TypeScript module again and again, as the compiler alone would have it", async () => {
    const cwd = await folderWith(scenario("module: closures.mts#closures, expect: 0"));
    const spy = `export const spy = { names: 0 };
const define = Object.defineProperty;
Object.defineProperty = (target, key, descriptor) => {
  if (key === "name" && typeof target === "function") spy.names++;
  return define(target, key, descriptor);
};
`;
    const closures = `import { spy } from "./spy.mjs";
export function closures(): number {
  const before: number = spy.names;
  const inner = (): number => before;
  function declared(): number { return inner(); }
  return spy.names - declared();
}
`;
    await writeFile(join(cwd, "scenarios", "spy.mjs"), spy);
    await writeFile(join(cwd, "scenarios", "closures.mts"), closures);
    const { code, stderr } = await dyno(["run", "steady"], { cwd });
    expect(code, stderr).toBe(0);
  });

  test("counts what fails, and goes on", async () => {
    const text =
      "let n = 0;\nexport const odd = () => { if (n++ % 2 === 0) throw new RangeError('even'); };\n";
    const { code, phase } = await runWith({ name: "odd.mjs", text }, "module: odd.mjs#odd");
    expect(code).toBe(1);
    expect(phase?.errors).toMatchObject([{ kind: "RangeError", sample: "even" }]);
    expect(phase?.failed).toBeGreaterThan(10);
    expect(phase?.completed).toBeGreaterThan(10);
    expect(phase?.sent).toBe((phase?.failed ?? 0) + (phase?.completed ?? 0));
  });

  test.each([
    [
      "there is no such export",
      "module: add.mjs#ad",
      "",
      /^Add\.mjs has no export ad; it exports default\.$/,
    ],
    [
      "there are too many clients",
      "module: add.mjs",
      "4",
      /^calls: 4 clients cannot call a function at the/i,
    ],
  ])("says that it could not be set up where %s", async (_, settings, clients, reason) => {
    const module = { name: "add.mjs", text: "export default () => 1;\n" };
    const load = `{ phase: calls, shape: concurrency, clients: ${clients || 1}, for: 100ms }`;
    const { code, result } = await runWith(module, settings, load);
    expect(code).toBe(4);
    expect(result.reason).toMatch(reason);
  });
});

const parser = (extraRounds: number): string => `export function parse(text: string): number {
  let state = 1;
  for (let i = 0; i < ${1000 + extraRounds}; i++) { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; }
  return text.length + (state & 0);
}
`;
const gated = `why: A hot loop.
target: { function: ../bench/parse.ts#parse, args: [abc], expect: 3 }
gate: { margins: { throughput: 15%, p50: 50% } }
`;

describe("a gate on a function", { timeout: 300_000 }, () => {
  test("passes one that did not change, and fails one that takes 30 % longer, of each revision's own module", async () => {
    const repository = await projectRepository({
      "scenarios/gate.yaml": `why: hot loops\nscenarios: [parse]\nbudget: 60s\n${prepareLine}\n`,
      "scenarios/parse.yaml": gated,
      "bench/parse.ts": parser(0),
    });
    const same = await gateIn(repository, "--base", "HEAD");
    expect(same.result, same.stderr).toMatchObject({ outcome: "pass", exitCode: 0 });
    expect(same.result?.comparisons[0]?.warnings.join()).toMatch(
      /^calls: each latency is the mean of [\d ]+ op/,
    );

    repository.git("checkout", "--quiet", "-b", "slower");
    repository.commit({ "bench/parse.ts": parser(300) }, "Parse with care");
    const failed = await gateIn(repository, "--base", "main");
    expect(failed.code, failed.stderr).toBe(1);
    const [metric] = failed.result?.comparisons[0]?.metrics ?? [];
    expect(metric).toMatchObject({ metric: "throughput", phase: "calls", verdict: "worse", outcome: "fail" });
    expect(failed.result?.reason).toMatch(/^throughput in calls is slower: −\d/);
  });
});

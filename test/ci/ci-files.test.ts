import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { makeComparisonResult } from "../../src/judge/compare/comparison-result.ts";
import { dyno, root } from "../support/run-dyno.ts";
import { sampleComparison } from "../support/sample-comparison.ts";

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Workflow {
  readonly name: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const actionText = read("action.yml");
const action = parse(actionText) as Action;
const { steps } = action.runs;
const examples = (await readdir(join(root, "examples/ci"))).map((file) => `examples/ci/${file}`);
const workflows = examples
  .filter((file) => file.includes("github"))
  .map((file) => ({ file, workflow: parse(read(file)) as Workflow }));
const workflowSteps = workflows.flatMap(({ workflow }) =>
  Object.values(workflow.jobs).flatMap((job) => job.steps),
);
const run = promisify(execFile);

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((found) => found[1] ?? ""))].toSorted();
}

/** What a gate ends with whose one scenario came to this. */
function exitCodeOf(outcome: "fail" | "inconclusive", inconclusive: "pass" | "fail"): number {
  const { comparisons, ...sample } = sampleComparison();
  return makeComparisonResult({
    ...sample,
    kind: "gate",
    startedAt: new Date(sample.startedAt),
    comparisons: comparisons.slice(0, 1).map((comparison) => ({ ...comparison, outcome })),
    inconclusive,
  }).exitCode;
}

describe("the action", () => {
  test("uses each input that it declares, and no other", () => {
    expect(namesIn(actionText, /\binputs\.([\w-]+)/g)).toEqual(Object.keys(action.inputs).toSorted());
  });

  test("has outputs that a step of its writes", () => {
    for (const { value } of Object.values(action.outputs)) {
      const [, id, name] = /^\$\{\{ steps\.(\w+)\.outputs\.([\w-]+) \}\}$/.exec(value) ?? [];
      expect(steps.find((step) => step.id === id)?.run).toContain(`echo "${name}=`);
    }
    const ids = namesIn(actionText, /\bsteps\.(\w+)\./g);
    expect(steps.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  });

  test("is composite, and each of its scripts names its shell and is one that bash can read", async () => {
    expect(action.runs.using).toBe("composite");
    for (const { run: script, shell } of steps.filter((step) => step.run !== undefined)) {
      expect(shell).toBe("bash");
      await run("bash", ["-n", "-c", script ?? ""]);
    }
  });
});

test("no script has an expression in it, which a name of a branch could end and go on with", () => {
  for (const { run: script, with: settings } of [...steps, ...workflowSteps]) {
    expect(script ?? "").not.toContain("${{");
    expect(settings?.script ?? "").not.toContain("${{");
  }
});

test("other actions are used at a major version", () => {
  const used = [...steps, ...workflowSteps].flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(5);
  for (const uses of used) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
});

describe("the examples", () => {
  test.each(workflows)(
    "$file gives no right to write, but to the workflow that runs no code of the change",
    (example) => {
      const { permissions, jobs } = example.workflow;
      const writes = Object.values(permissions).includes("write");
      const checksOut = JSON.stringify(jobs).includes("actions/checkout");
      expect(writes && checksOut).toBe(false);
      expect(permissions).not.toEqual({});
    },
  );

  test("give the action only inputs that it has, and read only outputs that it has", () => {
    const ours = workflowSteps.filter(({ uses }) => uses?.startsWith("OWNER/dyno@"));
    expect(ours.length).toBeGreaterThan(0);
    for (const { with: settings = {} } of ours)
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(settings)));
    const outputs = namesIn(read("examples/ci/github.yml"), /steps\.gate\.outputs\.([\w-]+)/g);
    expect(Object.keys(action.outputs)).toEqual(expect.arrayContaining(outputs));
  });

  test("fit each other: the comment follows the workflow of the gate, and reads the artifact that it leaves", () => {
    const [gate, comment] = ["github-fork-safe.yml", "github-fork-safe-comment.yml"].map(
      (name) => parse(read(`examples/ci/${name}`)) as Workflow & { readonly on: unknown },
    );
    expect(comment?.on).toMatchObject({ workflow_run: { workflows: [gate?.name] } });
    const download = Object.values(comment?.jobs ?? {})[0]?.steps[0]?.with;
    expect(actionText).toContain(`default: ${String(download?.name)}`);
  });

  test("GitLab's reads the files that the gate writes, and lets nothing that was not shown fail the pipeline", () => {
    const { gate } = parse(read("examples/ci/gitlab.yml")) as {
      readonly gate: {
        readonly script: readonly string[];
        readonly artifacts: {
          readonly paths: readonly string[];
          readonly reports: Readonly<Record<string, string>>;
        };
        readonly allow_failure: { readonly exit_codes: number };
      };
    };
    const [folder = ""] = gate.artifacts.paths;
    expect(gate.script.at(-1)).toContain(`--report-dir ${folder}`);
    expect(gate.artifacts.reports).toEqual({
      junit: `${folder}/junit.xml`,
      metrics: `${folder}/metrics.prom`,
    });
    expect(gate.script.at(-1)).toContain("--inconclusive fail");
    expect(gate.allow_failure.exit_codes).toBe(exitCodeOf("inconclusive", "fail"));
    expect(gate.allow_failure.exit_codes).not.toBe(exitCodeOf("fail", "fail"));
  });

  test("the action tells the exit codes that a gate has", () => {
    const { description } = action.outputs["exit-code"] ?? {};
    expect(description).toContain(`${exitCodeOf("fail", "pass")} regression`);
    expect(description).toContain(`${exitCodeOf("inconclusive", "fail")} inconclusive`);
    expect(action.inputs.inconclusive?.description).toContain(
      `pass (exit code ${exitCodeOf("inconclusive", "pass")}, with a warning) or fail (${exitCodeOf("inconclusive", "fail")})`,
    );
  });

  test("name only options that dyno gate has", async () => {
    const { stdout } = await dyno(["gate", "--help"]);
    const known = namesIn(stdout, /^ {2}(?:-\w, )?--([\w-]+)/gm);
    const commands = [actionText, ...examples.map(read)]
      .join("\n")
      .matchAll(/dyno gate(?: [^\n]*\\\n)* [^\n]*/g);
    const named = [...commands].flatMap(([command]) => namesIn(command, / --([\w-]+)/g));
    expect(named.length).toBeGreaterThan(5);
    expect(known).toEqual(expect.arrayContaining(named));
  });
});

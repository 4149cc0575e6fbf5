import { basename, extname } from "node:path";
import { DynoError, messageOf } from "../../base/errors.ts";
import { findCycle } from "../../base/find-cycle.ts";
import { createReport, near, type Report } from "../../base/report.ts";
import { checkSchema } from "../../base/schema-problems.ts";
import { formatProblem, type Path, type Problem, readYaml, sortProblems } from "../../base/yaml.ts";
import { compileTopicPattern } from "../topic-pattern.ts";
import type { Actions } from "./action.ts";
import { compilePipeline } from "./compile-pipeline.ts";
import type { Pipeline } from "./pipeline.ts";
import { type PipelineInput, pipelineJsonSchema, pipelineSchema } from "./pipeline-schema.ts";

/** What a pipeline is checked against. */
export interface CheckPipelineOptions {
  readonly actions: Actions;
  /** Names that `pipeline:` may call. Default: any. */
  readonly pipelines?: ReadonlySet<string>;
  /** For `${NAME}` in the file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Accepts actions that there are no more: a run that comes to one is parked. For former definitions. */
  readonly isFormer?: boolean;
}

/** Either a pipeline or what is wrong with it, sorted by place. */
export type CheckedPipeline =
  | { readonly pipeline: Pipeline; readonly problems: readonly [] }
  | { readonly pipeline?: never; readonly problems: readonly Problem[] };

/** Checks the text of a pipeline file: its schema, needs, cycles, actions with their inputs, and expressions. */
export function checkPipeline(text: string, file: string, options: CheckPipelineOptions): CheckedPipeline {
  const yaml = readYaml(file, text, options.env);
  if (yaml.problems.length > 0) return { problems: sortProblems(yaml.problems) };
  const parsed = checkSchema(yaml, pipelineSchema, pipelineJsonSchema);
  if (parsed.problems !== undefined) return { problems: parsed.problems };
  const problems: Problem[] = [];
  const report = createReport(yaml, problems);
  const input = { ...parsed.value, name: parsed.value.name ?? basename(file, extname(file)) };
  checkTopic(input, report);
  checkIds(input, report);
  checkNeeds(input, report);
  checkCalls(input, options, report);
  // Expressions are checked against what is upstream, and a cycle has no upstream.
  if (problems.length > 0) return { problems: sortProblems(problems) };
  const pipeline = compilePipeline(input, yaml, options, report);
  return problems.length > 0 ? { problems: sortProblems(problems) } : { pipeline, problems: [] };
}

/** All problems as one text, each with its place and its line. */
export function formatPipelineProblems(problems: readonly Problem[], text: string): string {
  return problems.map((problem) => formatProblem(problem, text)).join("\n");
}

function checkTopic({ on }: PipelineInput, report: Report): void {
  if (on === undefined) return;
  try {
    compileTopicPattern(on);
  } catch (thrown) {
    if (!(thrown instanceof DynoError)) throw thrown;
    report({ path: ["on"], message: messageOf(thrown) });
  }
}

function checkIds({ steps }: PipelineInput, report: Report): void {
  for (const [i, { id }] of steps.entries()) {
    const first = steps.findIndex((other) => other.id === id);
    if (first === i) continue;
    report({ path: ["steps", i, "id"], message: `there are two steps ${id}; each needs an id of its own` });
  }
}

function checkNeeds({ steps }: PipelineInput, report: Report): void {
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const [i, { needs }] of steps.entries()) {
    for (const [j, need] of needs.entries()) {
      const path: Path = ["steps", i, "needs", j];
      const [id = "", takes] = need.split(".", 2);
      const target = byId.get(id);
      if (target === undefined) report({ path, message: `there is no step ${id}`, ...near(id, byId.keys()) });
      else if (takes !== undefined) checkCase(target, takes, path, report);
    }
  }
  const order = steps.map(({ id, needs }) => ({ id, needs: needs.map((need) => need.split(".")[0] ?? "") }));
  const cycle = findCycle(order);
  if (cycle === undefined) return;
  const at = steps.findIndex(({ id }) => id === cycle[0]);
  const j = order[at]?.needs.indexOf(cycle[1] ?? "") ?? 0;
  report({
    path: ["steps", at, "needs", j],
    message: `these steps wait for one another: ${cycle.join(" needs ")}`,
  });
}

function checkCase(target: PipelineInput["steps"][number], takes: string, path: Path, report: Report): void {
  if (target.switch === undefined) {
    report({
      path,
      message: `${target.id} is no switch and has no case ${takes}`,
      hint: `write ${target.id}`,
    });
    return;
  }
  const cases = [...Object.keys(target.switch), ...(target.else === undefined ? [] : [target.else])];
  if (cases.includes(takes)) return;
  const message = `the switch ${target.id} has no case ${takes}; it has ${cases.join(", ")}`;
  report({ path, message, ...near(takes, cases) });
}

const kinds = ["action", "pipeline", "switch"] as const;

/** Each step does one thing, which there is, and has no setting that means nothing to it. */
function checkCalls(input: PipelineInput, options: CheckPipelineOptions, report: Report): void {
  for (const [i, step] of input.steps.entries()) {
    const path: Path = ["steps", i];
    const given = kinds.filter((kind) => step[kind] !== undefined);
    if (given.length !== 1) {
      const found = given.length === 0 ? "none" : given.join(" and ");
      report({ path, message: `a step has one of ${kinds.join(", ")}; this has ${found}` });
      continue;
    }
    if (step.pipeline !== undefined) checkPipelineName(step.pipeline, [...path, "pipeline"], options, report);
    for (const [setting, reason] of idleSettings(step)) {
      if (step[setting] !== undefined) {
        report({
          path: [...path, setting],
          part: "key",
          message: `${setting} means nothing here: ${reason}`,
        });
      }
    }
  }
}

function checkPipelineName(name: string, path: Path, options: CheckPipelineOptions, report: Report): void {
  const { pipelines } = options;
  if (pipelines === undefined || pipelines.has(name)) return;
  report({ path, message: `there is no pipeline ${name}`, ...near(name, pipelines) });
}

type Setting =
  | "else"
  | "with"
  | "forEach"
  | "concurrency"
  | "retry"
  | "timeout"
  | "breaker"
  | "bulkhead"
  | "pure";

function idleSettings(step: PipelineInput["steps"][number]): readonly (readonly [Setting, string])[] {
  const idle: (readonly [Setting, string])[] = [];
  const add = (reason: string, ...settings: Setting[]): void => {
    idle.push(...settings.map((setting) => [setting, reason] as const));
  };
  if (step.switch !== undefined) {
    const reason = "a switch only chooses";
    add(reason, "with", "forEach", "concurrency", "retry", "timeout", "breaker", "bulkhead", "pure");
  } else add("it is a case of a switch", "else");
  if (step.pipeline !== undefined) {
    add("the steps of the pipeline have their own", "retry", "timeout", "breaker", "bulkhead", "pure");
  }
  if (step.forEach === undefined) add("it counts the items of forEach", "concurrency");
  return idle;
}

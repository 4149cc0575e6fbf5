import { basename, extname } from "node:path";
import { keysInSchema, schemaProblems } from "../base/schema-problems.ts";
import {
  formatProblem,
  type Path,
  type Problem,
  readYaml,
  sortProblems,
  type YamlFile,
} from "../base/yaml.ts";
import { faultProblems } from "./fault-problems.ts";
import { buildFault } from "./fault-schema.ts";
import { buildPhase } from "./load-shapes.ts";
import { applyOverride, type Override, overridesOf } from "./overrides.ts";
import type { Scenario, TargetRule, WarmupSpec } from "./scenario.ts";
import { type ScenarioInput, scenarioJsonSchema, scenarioSchema, type TargetSchemas } from "./schema.ts";
import { parseTargetRule } from "./target-rule.ts";

/** What a scenario is checked against. */
export interface CheckOptions {
  readonly targetSchemas: TargetSchemas;
  /** For `${NAME}` in the file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrides?: readonly Override[];
  /** The scenario is one of its own variants: the others are not laid on top of it. */
  readonly isVariant?: boolean;
}

/** Either a scenario or what is wrong with it, sorted by place. */
export type Checked =
  | { readonly scenario: Scenario; readonly problems: readonly [] }
  | { readonly scenario?: never; readonly problems: readonly Problem[] };

/** Checks the text of a scenario file. */
export function checkScenario(text: string, file: string, options: CheckOptions): Checked {
  const checked = checkOne(text, file, options);
  if (checked.scenario === undefined || options.isVariant === true) return checked;
  const problems = checked.scenario.variants.flatMap(({ overrides }) => {
    const own = checkOne(text, file, { ...options, overrides: [...(options.overrides ?? []), ...overrides] });
    return own.problems.filter((problem) => isOverrideLabel(problem.file));
  });
  return problems.length === 0 ? checked : { problems };
}

function checkOne(text: string, file: string, options: CheckOptions): Checked {
  const yaml = readYaml(file, text, options.env);
  if (yaml.problems.length > 0) return { problems: sortProblems(yaml.problems) };
  const overrides = options.overrides ?? [];
  const value = overrides.reduce(applyOverride, yaml.value);
  const parsed = scenarioSchema(options.targetSchemas).safeParse(value);
  if (!parsed.success) {
    const knownKeys = keysInSchema(scenarioJsonSchema(options.targetSchemas));
    const problems = schemaProblems(parsed.error.issues, yaml, value, knownKeys);
    return { problems: sortProblems(problems.map((problem) => atOverride(problem, overrides))) };
  }
  const input = parsed.data;
  const { rules, problems: ruleProblems } = readRules(input, yaml);
  const scenario = buildScenario(input, yaml, rules);
  const problems = [...ruleProblems, ...loadProblems(input, yaml), ...timetableProblems(scenario, yaml)];
  if (problems.length > 0) {
    return { problems: sortProblems(problems.map((problem) => atOverride(problem, overrides))) };
  }
  return { scenario, problems: [] };
}

/** All problems as one text, each with its place and its line. */
export function formatProblems(problems: readonly Problem[], text: string): string {
  return problems
    .map((problem) =>
      isOverrideLabel(problem.file)
        ? `${problem.file}: error: ${problem.message}${problem.hint === undefined ? "" : `; ${problem.hint}`}`
        : formatProblem(problem, text),
    )
    .join("\n");
}

function isOverrideLabel(file: string): boolean {
  return file.startsWith("--") || file.startsWith("variant ");
}

/** A problem with what the command line or a variant set is a problem of that. */
function atOverride(problem: Problem, overrides: readonly Override[]): Problem {
  const cause = overrides.find(({ path }) => `${problem.path}.`.startsWith(`${path.join(".")}.`));
  return cause === undefined ? problem : { ...problem, file: cause.label };
}

function readRules(input: ScenarioInput, yaml: YamlFile): { rules: TargetRule[]; problems: Problem[] } {
  const phases = input.load.map(({ phase }) => phase);
  const rules: TargetRule[] = [];
  const problems: Problem[] = [];
  for (const [i, text] of input.targets.entries()) {
    const path: Path = ["targets", i];
    const rule = parseTargetRule(text, phases);
    if ("message" in rule) {
      const place = yaml.locateInText(path, rule.offset, rule.length);
      const { message, hint } = rule;
      problems.push({
        file: yaml.file,
        place,
        path: path.join("."),
        message,
        ...(hint === undefined ? {} : { hint }),
      });
    } else {
      const { line, column } = yaml.locate(path);
      rules.push({ ...rule, line, column });
    }
  }
  return { rules, problems };
}

/** What no schema of one phase can see. */
function loadProblems(input: ScenarioInput, yaml: YamlFile): Problem[] {
  const problems: Problem[] = [];
  const report = (path: Path, message: string): void => {
    problems.push({ file: yaml.file, place: yaml.locate(path), path: path.join("."), message });
  };
  for (const [i, phase] of input.load.entries()) {
    const at: Path = ["load", i];
    if (input.load.findIndex((other) => other.phase === phase.phase) < i) {
      report(
        [...at, "phase"],
        `there are two phases named ${phase.phase}; targets and reports need one name each`,
      );
    }
    if (phase.shape === "spike" && phase.at + phase.rise + phase.hold + phase.fall > phase.for) {
      report([...at, "for"], "the spike (at + rise + hold + fall) does not end within the phase");
    }
    if (
      phase.shape === "concurrency" &&
      (phase.clients === undefined) === (phase.from === undefined && phase.to === undefined)
    ) {
      report(at, "give either clients: 64, or from: 1 and to: 64");
    }
    if (phase.shape !== "concurrency" && buildPhase(phase).loop === "open" && isSilent(phase)) {
      report(at, "its rate is 0 all the time");
    }
  }
  if (typeof input.warmup === "object" && input.warmup.min > input.warmup.max) {
    report(["warmup", "min"], "min is longer than max");
  }
  return problems;
}

/** Faults that cannot be, and a target that asks for the end of faults where there are none. */
function timetableProblems({ faults, load, target, targets }: Scenario, yaml: YamlFile): Problem[] {
  const found = [...faultProblems(faults, load, target)];
  for (const [i, { metric }] of targets.entries()) {
    if (metric.kind !== "recovery" || faults.length > 0) continue;
    found.push({
      path: ["targets", i],
      message: "recovery counts from the end of a fault, and there are no faults",
    });
  }
  return found.map(({ path, message }) => ({
    file: yaml.file,
    place: yaml.locate(path),
    path: path.join("."),
    message,
  }));
}

function isSilent(phase: ScenarioInput["load"][number]): boolean {
  return (phase.shape === "ramp" || phase.shape === "steps") && phase.from === 0 && phase.to === 0;
}

const warmupDefault: WarmupSpec = { minMs: 1000, maxMs: 5000 };
/** Finer where faults are to be seen, and where the load is short. */
function standardIntervalMs(totalMs: number, hasFaults: boolean): number {
  if (hasFaults) return totalMs > 60_000 ? 250 : 100;
  return totalMs > 30_000 ? 1000 : 250;
}

function buildScenario(input: ScenarioInput, yaml: YamlFile, targets: readonly TargetRule[]): Scenario {
  const { kind, ...settings } = input.target;
  const load = input.load.map(buildPhase);
  const totalMs = load.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return {
    file: yaml.file,
    source: mask(yaml.text, yaml.secrets),
    name: input.name ?? basename(yaml.file, extname(yaml.file)),
    why: input.why.trim(),
    target: { kind: String(kind), settings },
    warmup: warmupOf(input.warmup),
    load,
    faults: input.faults.map(buildFault),
    targets,
    repeat: input.repeat,
    seed: input.seed,
    intervalMs: input.interval ?? standardIntervalMs(totalMs, input.faults.length > 0),
    variants: Object.entries(input.variants).map(([name, settings]) => ({
      name,
      overrides: overridesOf(name, settings),
    })),
    gate: {
      margins: input.gate.margins,
      ...(input.gate.budget === undefined ? {} : { budgetMs: input.gate.budget }),
    },
  };
}

function warmupOf(warmup: ScenarioInput["warmup"]): WarmupSpec {
  if (warmup === undefined) return warmupDefault;
  if (warmup === "none") return { minMs: 0, maxMs: 0 };
  return typeof warmup === "number"
    ? { minMs: warmup, maxMs: warmup }
    : { minMs: warmup.min, maxMs: warmup.max };
}

/** The file's text for a report: secrets and the passwords of URLs are masked. */
function mask(text: string, secrets: readonly string[]): string {
  const masked = secrets.reduce((all, secret) => all.replaceAll(secret, "***"), text);
  return masked.replaceAll(/(\/\/[^:@/\s]*):[^@/\s]+@/g, "$1:***@");
}

import { createReport, type Report } from "../base/report.ts";
import { keysInSchema, schemaProblems } from "../base/schema-problems.ts";
import { formatProblem, type Problem, readYaml, sortProblems, type YamlFile } from "../base/yaml.ts";
import { buildScenario } from "./build-scenario.ts";
import { checkLoad } from "./check-load.ts";
import { withDefaultLoad } from "./default-load.ts";
import { faultProblems } from "./fault-problems.ts";
import { applyOverride, type Override } from "./overrides.ts";
import { acceptsAt, inParamUnit } from "./param-units.ts";
import { readMatrix } from "./read-matrix.ts";
import { readRules } from "./read-rules.ts";
import { readLoad } from "./read-study.ts";
import { readTuning } from "./read-tuning.ts";
import type { Scenario } from "./scenario.ts";
import { type ScenarioInput, scenarioJsonSchema, scenarioSchema, type TargetSchemas } from "./schema.ts";
import { writeOutTarget } from "./target-shorthand.ts";

/** What a scenario is checked against. */
export interface CheckOptions {
  readonly targetSchemas: TargetSchemas;
  /** For `${NAME}` in the file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrides?: readonly Override[];
  /**
   * The scenario is one of its own variants, one cell of its matrix, or one configuration of a search: the other variants
   * are not laid on top of it, and neither its matrix is read nor what may be tuned, since a value that was set may lie
   * outside a range that is searched.
   */
  readonly isVariant?: boolean;
  /**
   * The scenario is read to be tuned: an override that lies outside what may be searched is a mistake. Otherwise such a
   * scenario is simply one without `tuning`.
   */
  readonly isTuned?: boolean;
}

/** Either a scenario or what is wrong with it, sorted by place. */
export type Checked =
  | { readonly scenario: Scenario; readonly problems: readonly [] }
  | { readonly scenario?: never; readonly problems: readonly Problem[] };

/** Checks the text of a scenario file. */
export function checkScenario(text: string, file: string, options: CheckOptions): Checked {
  const { targetSchemas, isVariant = false, isTuned = false } = options;
  const { yaml, override } = writeOutTarget(readYaml(file, text, options.env), targetSchemas);
  if (yaml.problems.length > 0) return { problems: sortProblems(yaml.problems) };
  const overrides = (options.overrides ?? []).map(override);
  const schema = scenarioSchema(targetSchemas);
  const checkWith = (more: readonly Override[]): CheckedValue =>
    checkValue(yaml, schema, targetSchemas, [...overrides, ...more.map(override)]);
  const checked = checkWith([]);
  if (checked.scenario === undefined) return { problems: checked.problems };
  const { scenario, input, written } = checked;
  if (isVariant) return { scenario, problems: [] };
  const problems = scenario.variants.flatMap((variant) =>
    checkWith(variant.overrides).problems.filter((problem) => isOverrideLabel(problem.file)),
  );
  const tuningProblems: Problem[] = [];
  const tuning = readTuning({
    scenario,
    input,
    written,
    yaml,
    knobs: targetSchemas[scenario.target.kind]?.knobs,
    accepts: acceptsAt(written, schema),
    problemsWith: (path, value) => checkWith([{ label: path.join("."), path, value }]).problems,
    report: createReport(yaml, tuningProblems),
  });
  if (isTuned || overrides.length === 0) problems.push(...blamed(tuningProblems, overrides));
  const matrixProblems: Problem[] = [];
  const matrix =
    input.matrix &&
    readMatrix({
      input: input.matrix,
      isStudy: scenario.study !== undefined,
      problemsWith: (more) => checkWith(more).problems,
      report: createReport(yaml, matrixProblems),
    });
  problems.push(...blamed(matrixProblems, overrides));
  if (problems.length > 0) return { problems: sortProblems(problems) };
  const isTunable = tuning !== undefined && tuningProblems.length === 0;
  return {
    scenario: { ...scenario, ...(isTunable ? { tuning } : {}), ...(matrix ? { matrix } : {}) },
    problems: [],
  };
}

type CheckedValue =
  | {
      /** Without what may be tuned. */
      readonly scenario: Scenario;
      /** What the schema made of `written`. */
      readonly input: ScenarioInput;
      /** The file's values with the overrides in them. */
      readonly written: unknown;
      readonly problems: readonly Problem[];
    }
  | { readonly scenario?: never; readonly problems: readonly Problem[] };

function checkValue(
  yaml: YamlFile,
  schema: ReturnType<typeof scenarioSchema>,
  targetSchemas: TargetSchemas,
  overrides: readonly Override[],
): CheckedValue {
  const written = overrides.reduce(
    (root, override) => applyOverride(root, inParamUnit(override, root, acceptsAt(root, schema))),
    withDefaultLoad(yaml.value, targetSchemas),
  );
  const parsed = schema.safeParse(written);
  if (!parsed.success) {
    const knownKeys = keysInSchema(scenarioJsonSchema(targetSchemas));
    return { problems: blamed(schemaProblems(parsed.error.issues, yaml, written, knownKeys), overrides) };
  }
  const input = parsed.data;
  const problems: Problem[] = [];
  const report = createReport(yaml, problems);
  const load = readLoad(input, yaml, report);
  const phases = load.load.map(({ phase }) => phase);
  const rules = readRules(input.targets, { at: ["targets"], phases, yaml }, report);
  const scenario = buildScenario(input, yaml, rules, load);
  checkLoad(input, report);
  checkTimetable(scenario, report);
  return problems.length > 0
    ? { problems: blamed(problems, overrides) }
    : { scenario, input, written, problems };
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
  return /^(--|variant |matrix )/.test(file);
}

/** Problems in the order of the file, each at what caused it. */
export function blamed(problems: readonly Problem[], overrides: readonly Override[]): Problem[] {
  return sortProblems(problems.map((problem) => atOverride(problem, overrides)));
}

/** A problem with what the command line, a tuned.yaml or a variant set is a problem of that; the last one wins. */
function atOverride(problem: Problem, overrides: readonly Override[]): Problem {
  const cause = overrides.findLast(({ path }) => `${problem.path}.`.startsWith(`${path.join(".")}.`));
  return cause === undefined ? problem : { ...problem, file: cause.label };
}

/** Faults that cannot be, and a target that asks for the end of faults where there are none. */
function checkTimetable({ faults, load, target, targets }: Scenario, report: Report): void {
  for (const problem of faultProblems(faults, load, target)) report(problem);
  for (const [i, { metric }] of targets.entries()) {
    if (metric.kind !== "recovery" || faults.length > 0) continue;
    report({
      path: ["targets", i],
      message: "recovery counts from the end of a fault, and there are no faults",
    });
  }
}

import { messageOf } from "../base/errors.ts";
import { type CompileExpression, createExpressionCompiler, type VariableType } from "../base/expression.ts";
import { createRandom } from "../base/random.ts";
import type { Report } from "../base/report.ts";
import { toValue } from "./param-scale.ts";
import type { Config, Param, ParamConstraint } from "./tuning.ts";

/** What configurations must satisfy: the `require` of a file. What is wrong with it is reported. */
export function readConstraints(
  texts: readonly string[],
  params: readonly Param[],
  report: Report,
): readonly ParamConstraint[] {
  const compile = createExpressionCompiler(Object.fromEntries(params.map((one) => [one.name, typeOf(one)])));
  const defaults: Config = Object.fromEntries(params.map((param) => [param.name, param.default]));
  const constraints = texts.map((text, i) => readConstraint(text, i, compile, defaults, report));
  const all = constraints.filter((one) => one !== undefined);
  if (all.length === constraints.length) checkDefaults(all, params, defaults, report);
  return all;
}

function typeOf(param: Param): VariableType {
  if (param.type !== "choice") return "double";
  const types = new Set(param.values.map((value) => typeof value));
  if (types.size > 1) return "dyn";
  if (types.has("number")) return "double";
  return types.has("string") ? "string" : "bool";
}

function readConstraint(
  text: string,
  i: number,
  compile: CompileExpression,
  defaults: Config,
  report: Report,
): ParamConstraint | undefined {
  const path = ["require", i];
  const { expression, problem } = compile(text, "bool");
  if (expression === undefined) {
    const { offset, length, ...what } = problem;
    report({ ...what, path, inText: { offset, length } });
    return undefined;
  }
  try {
    const value = expression.evaluate(defaults);
    if (typeof value === "boolean") return { text, holds: (config) => isTrue(expression, config) };
    report({ path, message: `"${text}" gives ${JSON.stringify(value)}, and true or false is needed here` });
  } catch (error) {
    report({ path, message: messageOf(error) });
  }
  return undefined;
}

/** A condition that cannot be evaluated does not hold. */
function isTrue(expression: { evaluate(variables: object): unknown }, config: Config): boolean {
  try {
    return expression.evaluate(config) === true;
  } catch {
    return false;
  }
}

const sampleCount = 4000;

/** Where a search begins must be allowed. */
function checkDefaults(
  constraints: readonly ParamConstraint[],
  params: readonly Param[],
  defaults: Config,
  report: Report,
): void {
  const broken = constraints.filter((constraint) => !constraint.holds(defaults));
  if (broken.length === 0) return;
  const allowed = findAllowed(constraints, params);
  if (allowed === undefined) {
    const message = `no configuration satisfies all of require (of ${sampleCount} that were tried)`;
    report({ path: ["require"], part: "key", message });
    return;
  }
  for (const constraint of broken) {
    const named = params.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(constraint.text));
    const list = (config: Config): string => named.map(({ name }) => `${name}: ${config[name]}`).join(", ");
    report({
      path: ["require", constraints.indexOf(constraint)],
      message: `the configuration to begin with does not satisfy it (${list(defaults)})`,
      hint: `set other values in the scenario, such as ${list(allowed)}`,
    });
  }
}

function findAllowed(constraints: readonly ParamConstraint[], params: readonly Param[]): Config | undefined {
  const random = createRandom(1);
  for (let i = 0; i < sampleCount; i++) {
    const config: Config = Object.fromEntries(
      params.map((param) => [
        param.name,
        param.type === "choice"
          ? (param.values[random.integer(param.values.length)] ?? param.default)
          : toValue(param, random.next()),
      ]),
    );
    if (constraints.every((constraint) => constraint.holds(config))) return config;
  }
  return undefined;
}

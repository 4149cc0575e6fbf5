import { DynoError } from "../base/errors.ts";
import { isVariableName } from "../base/expression.ts";
import type { Path } from "../base/yaml.ts";
import { toValue } from "./param-scale.ts";
import { findSite, type ParamSite } from "./param-site.ts";
import { readChoiceParam } from "./read-choice-param.ts";
import { readNumberParam } from "./read-number-param.ts";
import type { Param, ParamValue } from "./tuning.ts";
import type { ParamInput } from "./tuning-schema.ts";
import type { TuningSources } from "./tuning-sources.ts";

interface Read {
  readonly param: Param;
  readonly site: ParamSite;
}

/** What may be tuned: the `params` of a file, or all knobs of its target. Undefined where one is wrong, which is reported. */
export function readParams(sources: TuningSources): readonly Param[] | undefined {
  const { input, knobs, scenario, report } = sources;
  const given = input.params ?? Object.fromEntries((knobs?.list ?? []).map(({ name }) => [name, {}]));
  if (Object.keys(given).length === 0) {
    const what = input.params === undefined ? `kind: ${scenario.target.kind} has no knobs` : "there are none";
    const message = `name what may be tuned in params; ${what}`;
    report({ path: [input.params === undefined ? "objective" : "params"], part: "key", message });
    return undefined;
  }
  const all = Object.entries(given).map(([name, param]) => readParam(name, param ?? {}, sources));
  const read = all.filter((one) => one !== undefined);
  const isRight = read.map((one, i) => isAlone(one, read.slice(0, i)) && works(one, read, sources));
  return read.length === all.length && isRight.every(Boolean) ? read.map(({ param }) => param) : undefined;
}

function readParam(name: string, input: ParamInput, sources: TuningSources): Read | undefined {
  if (!isVariableName(name)) {
    const message = `${name} cannot be a name in expressions: use letters, digits and _, and no word of CEL`;
    sources.report({ path: ["params", name], part: "key", message });
    return undefined;
  }
  const site = findSite(name, input, sources);
  if (site === undefined) return undefined;
  const isChoice = input.values !== undefined || input.type === "bool" || input.type === "choice";
  const param = isChoice ? readChoiceParam(site, sources) : readNumberParam(site, sources);
  return param && { param, site };
}

function isAlone({ site }: Read, before: readonly Read[]): boolean {
  const other = before.find((one) => isSame(one.site.path, site.path));
  if (other === undefined) return true;
  site.refuse(`${other.site.name} and ${site.name} are the same setting, ${site.path.join(".")}`);
  return false;
}

function isSame(one: Path, other: Path): boolean {
  return one.join(".") === other.join(".");
}

interface Trial {
  readonly value: ParamValue;
  /** Where in the parameter it stands. */
  readonly keys: readonly (string | number)[];
}

/** Whether the scenario takes the default, both ends and all values of a choice. */
function works({ param, site }: Read, all: readonly Read[], sources: TuningSources): boolean {
  // The scenario's schema takes a knob's whole range.
  if (site.knob !== undefined && param.type !== "choice") return true;
  const others = all.filter((one) => one.site !== site).map((one) => one.site.path);
  const trials = trialsOf(param);
  const failed = trials.flatMap((trial) => {
    const problem = problemWith(site.path, trial.value, others, sources);
    return problem === undefined ? [] : [{ ...trial, ...problem }];
  });
  const [first] = failed;
  if (first === undefined) return true;
  const setting = site.path.join(".");
  const isNoSetting =
    failed.length === trials.length && failed.every(({ message }) => message === first.message);
  if (isNoSetting) {
    site.refuse(`${setting} cannot be tuned: ${first.message}`, first.hint, "path");
    return false;
  }
  const keys = site.input[first.keys[0] as keyof ParamInput] === undefined ? [] : first.keys;
  const isDuration = typeof first.value === "number" && sources.accepts(site.path, `${first.value}ms`);
  const hint =
    isDuration && site.input.unit === undefined ? "give the setting's unit, such as unit: ms" : first.hint;
  site.refuse(`${setting} cannot be ${first.value}: ${first.message}`, hint, ...keys);
  return false;
}

function trialsOf(param: Param): readonly Trial[] {
  if (param.type === "choice") return param.values.map((value, i) => ({ value, keys: ["values", i] }));
  return [
    { value: param.default, keys: ["default"] },
    { value: toValue(param, 0), keys: ["min"] },
    { value: toValue(param, 1), keys: ["max"] },
  ];
}

/** The first thing that is wrong with a value; what is wrong with another parameter may be mended by that one's own value. */
function problemWith(
  path: Path,
  value: ParamValue,
  others: readonly Path[],
  sources: TuningSources,
): { readonly message: string; readonly hint?: string | undefined } | undefined {
  try {
    return sources
      .problemsWith(path, value)
      .find((problem) => !others.some((other) => `${problem.path}.`.startsWith(`${other.join(".")}.`)));
  } catch (error) {
    // A list on the way is too short.
    if (error instanceof DynoError) return { message: error.message.replace(`${path.join(".")}: `, "") };
    throw error;
  }
}

import { type ParamSite, valueAt } from "./param-site.ts";
import { fromSetting, isImpliedUnit, settingUnit } from "./param-units.ts";
import type { NumberParam } from "./tuning.ts";
import type { TuningSources } from "./tuning-sources.ts";

/** A parameter with an order; undefined where something is wrong with it, which is reported. */
export function readNumberParam(site: ParamSite, sources: TuningSources): NumberParam | undefined {
  const range = readRange(site);
  if (range === undefined) return undefined;
  const { name, input, path, knob } = site;
  const written = settingUnit(input, path, sources.accepts);
  const standard = readDefault(site, range, written, sources);
  if (standard === undefined) return undefined;
  return {
    name,
    path,
    meaning: input.meaning ?? knob?.meaning ?? "",
    unit: input.unit ?? knob?.unit ?? written,
    ...range,
    default: standard,
  };
}

type Range = Pick<NumberParam, "type" | "scale" | "min" | "max" | "step">;

function readRange(site: ParamSite): Range | undefined {
  const { input, knob, refuse } = site;
  const type = input.type ?? (knob === undefined ? undefined : "int");
  if (type !== "int" && type !== "real") {
    refuse("its type is missing", "give type: int, type: real, type: bool, or values: [a, b]");
    return undefined;
  }
  const { min = knob?.min, max = knob?.max, scale = knob?.scale ?? "linear", step } = input;
  if (min === undefined || max === undefined) {
    refuse(`${min === undefined ? "min" : "max"} is missing`);
    return undefined;
  }
  const range = { type, scale, min, max, ...(step === undefined ? {} : { step }) };
  const wrong = rangeProblem(site, range);
  if (wrong === undefined) return range;
  refuse(wrong.message, wrong.hint, ...(input[wrong.key] === undefined ? [] : [wrong.key]));
  return undefined;
}

interface RangeProblem {
  readonly key: "type" | "scale" | "min" | "max" | "step";
  readonly message: string;
  readonly hint?: string;
}

function rangeProblem({ name, knob, input }: ParamSite, range: Range): RangeProblem | undefined {
  const { type, scale, min, max, step } = range;
  if (knob !== undefined && type === "real") {
    return { key: "type", message: `${knob.name} takes whole numbers alone`, hint: "leave type out" };
  }
  const fraction = type === "int" && (["min", "max", "step"] as const).find((key) => !isWhole(range[key]));
  if (fraction) {
    const message = `${range[fraction]} is no whole number`;
    return { key: fraction, message, hint: "write type: real where fractions are meant" };
  }
  const outside =
    knob && (["min", "max"] as const).find((key) => range[key] < knob.min || range[key] > knob.max);
  if (knob && outside) {
    const message = `${outside} is ${range[outside]}, and ${knob.name} goes from ${knob.min} to ${knob.max}`;
    return { key: outside, message };
  }
  if (min >= max) {
    const key = input.max === undefined ? "min" : "max";
    return { key, message: `the range of ${name} is empty: min ${min} is not below max ${max}` };
  }
  if (scale === "log" && min <= 0) {
    const message = `a log scale cannot begin at ${min}`;
    const hint = min === 0 ? "give min: 1, or scale: log1p" : "give a min above 0, or scale: linear";
    return { key: "min", message, hint };
  }
  if (scale === "log1p" && min < 0) {
    return { key: "min", message: `a log1p scale cannot begin at ${min}`, hint: "give a min of 0 or more" };
  }
  if (step !== undefined && step > max - min) {
    return { key: "step", message: `a step of ${step} is larger than the range from ${min} to ${max}` };
  }
  return undefined;
}

function isWhole(value: number | undefined): boolean {
  return value === undefined || Number.isSafeInteger(value);
}

function readDefault(
  site: ParamSite,
  range: Range,
  unit: string,
  sources: TuningSources,
): number | undefined {
  const { path, input, knob, refuse } = site;
  const setting = path.join(".");
  const written = valueAt(sources.written, path);
  const keys = written === undefined && input.default !== undefined ? ["default"] : [];
  const implied = isImpliedUnit(unit) ? valueAt(sources.input, path) : undefined;
  const raw = written ?? input.default ?? knob?.default ?? implied;
  if (raw === undefined) {
    refuse("its default is missing", `give default, or set ${setting} in the scenario`);
    return undefined;
  }
  const value = fromSetting(raw, unit);
  const source = written === undefined ? "its default" : setting;
  if (value === undefined) {
    const message = `${source} is ${JSON.stringify(raw)}, which is no number${unit === "" ? "" : ` in ${unit}`}`;
    const hint =
      unit === "" && typeof raw === "string" ? "give the setting's unit, such as unit: ms" : undefined;
    refuse(message, hint, ...keys);
    return undefined;
  }
  const mend =
    written === undefined
      ? `give another default, or set ${setting}`
      : `set ${setting} to another value, or widen the range`;
  const wrong = valueProblem(value, range);
  if (wrong === undefined) return value;
  refuse(`${source} is ${value}, ${wrong}`, mend, ...keys);
  return undefined;
}

function valueProblem(value: number, { type, min, max, step }: Range): string | undefined {
  if (value < min || value > max) return `and the range is from ${min} to ${max}`;
  if (type === "int" && !isWhole(value)) return "which is no whole number";
  const steps = step === undefined ? 0 : (value - min) / step;
  if (Math.abs(steps - Math.round(steps)) < 1e-6) return undefined;
  return `which is not ${min} and steps of ${step}`;
}

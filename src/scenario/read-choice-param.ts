import { type ParamSite, valueAt } from "./param-site.ts";
import type { ChoiceParam, ParamValue } from "./tuning.ts";
import type { TuningSources } from "./tuning-sources.ts";

/** A parameter whose values have no order; undefined where something is wrong with it, which is reported. */
export function readChoiceParam(site: ParamSite, sources: TuningSources): ChoiceParam | undefined {
  const { name, input, path, knob, refuse } = site;
  const values = readValues(site);
  if (values === undefined) return undefined;
  const setting = path.join(".");
  const written = valueAt(sources.written, path);
  const standard = written ?? input.default ?? knob?.default ?? valueAt(sources.input, path);
  const found = values.find((value) => value === standard);
  if (found === undefined) {
    const source = written === undefined ? "its default" : setting;
    const is =
      standard === undefined
        ? "missing"
        : `${JSON.stringify(standard)}, which is none of ${values.join(", ")}`;
    const keys = written === undefined && input.default !== undefined ? ["default"] : [];
    refuse(`${source} is ${is}`, `give default: ${values[0]}, or set ${setting}`, ...keys);
    return undefined;
  }
  return {
    name,
    path,
    meaning: input.meaning ?? knob?.meaning ?? "",
    type: "choice",
    values,
    default: found,
  };
}

function readValues({ input, refuse }: ParamSite): readonly ParamValue[] | undefined {
  const { type, values = type === "bool" ? [false, true] : [] } = input;
  const ofNumbers = (["min", "max", "step", "scale", "unit"] as const).find(
    (key) => input[key] !== undefined,
  );
  if (ofNumbers !== undefined) {
    refuse(`${ofNumbers} is of numbers, and this is a choice`, "leave one of the two out", ofNumbers);
    return undefined;
  }
  if (input.values !== undefined && type !== undefined && type !== "choice") {
    refuse(`type: ${type} does not go with values`, "leave type out", "type");
    return undefined;
  }
  if (values.length < 2) {
    refuse(
      "a choice needs two values at least",
      undefined,
      ...(input.values === undefined ? [] : ["values"]),
    );
    return undefined;
  }
  const twice = values.findIndex((value, i) => values.indexOf(value) < i);
  if (twice < 0) return values;
  refuse(`${values[twice]} is there twice`, undefined, "values", twice);
  return undefined;
}

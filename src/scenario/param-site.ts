import { near } from "../base/report.ts";
import type { Path } from "../base/yaml.ts";
import { parsePath } from "./overrides.ts";
import type { TargetKnob } from "./schema.ts";
import type { ParamInput } from "./tuning-schema.ts";
import type { TuningSources } from "./tuning-sources.ts";

/** A parameter of a file, and the setting that it turns. */
export interface ParamSite {
  readonly name: string;
  readonly input: ParamInput;
  readonly path: Path;
  /** What is known about the setting without being told; absent where it is no knob. */
  readonly knob?: TargetKnob;
  /** Reports what is wrong with the parameter; `keys` lead to the part that is meant. */
  refuse(message: string, hint?: string, ...keys: readonly (string | number)[]): void;
}

/** Finds the setting of a parameter; undefined where there is none, which is reported. */
export function findSite(name: string, input: ParamInput, sources: TuningSources): ParamSite | undefined {
  const { knobs, scenario, report } = sources;
  const refuse: ParamSite["refuse"] = (message, hint, ...keys) =>
    report({ path: ["params", name, ...keys], message, ...(hint === undefined ? {} : { hint }) });
  const names = knobs?.list.map((knob) => knob.name) ?? [];
  if (input.path === undefined) {
    const knob = knobs?.list.find((one) => one.name === name);
    if (knobs !== undefined && knob !== undefined) {
      return { name, input, path: [...knobs.path, name], knob, refuse };
    }
    const there =
      knobs === undefined ? `kind: ${scenario.target.kind} has none` : `there are ${names.join(", ")}`;
    report({
      path: ["params", name],
      part: "key",
      message: `there is no knob ${name}; ${there}; another setting needs its path, such as path: target.payload`,
      ...near(name, names),
    });
    return undefined;
  }
  const path = parsePath(input.path);
  if (path[0] !== "target" && path[0] !== "load") {
    refuse(`${input.path} cannot be tuned, only settings of target and of load`, undefined, "path");
    return undefined;
  }
  const knobName = knobs === undefined ? undefined : nameBelow(knobs.path, path);
  if (knobName === undefined) return { name, input, path, refuse };
  const knob = knobs?.list.find((one) => one.name === knobName);
  if (knob !== undefined) return { name, input, path, knob, refuse };
  const message = `there is no knob ${knobName}; there are ${names.join(", ")}`;
  refuse(message, near(knobName, names).hint, "path");
  return undefined;
}

/** The last step of a path that stands right under another. */
function nameBelow(parent: Path, path: Path): string | undefined {
  const isBelow = path.length === parent.length + 1 && parent.every((step, i) => path[i] === step);
  return isBelow ? String(path.at(-1)) : undefined;
}

/** The value at a path of a document; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  return value;
}

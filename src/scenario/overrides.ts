import { DynoError } from "../base/errors.ts";
import type { Path } from "../base/yaml.ts";
import { readYaml } from "../base/yaml.ts";

/** A setting that takes the place of the file's: from the command line, or of a variant. */
export interface Override {
  /** Where it comes from, for messages: `--set load.0.rate=20k/s`. */
  readonly label: string;
  readonly path: Path;
  readonly value: unknown;
}

/** Parses `load.0.rate=20k/s`; the value is read as YAML. `option` is what messages call it. Throws a DynoError `usage`. */
export function parseOverride(text: string, option = "--set"): Override {
  const label = `${option} ${text}`;
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new DynoError("usage", `${label}: expected key.path=value, such as load.0.rate=20k/s`);
  }
  const yaml = readYaml(option, value, {});
  const problem = yaml.problems[0];
  if (problem !== undefined) throw new DynoError("usage", `${label}: ${problem.message}`);
  return { label, path: parsePath(key), value: yaml.value };
}

/** The overrides that a variant of a file asks for: `{ target.store: log }`, or the same as nested objects. */
export function overridesOf(variant: string, settings: Readonly<Record<string, unknown>>): Override[] {
  return leavesOf([], settings).map(({ path, value }) => ({
    label: `variant ${variant}: ${path.join(".")}=${JSON.stringify(value)}`,
    path,
    value,
  }));
}

function leavesOf(path: Path, value: unknown): { readonly path: Path; readonly value: unknown }[] {
  const isBranch = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isBranch) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf([...path, ...parsePath(key)], inner));
}

/** The steps of `load.0.rate`; whole numbers count from 0. */
export function parsePath(key: string): Path {
  return key.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** A copy of `root` with the override in it; objects that are missing on the way are made. */
export function applyOverride(root: unknown, { label, path, value }: Override): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inner = (child: unknown): unknown => applyOverride(child, { label, path: rest, value });
  if (Array.isArray(root)) {
    if (typeof step !== "number" || step > root.length) {
      throw new DynoError("usage", `${label}: there is no ${step} in a list of ${root.length}; count from 0`);
    }
    return root.toSpliced(step, 1, inner(root[step]));
  }
  const object = typeof root === "object" && root !== null ? root : {};
  return { ...object, [step]: inner((object as Record<string, unknown>)[String(step)]) };
}

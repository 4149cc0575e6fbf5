import { DynoError } from "../base/errors.ts";
import type { Path } from "../base/yaml.ts";
import { readYaml } from "../base/yaml.ts";

/** A setting from the command line that takes the place of the file's. */
export interface Override {
  readonly text: string;
  readonly path: Path;
  readonly value: unknown;
}

/** Parses `load.0.rate=20k/s`; the value is read as YAML. Throws a DynoError `usage`. */
export function parseOverride(text: string): Override {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new DynoError("usage", `--set ${text}: expected key.path=value, such as load.0.rate=20k/s`);
  }
  const yaml = readYaml("--set", value, {});
  const problem = yaml.problems[0];
  if (problem !== undefined) throw new DynoError("usage", `--set ${text}: ${problem.message}`);
  const path = key.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { text, path, value: yaml.value };
}

/** A copy of `root` with the override in it; objects that are missing on the way are made. */
export function applyOverride(root: unknown, { text, path, value }: Override): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inner = (child: unknown): unknown => applyOverride(child, { text, path: rest, value });
  if (Array.isArray(root)) {
    if (typeof step !== "number" || step > root.length) {
      throw new DynoError(
        "usage",
        `--set ${text}: there is no ${step} in a list of ${root.length}; count from 0`,
      );
    }
    return root.toSpliced(step, 1, inner(root[step]));
  }
  const object = typeof root === "object" && root !== null ? root : {};
  return { ...object, [step]: inner((object as Record<string, unknown>)[String(step)]) };
}

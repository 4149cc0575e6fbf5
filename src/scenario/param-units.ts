import { innermostIssues } from "../base/schema-problems.ts";
import { counts, durations, parseUnit, rates, ratios, sizes, type UnitFamily } from "../base/units.ts";
import type { Path } from "../base/yaml.ts";
import { applyOverride, type Override, parsePath } from "./overrides.ts";
import type { scenarioSchema } from "./schema.ts";
import { type ParamInput, paramsSchema } from "./tuning-schema.ts";

// A search reckons with plain numbers; a scenario says `256B` and `2ms`. Here the one becomes the other.

/** Whether the schema of scenarios takes a value at a path, whatever else is wrong. */
export type Accepts = (path: Path, value: unknown) => boolean;

/** Asks the schema, with a value in its place in a document; where there is no such place it does not take it. */
export function acceptsAt(root: unknown, schema: ReturnType<typeof scenarioSchema>): Accepts {
  return (path, value) => {
    const document = documentWith(root, path, value);
    if (document === undefined) return false;
    const issues = innermostIssues(schema.safeParse(document).error?.issues ?? []);
    const place = `${path.join(".")}.`;
    return !issues.some((issue) => `${issue.path.join(".")}.`.startsWith(place));
  };
}

/** Undefined where a list on the way is too short. */
function documentWith(root: unknown, path: Path, value: unknown): unknown {
  try {
    return applyOverride(root, { label: path.join("."), path, value });
  } catch {
    return undefined;
  }
}

const families: readonly UnitFamily[] = [counts, durations, rates, sizes, ratios];

/** Settings of these need no word on their unit: there is but one that people count in. */
const impliedUnits = ["", "B", "/s"];

/**
 * The unit in which a setting is written that a parameter turns: the parameter's own where the setting takes it, else that
 * of sizes or rates; empty where plain numbers are taken.
 */
export function settingUnit(param: ParamInput, path: Path, accepts: Accepts): string {
  const units = param.unit === undefined ? impliedUnits : isUnit(param.unit) ? [param.unit, ""] : [""];
  const values = [param.default, param.min, param.max].filter((value) => typeof value === "number");
  const found = units.find((unit) => values.some((value) => accepts(path, toSetting(value, unit))));
  return found ?? units[0] ?? "";
}

function isUnit(unit: string): boolean {
  return families.some(({ factors }) => Object.hasOwn(factors, unit));
}

/** Whether the unit tells nothing more than the setting's base unit, in which the schema gives it. */
export function isImpliedUnit(unit: string): boolean {
  return impliedUnits.includes(unit);
}

/** A number as a scenario says it: 256 in `B` is `256B`. */
export function toSetting(value: number, unit: string): number | string {
  return unit === "" ? value : `${value}${unit}`;
}

/** A setting as a number in a unit: `2ms` in `us` is 2000. Undefined where it is no number, or of another kind. */
export function fromSetting(setting: unknown, unit: string): number | undefined {
  if (typeof setting === "number") return setting;
  if (typeof setting !== "string") return undefined;
  for (const family of families) {
    const factor = Object.hasOwn(family.factors, unit) ? family.factors[unit] : undefined;
    const value = parseUnit(setting, family);
    // Twelve digits: 20% is 0.2 in the base unit, and 0.2 / 0.01 is not 20.
    if (factor !== undefined && value !== undefined) return Number((value / factor).toPrecision(12));
  }
  return undefined;
}

/**
 * An override that sets a parameter to a plain number, in the parameter's unit, as the file would say it. So a configuration
 * is laid on a scenario by the paths and values of its parameters alone.
 */
export function inParamUnit(override: Override, root: unknown, accepts: Accepts): Override {
  const { path, value } = override;
  if (typeof value !== "number") return override;
  const params = paramsSchema.safeParse((root as { readonly params?: unknown } | null)?.params);
  if (!params.success) return override;
  const own = Object.values(params.data).find(
    (param) => param?.path !== undefined && parsePath(param.path).join(".") === path.join("."),
  );
  if (!own || own.values !== undefined) return override;
  return { ...override, value: toSetting(value, settingUnit({ ...own, default: value }, path, accepts)) };
}

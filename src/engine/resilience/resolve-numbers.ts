import { DynoError } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";

/** What a number may be, and what it is where none is given. */
export interface NumberRule {
  readonly default: number;
  readonly min: number;
  readonly max?: number;
  /** No fraction. */
  readonly whole?: boolean;
}

/** One rule for each setting. */
export type NumberRules<Settings> = { readonly [Name in keyof Settings]: NumberRule };

/**
 * Checks settings that came from code or from a file, and fills in the defaults. `where` begins each message, such as
 * `breaker payments`. Throws a DynoError `usage` that names the setting that is unknown or cannot be.
 */
export function resolveNumbers<Settings>(
  where: string,
  rules: NumberRules<Settings>,
  given: unknown = {},
): Settings {
  const values = recordOf(where, given);
  refuseUnknown(where, values, Object.keys(rules));
  const settings: Record<string, number> = {};
  for (const [name, rule] of Object.entries<NumberRule>(rules)) {
    const value = values[name];
    if (value === undefined) {
      settings[name] = rule.default;
      continue;
    }
    if (typeof value !== "number" || !fits(value, rule)) {
      throw new DynoError(
        "usage",
        `${where}: ${name} must be ${expected(rule)}, not ${JSON.stringify(value)}`,
      );
    }
    settings[name] = value;
  }
  return settings as Settings;
}

/** A plain object, or a DynoError `usage` that says what it is instead. */
export function recordOf(where: string, given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) {
    return given as Readonly<Record<string, unknown>>;
  }
  throw new DynoError("usage", `${where}: expected settings by name, not ${JSON.stringify(given)}`);
}

/** Throws a DynoError `usage` where a name is not one of the known ones, with the one that was probably meant. */
export function refuseUnknown(
  where: string,
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearestWord(unknown, known);
  const hint = near === undefined ? `; there are ${known.join(", ")}` : `; did you mean ${near}?`;
  throw new DynoError("usage", `${where}: there is no setting ${unknown}${hint}`);
}

function fits(value: number, { min, max = Number.POSITIVE_INFINITY, whole }: NumberRule): boolean {
  return (
    value >= min && value <= max && value < Number.POSITIVE_INFINITY && (!whole || Number.isInteger(value))
  );
}

function expected({ min, max, whole }: NumberRule): string {
  const kind = whole ? "a whole number" : "a number";
  return max === undefined ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`;
}

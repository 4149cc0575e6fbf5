import { z } from "zod";
import { counts, durations, parseUnit, rates, ratios, sizes, type UnitFamily } from "./units.ts";

/** Bounds of a value in its base unit. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A schema for texts with a unit; its output is a number in the family's base unit. */
function unitSchema(family: UnitFamily, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds) {
  const takesBareNumbers = Object.hasOwn(family.factors, "");
  const text = z.string(wrong(family)).regex(new RegExp(family.pattern), wrong(family));
  const input = takesBareNumbers ? z.union([text, z.number()], wrong(family)) : text;
  return input.transform((raw, context) => {
    const value = typeof raw === "number" ? raw : (parseUnit(raw, family) ?? Number.NaN);
    if (value >= min && value <= max) return value;
    context.issues.push({
      code: "custom",
      input: raw,
      message: `${raw} is out of range: ${rangeText(family, min, max)}`,
    });
    return z.NEVER;
  });
}

function wrong(family: UnitFamily) {
  return {
    error: (issue: { readonly input?: unknown }) =>
      issue.input === undefined
        ? undefined
        : `expected ${family.expected}, not ${JSON.stringify(issue.input)}`,
  };
}

function rangeText(family: UnitFamily, min: number, max: number): string {
  const unit = Object.entries(family.factors).find(([, factor]) => factor === 1)?.[0] ?? "";
  return max === Number.MAX_SAFE_INTEGER ? `at least ${min}${unit}` : `from ${min}${unit} to ${max}${unit}`;
}

const dayMicros = 86_400e6;

/** A duration of at most 24 hours; the output is in milliseconds. */
export function durationMs(minMicros = 1) {
  return unitSchema(durations, { min: minMicros, max: dayMicros }).transform((micros) => micros / 1000);
}

/** A duration of at most 24 hours; the output is in microseconds. */
export function durationMicros() {
  return unitSchema(durations, { min: 0, max: dayMicros });
}

/** A rate from `min` to ten million a second; the output is per second. */
export function ratePerSec(min = 0.001) {
  return unitSchema(rates, { min, max: 10_000_000 });
}

/** A size; the output is in bytes. */
export function sizeBytes(bounds: Bounds) {
  return unitSchema(sizes, bounds).transform(Math.round);
}

/** A share from 0 to 1. */
export function ratio() {
  return unitSchema(ratios, { min: 0, max: 1 });
}

/** A whole number, such as 500 or 10k. */
export function count(bounds: Bounds) {
  return unitSchema(counts, bounds).transform(Math.round);
}

import type { ChoiceParam, Config, NumberParam, ParamValue } from "../../../src/scenario/tuning.ts";
import type { Space } from "../../../src/tune/space/space.ts";

/** A system to be tuned that is made of formulas, so that it is known what can be gained. */
export interface System {
  readonly name: string;
  /** What makes it difficult. */
  readonly why: string;
  readonly space: Space;
  /** What a configuration must meet, in words, in the order of the misses. */
  readonly targets: readonly string[];
  /** ln of the objective, free of noise: smaller is better. */
  score(config: Config): number;
  /** For each target how far it is missed, free of noise, as ln of a ratio: above 0 is missed. */
  misses(config: Config): readonly number[];
}

/** A system without targets. */
export function freeSystem(system: Omit<System, "targets" | "misses">): System {
  return { ...system, targets: [], misses: () => [] };
}

/** A whole number that is searched by factors. */
export function count(name: string, min: number, max: number, byDefault: number): NumberParam {
  return { ...named(name), type: "int", scale: "log", unit: "", min, max, default: byDefault };
}

/** A number that is searched by differences. */
export function level(name: string, min: number, max: number, byDefault: number): NumberParam {
  return { ...named(name), type: "real", scale: "linear", unit: "", min, max, default: byDefault };
}

/** A choice; the first value is the default. */
export function choice(name: string, first: ParamValue, ...others: readonly ParamValue[]): ChoiceParam {
  return { ...named(name), type: "choice", values: [first, ...others], default: first };
}

function named(name: string): { name: string; path: string[]; meaning: string } {
  return { name, path: ["target", name], meaning: "" };
}

/** The value of a number; NaN where there is none of that name. */
export function numberOf(config: Config, name: string): number {
  return Number(config[name]);
}

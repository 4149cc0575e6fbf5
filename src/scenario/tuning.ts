import type { Path } from "../base/yaml.ts";

/** The value of one parameter. */
export type ParamValue = number | string | boolean;

/** A configuration: the value of each parameter by its name. */
export type Config = Readonly<Record<string, ParamValue>>;

/** One setting that a search may change. */
export type Param = NumberParam | ChoiceParam;

interface ParamBase {
  /** What tables, messages and constraints call it. */
  readonly name: string;
  /** Where it stands in the scenario: `target.knobs.maxBatch`. */
  readonly path: Path;
  /** What turning it does, in a sentence; empty where nobody said. */
  readonly meaning: string;
}

/** A parameter with an order and a distance. */
export interface NumberParam extends ParamBase {
  readonly type: "int" | "real";
  /** How a search steps: by differences, by factors, or by factors of 1 + the value (for ranges from 0 on). */
  readonly scale: "linear" | "log" | "log1p";
  readonly min: number;
  readonly max: number;
  /** Values are `min` and so many steps; absent: every value (of an int: every whole number). */
  readonly step?: number;
  /** Empty for a plain number. */
  readonly unit: string;
  /** What the scenario has before tuning. */
  readonly default: number;
}

/** A parameter whose values have no order; a boolean is a choice of false and true. */
export interface ChoiceParam extends ParamBase {
  readonly type: "choice";
  /** At least two, all different. */
  readonly values: readonly ParamValue[];
  readonly default: ParamValue;
}

/** What a configuration must satisfy, whatever is measured, such as `maxBatch <= maxPendingEvents`. */
export interface ParamConstraint {
  /** As the user wrote it. */
  readonly text: string;
  holds(config: Config): boolean;
}

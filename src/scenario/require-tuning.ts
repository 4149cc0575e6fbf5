import { DynoError } from "../base/errors.ts";
import type { Phase, Scenario, TuningSpec } from "./scenario.ts";

/** What a scenario says on being tuned. Throws a DynoError `usage` with the lines to add where it says nothing. */
export function requireTuning({ file, tuning, target, load }: Scenario): TuningSpec {
  if (tuning !== undefined) return tuning;
  const params =
    target.kind === "engine"
      ? "params: { maxBatch: {}, inFlight: {} }"
      : "params: { size: { path: target.SETTING, type: int, min: 1, max: 64, default: 8 } }";
  throw new DynoError(
    "usage",
    `${file} does not say what to tune for; add objective: ${objectiveExample(load)}, and ${params}`,
  );
}

/** An objective that a load can be measured for, as a file would say it. */
export function objectiveExample([first]: readonly Phase[]): string {
  const phase = first?.phase ?? "steady";
  return first?.loop === "closed" ? `{ maximize: throughput in ${phase} }` : `{ minimize: p50 in ${phase} }`;
}

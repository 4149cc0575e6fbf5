import { DynoError } from "../../base/errors.ts";
import type { Scenario } from "../../scenario/scenario.ts";

/** A study has no phases that could be compared or tuned in short turns. Throws a DynoError `usage`. */
export function refuseStudy({ file, study }: Scenario): void {
  if (study === undefined) return;
  throw new DynoError(
    "usage",
    `${file} asks for its ${study.kind}, which \`dyno run\` finds; comparing and tuning need phases: give \`load\` as a list, such as [{ phase: steady, shape: constant-rate, rate: 1k/s, for: 5s }]`,
  );
}

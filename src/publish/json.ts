import type { CapacityResult } from "../measure/capacity.ts";
import type { ComparisonResult } from "../measure/comparison.ts";
import type { MatrixResult } from "../measure/matrix.ts";
import type { RunResult } from "../measure/result.ts";
import type { SweepResult } from "../measure/sweep.ts";
import type { TuneResult } from "../measure/tuning.ts";

/** result.json, comparison.json, tuning.json, matrix.json, capacity.json, sweep.json: everything that is known. Numbers that are no numbers become null. */
export function renderJson(
  result: RunResult | ComparisonResult | TuneResult | MatrixResult | CapacityResult | SweepResult,
): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

import type { ComparisonResult } from "../measure/comparison.ts";
import type { MatrixResult } from "../measure/matrix.ts";
import type { RunResult } from "../measure/result.ts";
import type { TuneResult } from "../measure/tuning.ts";

/** result.json, comparison.json, tuning.json, matrix.json: everything that is known. Numbers that are no numbers become null. */
export function renderJson(result: RunResult | ComparisonResult | TuneResult | MatrixResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

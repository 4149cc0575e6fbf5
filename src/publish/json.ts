import type { ComparisonResult } from "../measure/comparison.ts";
import type { RunResult } from "../measure/result.ts";

/** result.json, comparison.json: everything that is known. Numbers that are no numbers become null. */
export function renderJson(result: RunResult | ComparisonResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

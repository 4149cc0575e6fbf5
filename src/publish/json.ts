import type { RunResult } from "../measure/result.ts";

/** result.json: everything that is known about a run. Numbers that are no numbers become null. */
export function renderJson(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

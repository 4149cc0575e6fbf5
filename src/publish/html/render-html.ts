import type { RunResult } from "../../measure/result.ts";

/** The report of a run as one HTML file. */
export function renderHtml(result: RunResult): string {
  return `<!doctype html><title>${result.scenario.name}</title>`;
}

import type { RunRequest, RunWatch, StartRun } from "../../src/serve/run-desk.ts";

/** A run whose events and end are in the hands of a test. */
export interface ScriptedRun {
  readonly request: RunRequest;
  readonly watch: RunWatch;
  readonly signal: AbortSignal;
  end(exitCode: number): void;
  fail(error: Error): void;
}

/** Runs that do what a test says; the newest is last. One that is aborted ends with 130, as a real one does. */
export function scriptedRuns(): { readonly startRun: StartRun; readonly runs: readonly ScriptedRun[] } {
  const runs: ScriptedRun[] = [];
  const startRun: StartRun = (request, watch, signal) =>
    new Promise((resolve, reject) => {
      runs.push({ request, watch, signal, end: resolve, fail: reject });
      signal.addEventListener("abort", () => resolve(130), { once: true });
    });
  return { startRun, runs };
}

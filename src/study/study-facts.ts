import type { Environment } from "../measure/result.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** What the result of a study is made of, beside what was measured. */
export interface StudyFacts {
  readonly scenario: Scenario;
  /** The command that does this again. */
  readonly command: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly environment: Environment;
  /** Why the target could not be set up. */
  readonly setupError?: Error;
  /** By which signal, where it was interrupted by one. */
  readonly interrupted?: "SIGINT" | "SIGTERM";
}

/** The outcome of a study that did not come to its end; undefined where it did. */
export function unfinished({ setupError, interrupted }: StudyFacts):
  | {
      readonly outcome: "setup_failed" | "interrupted";
      readonly exitCode: number;
      readonly reason: string;
    }
  | undefined {
  if (interrupted !== undefined) {
    const exitCode = interrupted === "SIGTERM" ? 143 : 130;
    return {
      outcome: "interrupted",
      exitCode,
      reason: "It was interrupted; what was measured until then is here.",
    };
  }
  if (setupError === undefined) return undefined;
  const line = setupError.message.split("\n")[0] ?? "";
  return { outcome: "setup_failed", exitCode: 4, reason: /[.!?]$/.test(line) ? line : `${line}.` };
}

import type { RunEntry } from "./run-entry.ts";

/** A report in a line: what was done, when, and what it came to. A gate of three scenarios makes three. */
export interface ReportSummary
  extends Pick<RunEntry, "kind" | "startedAt" | "durationMs" | "outcome" | "exitCode" | "reason" | "anchor"> {
  /** Its name in the folder of reports. */
  readonly folder: string;
  /** The scenario's. */
  readonly name: string;
  /** Whether there is a report.html. */
  readonly hasPage: boolean;
}

/** A folder of reports in a line: what was done, when, and what it came to. */
export interface ReportSummary {
  /** Its name in the folder of reports. */
  readonly folder: string;
  /** `run`, `gate`, `ab`, `tune`, or whatever its result calls itself. */
  readonly kind: string;
  /** The scenario's name, or the gate's. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: string;
  readonly exitCode: number;
  readonly reason: string;
  /** Whether there is a report.html. */
  readonly hasPage: boolean;
}

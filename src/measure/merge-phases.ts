import { createHistogram, decodeHistogram, type LatencyHistogram } from "../stats/histogram.ts";
import type { PhaseResult, TrialResult } from "./result.ts";

/** One measured phase over all trials: counts added, histograms merged, percentiles never averaged. */
export interface MergedPhase {
  readonly phase: string;
  readonly loop: PhaseResult["loop"];
  readonly asked: number;
  readonly sent: number;
  readonly completed: number;
  readonly failed: number;
  /** The sum over the trials. */
  readonly durationMs: number;
  readonly response: LatencyHistogram;
  readonly service: LatencyHistogram;
  readonly lag: LatencyHistogram;
}

/** Merges the measured phases of all trials by name, in the order in which they ran. Warm-up is left out. */
export function mergePhases(trials: readonly TrialResult[]): readonly MergedPhase[] {
  const byName = new Map<string, PhaseResult[]>();
  for (const phase of trials.flatMap((trial) => trial.phases)) {
    if (phase.kind === "measured") byName.set(phase.phase, [...(byName.get(phase.phase) ?? []), phase]);
  }
  return [...byName.values()].map(mergeSame);
}

function mergeSame(phases: readonly PhaseResult[]): MergedPhase {
  const sum = (read: (phase: PhaseResult) => number): number =>
    phases.reduce((total, phase) => total + read(phase), 0);
  return {
    phase: phases[0]?.phase ?? "",
    loop: phases[0]?.loop ?? "open",
    asked: sum((phase) => phase.asked),
    sent: sum((phase) => phase.sent),
    completed: sum((phase) => phase.completed),
    failed: sum((phase) => phase.failed),
    durationMs: sum((phase) => phase.durationMs),
    response: merged(phases.map((phase) => phase.response)),
    service: merged(phases.map((phase) => phase.service)),
    lag: merged(phases.map((phase) => phase.lag)),
  };
}

function merged(encoded: readonly string[]): LatencyHistogram {
  const total = createHistogram();
  for (const one of encoded) total.add(decodeHistogram(one));
  return total;
}

import type { VariantPhase } from "../../measure/comparison.ts";
import type { ArmFigures, ArmPhase } from "../../measure/pair.ts";
import type { PhaseResult, TrialResult } from "../../measure/result.ts";
import { createHistogram, decodeHistogram, type LatencyHistogram } from "../../stats/histogram.ts";

const noHistogram = createHistogram().encode();
const noHiccups = { count: 0, p50Micros: 0, p99Micros: 0, maxMicros: 0, lostRatio: 0 };

/** What the processes of one side did, as trials: so that a scenario's own targets can be judged on it. */
export function armTrials(arms: readonly ArmFigures[]): TrialResult[] {
  return arms.map((arm, trial) => ({
    trial,
    seed: 0,
    startedAt: "",
    status: "completed",
    phases: arm.phases.map((phase) => phaseResult(phase, arm.rssPeakBytes)),
    timeline: [],
    marks: [],
    checks: arm.checks,
    warnings: [],
  }));
}

function phaseResult(figures: ArmPhase, rssPeakBytes: number): PhaseResult {
  const { phase, loop, completed, failed, errors, measuredMs, response, cpuMicrosPerOp } = figures;
  const sent = completed + failed;
  const cpuMean = cpuMicrosPerOp.reduce((sum, value) => sum + value, 0) / Math.max(1, cpuMicrosPerOp.length);
  return {
    phase,
    kind: "measured",
    loop,
    shape: loop === "closed" ? "concurrency" : "constant-rate",
    startMs: 0,
    durationMs: measuredMs,
    asked: sent,
    sent,
    sentInTime: sent,
    completed,
    failed,
    unanswered: 0,
    errors,
    response,
    service: response,
    lag: noHistogram,
    failures: noHistogram,
    cpuMicros: cpuMean * completed,
    spun: false,
    rssPeakBytes,
    hiccups: noHiccups,
  };
}

/** All latencies of one side, phase by phase. */
export function mergeArms(arms: readonly ArmFigures[]): VariantPhase[] {
  const merged = new Map<string, { completed: number; failed: number; response: LatencyHistogram }>();
  for (const { phases } of arms) {
    for (const { phase, completed, failed, response } of phases) {
      const known = merged.get(phase) ?? { completed: 0, failed: 0, response: createHistogram() };
      known.completed += completed;
      known.failed += failed;
      known.response.add(decodeHistogram(response));
      merged.set(phase, known);
    }
  }
  return [...merged].map(([phase, { response, ...counts }]) => ({
    phase,
    ...counts,
    response: response.encode(),
  }));
}

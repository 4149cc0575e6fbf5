import type { ArmFigures, ArmPhase } from "../../src/measure/pair.ts";
import { createHistogram } from "../../src/stats/histogram.ts";

/** A phase of a closed loop whose operations all take `micros` and whose batches cost a 64th of it each. */
export function sampleArmPhase(micros: number, change: Partial<ArmPhase> = {}): ArmPhase {
  const completed = change.completed ?? 1000;
  const response = createHistogram();
  for (let i = 0; i < completed; i++) response.record(micros);
  return {
    phase: "full",
    loop: "closed",
    completed,
    failed: 0,
    errors: [],
    measuredMs: (micros * completed) / 64_000,
    costMicros: completed === 0 ? [] : new Array<number>(12).fill(micros / 64),
    p50Micros: completed === 0 ? [] : new Array<number>(12).fill(micros),
    cpuMicrosPerOp: completed === 0 ? [] : new Array<number>(12).fill(micros / 80),
    response: response.encode(),
    ...change,
  };
}

/** What a process did in these phases. */
export function sampleArm(...phases: readonly ArmPhase[]): ArmFigures {
  return { phases, rssPeakBytes: 1e8, checks: [] };
}

import type { ArmPhase } from "../../measure/pair.ts";
import type { ErrorCount } from "../../measure/result.ts";
import type { Phase } from "../../scenario/scenario.ts";
import { createHistogram } from "../../stats/histogram.ts";
import type { SliceFigures } from "./slice-recorder.ts";

/** Sums up the slices of one phase. */
export interface PhaseTotals {
  /** `cpuMicros`: of the process and of the target's other processes, in the whole slice. */
  add(slice: SliceFigures, cpuMicros: number, operationsPerSample?: number): void;
  figures(): ArmPhase;
}

/** Creates empty totals. */
export function createPhaseTotals({ phase, loop }: Phase, varies: boolean): PhaseTotals {
  const response = createHistogram();
  const errors = new Map<string, ErrorCount>();
  const costMicros: number[] = [];
  const p50Micros: number[] = [];
  const cpuMicrosPerOp: number[] = [];
  let completed = 0;
  let failed = 0;
  let measuredMs = 0;
  let operationsPerSample = 1;
  return {
    add: (slice, cpuMicros, operations = 1) => {
      operationsPerSample = Math.max(operationsPerSample, operations);
      completed += slice.completed;
      failed += slice.failed;
      measuredMs += slice.measuredMs;
      costMicros.push(...slice.batchCosts);
      if (slice.latencies.count > 0) p50Micros.push(slice.latencies.quantile(0.5));
      if (slice.completedInAll > 0) cpuMicrosPerOp.push(cpuMicros / slice.completedInAll);
      response.add(slice.latencies);
      for (const error of slice.errors) {
        const known = errors.get(error.kind) ?? { ...error, count: 0 };
        errors.set(error.kind, { ...known, count: known.count + error.count });
      }
    },
    figures: () => ({
      phase,
      loop,
      ...(varies ? { varies } : {}),
      completed,
      failed,
      errors: [...errors.values()],
      ...(operationsPerSample > 1 ? { operationsPerSample } : {}),
      measuredMs,
      costMicros,
      p50Micros,
      cpuMicrosPerOp,
      response: response.encode(),
    }),
  };
}

import { type ArmMetric, readMemory, readPhase } from "../compare/pair-metrics.ts";
import type { StoredFigures } from "./baseline.ts";

/** The metrics of one block of a baseline, as `readArm` gives them of a fresh one. */
export function readStoredFigures({ phases, rssPeakBytes }: StoredFigures): ArmMetric[] {
  return [
    ...phases.flatMap(({ quantiles, ...figures }) => readPhase(figures, (name) => quantiles[name])),
    readMemory(rssPeakBytes),
  ];
}

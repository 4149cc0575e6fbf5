import { setTimeout as sleep } from "node:timers/promises";
import type { TrialBench } from "../../drive/run.ts";
import type { TrialResult } from "../../measure/result.ts";
import { heldAtRate } from "../../scenario/load-shapes.ts";
import type { CapacitySpec, OpenPhase, Scenario } from "../../scenario/scenario.ts";
import { type CapacityFound, type CapacityOrder, findCapacity } from "./find-capacity.ts";
import { judgeLevel } from "./judge-level.ts";

/** How to search. */
export interface RunCapacityOptions extends Pick<CapacityOrder, "elapsedMs" | "onLevel" | "signal"> {
  readonly bench: TrialBench;
  readonly spec: CapacitySpec;
  readonly phase: OpenPhase;
}

/** After a rate that was too much, the target is given so long to come to itself. */
const recoveryMs = 500;

/** Searches by trials, each of a fresh process with a warm-up of its own, and gives the trial that was the last. */
export async function runCapacity(
  scenario: Scenario,
  { bench, spec, phase, elapsedMs, onLevel, signal }: RunCapacityOptions,
): Promise<{ readonly found: CapacityFound; readonly last?: TrialResult }> {
  let last: TrialResult | undefined;
  let count = 0;
  const found = await findCapacity({
    ...spec,
    elapsedMs,
    onLevel,
    signal,
    measureLevel: async (ratePerSec, holdMs) => {
      const load = [heldAtRate(phase, ratePerSec, holdMs)];
      last = await bench.run({ ...scenario, load }, count++);
      const measured = judgeLevel(spec.until, last);
      if (measured.outcome !== "met") await sleep(recoveryMs, undefined, { signal }).catch(() => undefined);
      return measured;
    },
  });
  return last === undefined ? { found } : { found, last };
}

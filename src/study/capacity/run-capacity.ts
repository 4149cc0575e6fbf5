import { setTimeout as sleep } from "node:timers/promises";
import { endOf, type TrialBench } from "../../drive/run.ts";
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

/** What a search by trials came to, as far as it came. */
export interface CapacityRun {
  readonly found: CapacityFound;
  /** The trial that was the last. */
  readonly last?: TrialResult;
  /** Why the target could not be set up for a further one. */
  readonly setupError?: Error;
}

/** Searches by trials, each of a fresh process with a warm-up of its own. What was measured before a trial failed stands. */
export async function runCapacity(
  scenario: Scenario,
  { bench, spec, phase, elapsedMs, onLevel, signal }: RunCapacityOptions,
): Promise<CapacityRun> {
  let last: TrialResult | undefined;
  let ended: Pick<CapacityRun, "setupError"> = {};
  let count = 0;
  const found = await findCapacity({
    ...spec,
    elapsedMs,
    onLevel,
    signal,
    measureLevel: async (ratePerSec, holdMs) => {
      const load = [heldAtRate(phase, ratePerSec, holdMs)];
      try {
        last = await bench.run({ ...scenario, load }, count++);
      } catch (error) {
        ended = endOf(error, signal);
        return undefined;
      }
      const measured = judgeLevel(spec.until, last);
      if (measured.outcome !== "met") await sleep(recoveryMs, undefined, { signal }).catch(() => undefined);
      return measured;
    },
  });
  return { found, ...(last === undefined ? {} : { last }), ...ended };
}

import { createRandom, deriveSeed } from "../../base/random.ts";
import { endOf, type TrialBench } from "../../drive/run.ts";
import type { TrialResult } from "../../measure/result.ts";
import { heldAtClients } from "../../scenario/load-shapes.ts";
import type { ClosedPhase, Scenario, SweepSpec } from "../../scenario/scenario.ts";
import { shuffle } from "../../stats/shuffle.ts";

/** How to sweep. */
export interface RunSweepOptions {
  readonly bench: TrialBench;
  readonly spec: SweepSpec;
  readonly phase: ClosedPhase;
  readonly signal: AbortSignal;
  readonly onRound: (round: number, of: number) => void;
}

/** What the phase of a level is called. */
export function levelPhase(clients: number): string {
  return `clients-${clients}`;
}

/** What a sweep came to, as far as it came. */
export interface SweepRun {
  /** One a round. */
  readonly trials: readonly TrialResult[];
  /** Why the target could not be set up for a further one. */
  readonly setupError?: Error;
}

/**
 * Measures each level once a round, in an order that is shuffled by the seed; each round is a trial in a fresh process. What
 * was measured before a trial failed stands.
 */
export async function runSweep(
  scenario: Scenario,
  { bench, spec, phase, signal, onRound }: RunSweepOptions,
): Promise<SweepRun> {
  const random = createRandom(deriveSeed(scenario.seed, "sweep"));
  const trials: TrialResult[] = [];
  for (let round = 0; round < spec.rounds && !signal.aborted; round++) {
    onRound(round, spec.rounds);
    const order = [...shuffle(Float64Array.from(spec.clients), random)];
    const load = order.map((clients) => ({
      ...heldAtClients(phase, clients, spec.holdMs),
      phase: levelPhase(clients),
    }));
    try {
      trials.push(await bench.run({ ...scenario, load }, round));
    } catch (error) {
      return { trials, ...endOf(error, signal) };
    }
  }
  return { trials };
}

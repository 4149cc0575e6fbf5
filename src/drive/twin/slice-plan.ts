import { heldAtClients, heldAtRate, meanRate, rateAt } from "../../scenario/load-shapes.ts";
import type { Phase } from "../../scenario/scenario.ts";
import type { SliceAnswer } from "./twin-messages.ts";

/** How a phase is cut into slices. */
export interface PhasePlan {
  readonly phase: Phase;
  /** Slices of each arm in a pair. */
  readonly rounds: number;
  readonly sliceMs: number;
  readonly leadMs: number;
  readonly batchOperations: number;
  /** Whether its slices have different loads. */
  readonly varies: boolean;
}

/** Short enough that two neighbours see the same machine. */
const shortestSliceMs = 16;
const shortestLeadMs = 4;
const longestSliceMs = 2000;
/** All slices of one arm and one phase together. */
const phaseMs = 320;
const fewestRounds = 6;
const mostRounds = 20;
/** A batch takes about so long: it sees little of other processes, and most of what the target does. */
const batchMicros = 2000;
const fewestInBatch = 20;
/** A median of fewer operations says little. */
const sliceOperations = 100;

/**
 * Plans a phase by what its warm-up showed: slices of 16 ms where that holds enough operations, longer ones for a target
 * that is slow or a rate that is low, and a lead-in that lets the first operations come back.
 */
export function planPhase(phase: Phase, warm: SliceAnswer): PhasePlan {
  const microsPerOp = phase.loop === "open" ? 1e6 / meanRate(phase) : warm.costMicros;
  const wantedMs = Math.max(
    shortestSliceMs,
    (sliceOperations * microsPerOp) / 1000,
    (4 * warm.p50Micros) / 1000,
  );
  const sliceMs = Math.ceil(Math.min(longestSliceMs, wantedMs));
  const leadMs = Math.ceil(Math.min(sliceMs, Math.max(shortestLeadMs, (2 * warm.p50Micros) / 1000)));
  const rounds = Math.min(mostRounds, Math.max(fewestRounds, Math.round(phaseMs / sliceMs)));
  // An even number: each arm is first as often as the other.
  const batchOperations = batchOf(phase, warm.costMicros);
  return { phase, sliceMs, leadMs, batchOperations, varies: doesVary(phase), rounds: rounds + (rounds % 2) };
}

/**
 * Operations of a batch: in a closed loop a whole number for each client. Answers come in bursts, to all clients at once
 * where they are committed together, and a batch that ended inside of a burst would count a part of it.
 */
export function batchOf(phase: Phase, costMicros: number): number {
  const clients = phase.loop === "closed" ? Math.max(phase.fromClients, phase.toClients) : 1;
  const wanted = Math.max(fewestInBatch, costMicros > 0 ? batchMicros / costMicros : fewestInBatch);
  return clients * Math.max(1, Math.round(wanted / clients), Math.ceil(fewestInBatch / clients));
}

function doesVary(phase: Phase): boolean {
  if (phase.loop === "closed") return phase.fromClients !== phase.toClients;
  return phase.corners.some(({ ratePerSec }) => ratePerSec !== phase.corners[0]?.ratePerSec);
}

/** What a phase is warmed up with: its mean rate, its most clients. */
export function warmupLoad(phase: Phase, durationMs: number): Phase {
  if (phase.loop === "closed") {
    return heldAtClients(phase, Math.max(phase.fromClients, phase.toClients), durationMs);
  }
  return heldAtRate(phase, meanRate(phase), durationMs);
}

/** The phase of one slice: as long as the slice with its lead-in, at the rate or the clients that the phase has at that share of its time. */
export function slicePhase({ phase, sliceMs, leadMs, rounds }: PhasePlan, round: number): Phase {
  return shortened(phase, sliceMs + leadMs, (round + 0.5) / rounds);
}

/** The same load as in the phase at a share of its time (0 to 1), held for so long. */
function shortened(phase: Phase, durationMs: number, share: number): Phase {
  if (phase.loop === "closed") {
    const clients = Math.round(phase.fromClients + (phase.toClients - phase.fromClients) * share);
    return heldAtClients(phase, clients, durationMs);
  }
  return heldAtRate(phase, rateAt(phase, share * phase.durationMs), durationMs);
}

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

/** How much is measured of each phase. */
export interface PlanExtent {
  /** A share of what a pair of a comparison measures: from 0.25 to 1. */
  readonly length: number;
  /** The fewest operations that each arm should have in a phase: for a quantile that few would not show. */
  operationsOf(phase: string): number;
  /**
   * An arm that needs slices so many times longer than the fastest one's has a plan of its own, since the others should
   * not wait for it. Infinity: all have the same.
   */
  readonly patience: number;
}

/** What a pair of a comparison measures. */
export const wholePair: PlanExtent = { length: 1, operationsOf: () => 0, patience: Infinity };

/** Short enough that two neighbours see the same machine. */
const shortestSliceMs = 16;
const shortestLeadMs = 4;
const longestSliceMs = 2000;
/** Of an arm with a plan of its own. */
const longestApartMs = 250;
const roundsApart = 2;
/** All slices of one arm and one phase together. */
const phaseMs = 320;
/** That, where so many operations are asked for. */
const longestPhaseMs = 4 * phaseMs;
const fewestRounds = 6;
const mostRounds = 20;
/** A batch takes about so long: it sees little of other processes, and most of what the target does. */
const batchMicros = 2000;
const fewestInBatch = 20;
/** A median of fewer operations says little. */
const sliceOperations = 100;

/** Plans a phase for each arm by what its warm-up showed: the same for all, but for those that are far slower. */
export function planArms(
  phase: Phase,
  warm: readonly SliceAnswer[],
  extent: PlanExtent = wholePair,
): PhasePlan[] {
  const apart = needApart(phase, warm, extent);
  const shared = planPhase(phase, typicalOf(warm.filter((_, i) => apart[i] !== true)), extent);
  return warm.map((answer, i) => (apart[i] === true ? planApart(phase, answer, shared, extent) : shared));
}

/** Which arms are so slow that they have a plan of their own. */
export function needApart(
  phase: Phase,
  warm: readonly SliceAnswer[],
  { patience }: Pick<PlanExtent, "patience">,
): boolean[] {
  const needsMs = warm.map((answer) => sliceNeedMs(phase, answer));
  const fastestMs = Math.min(...needsMs);
  return needsMs.map((needMs) => needMs > patience * fastestMs);
}

/** Few and short slices: nobody needs to know exactly how slow a target is. An overloaded one answers long after they end. */
function planApart(phase: Phase, warm: SliceAnswer, shared: PhasePlan, extent: PlanExtent): PhasePlan {
  const own = planPhase(phase, warm, extent);
  const overload = phase.loop === "open" ? Math.max(1, warm.costMicros / microsPerOp(phase, warm)) : 1;
  const longestMs = Math.max(shared.sliceMs, Math.ceil(longestApartMs / overload));
  const sliceMs = Math.min(own.sliceMs, longestMs);
  return { ...own, sliceMs, leadMs: Math.min(own.leadMs, sliceMs), rounds: roundsApart };
}

/** The upper medians: of two the slower one; of more, one that was only disturbed decides nothing. */
function typicalOf(answers: readonly SliceAnswer[]): SliceAnswer {
  const upper = (read: (answer: SliceAnswer) => number): number =>
    answers.map(read).toSorted((a, b) => a - b)[answers.length >> 1] ?? 0;
  return {
    completed: upper(({ completed }) => completed),
    failed: 0,
    costMicros: upper(({ costMicros }) => costMicros),
    p50Micros: upper(({ p50Micros }) => p50Micros),
  };
}

/**
 * Plans a phase by what its warm-up showed: slices of 16 ms where that holds enough operations, longer ones for a target
 * that is slow or a rate that is low, and a lead-in that lets the first operations come back.
 */
export function planPhase(phase: Phase, warm: SliceAnswer, extent: PlanExtent = wholePair): PhasePlan {
  const operationsMs = (extent.operationsOf(phase.phase) * microsPerOp(phase, warm)) / 1000;
  const neededMs = Math.min(operationsMs, longestPhaseMs);
  const armMs = Math.max(phaseMs * extent.length, neededMs);
  const most = Math.ceil(mostRounds * extent.length);
  const wantedMs = Math.max(sliceNeedMs(phase, warm), neededMs / most);
  const sliceMs = Math.ceil(Math.min(longestSliceMs, wantedMs));
  const leadMs = Math.ceil(Math.min(sliceMs, Math.max(shortestLeadMs, (2 * warm.p50Micros) / 1000)));
  const fewest = Math.ceil(fewestRounds * extent.length);
  const rounds = Math.min(most, Math.max(fewest, Math.round(armMs / sliceMs)));
  // An even number: each arm is first as often as the other.
  const batchOperations = batchOf(phase, warm.costMicros);
  return { phase, sliceMs, leadMs, batchOperations, varies: doesVary(phase), rounds: rounds + (rounds % 2) };
}

function microsPerOp(phase: Phase, { costMicros }: SliceAnswer): number {
  return phase.loop === "open" ? 1e6 / meanRate(phase) : costMicros;
}

/** How long a slice must be to hold enough operations. */
function sliceNeedMs(phase: Phase, warm: SliceAnswer): number {
  const enoughMs = (sliceOperations * microsPerOp(phase, warm)) / 1000;
  return Math.max(shortestSliceMs, enoughMs, (4 * warm.p50Micros) / 1000);
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

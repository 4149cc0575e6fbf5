import type { Phase, WarmupSpec } from "../../scenario/scenario.ts";
import { isSteady, type WarmupWindow } from "../load/steady.ts";
import { batchOf, warmupLoad } from "./slice-plan.ts";
import type { SliceAnswer, SliceOrder } from "./twin-messages.ts";
import { type TwinProcess, whileWorking } from "./twin-process.ts";

/** How long processes are warmed up, all phases together. Milliseconds. */
interface WarmthBounds {
  readonly leastMs: number;
  readonly mostMs: number;
  /** How long a window is at first. */
  readonly windowMs: number;
  /** Wall time, in which the slowest of them answers: windows of an overloaded target take much longer than they should. */
  readonly wallMs: number;
}

/** A process that is fresh: most of what it gains comes in its first half second, and pairs must be many. */
const fresh: WarmthBounds = { leastMs: 300, mostMs: 500, windowMs: 40, wallMs: Infinity };
/** A fresh one that will be kept: what it gains later would look like a gain of what it measures then. */
const toBeKept: WarmthBounds = { leastMs: 1200, mostMs: 1200, windowMs: 40, wallMs: 4000 };
/** One whose code is warm already, with a target that is new. */
const kept: WarmthBounds = { leastMs: 120, mostMs: 120, windowMs: 20, wallMs: 500 };
const longestWindowMs = 1000;
/** Fewer operations in a window than this, and it is made longer. */
const windowOperations = 20;

/**
 * Warms processes up, side by side and in step, until all are steady or the time is over. Each gets the same load. One that
 * completes nothing is given up. `keeps`: other targets will follow in the same processes.
 */
export async function warmUpTogether(
  processes: readonly TwinProcess[],
  load: readonly Phase[],
  { maxMs }: WarmupSpec,
  keeps: boolean,
): Promise<void> {
  const atFirst = keeps ? toBeKept : fresh;
  const cold = processes.filter(({ hasWorked }) => !hasWorked);
  for (const phase of load) await warmPhase(cold, phase, shareOf(atFirst, maxMs, load.length));
  if (cold.length === processes.length) return;
  for (const phase of load) await warmPhase(processes, phase, shareOf(kept, maxMs, load.length));
}

/** What one of so many phases has of the time. */
function shareOf(bounds: WarmthBounds, maxMs: number, phases: number): WarmthBounds {
  const mostMs = Math.min(bounds.mostMs, maxMs);
  const leastMs = Math.min(bounds.leastMs, mostMs);
  return { ...bounds, leastMs: leastMs / phases, mostMs: mostMs / phases, wallMs: bounds.wallMs / phases };
}

async function warmPhase(
  all: readonly TwinProcess[],
  phase: Phase,
  { leastMs, mostMs, wallMs, ...bounds }: WarmthBounds,
): Promise<void> {
  const startedMs = performance.now();
  const seen = new Map<TwinProcess, WarmupWindow[]>();
  let windowMs = Math.min(bounds.windowMs, mostMs);
  for (let spentMs = 0; spentMs < mostMs; spentMs += windowMs) {
    const processes = all.filter(({ broken }) => broken === undefined);
    if (processes.length === 0) return;
    const order = warmupOrder(phase, windowMs);
    const answers = await Promise.all(processes.map((process) => warmSlice(process, order)));
    processes.forEach((process, i) => {
      const windows = seen.get(process) ?? [];
      seen.set(process, windows);
      const answer = answers[i];
      if (answer !== undefined) windows.push(windowOf(answer));
    });
    const areSteady = processes.every((process) => isSteady(seen.get(process) ?? []));
    if (spentMs + windowMs >= leastMs && areSteady) return;
    if (performance.now() - startedMs > wallMs) return;
    if (answers.some((answer) => answer !== undefined && answer.completed < windowOperations))
      windowMs = Math.min(longestWindowMs, windowMs * 2);
  }
}

function windowOf({ costMicros, p50Micros }: SliceAnswer): WarmupWindow {
  return { completedPerSec: costMicros === 0 ? 0 : 1e6 / costMicros, serviceP50: p50Micros };
}

/**
 * Works once more, each process alone, to see what slices it needs. One answer a process; undefined of those that broke
 * down.
 */
export async function probe(
  processes: readonly TwinProcess[],
  phase: Phase,
): Promise<(SliceAnswer | undefined)[]> {
  const answers: (SliceAnswer | undefined)[] = [];
  for (const process of processes) answers.push(await probeOne(process, phase));
  return answers;
}

async function probeOne(process: TwinProcess, phase: Phase): Promise<SliceAnswer | undefined> {
  for (let windowMs = fresh.windowMs; ; windowMs *= 2) {
    const answer = await warmSlice(process, warmupOrder(phase, windowMs));
    if (answer === undefined || answer.completed >= windowOperations || windowMs >= longestWindowMs)
      return answer;
  }
}

/** Undefined where the process broke down. One that only fails would go on failing, each time after the drain time, until long after the budget. */
async function warmSlice(process: TwinProcess, order: SliceOrder): Promise<SliceAnswer | undefined> {
  const answer = await whileWorking(process, () => process.slice(order));
  if (answer === undefined || answer.completed > 0 || answer.failed === 0) return answer;
  const first = answer.failure === undefined ? "" : `, the first with ${answer.failure}`;
  process.giveUp(
    `completed no operation of ${order.phase.phase} in its warm-up; ${answer.failed} failed${first}`,
  );
  return undefined;
}

function warmupOrder(phase: Phase, windowMs: number): SliceOrder {
  return {
    phase: warmupLoad(phase, windowMs),
    leadMs: 0,
    batchOperations: batchOf(phase, 0),
    varies: false,
    seed: 0,
    isWarmup: true,
  };
}

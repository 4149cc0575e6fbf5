import type { Phase, WarmupSpec } from "../../scenario/scenario.ts";
import { isSteady, type WarmupWindow } from "../load/steady.ts";
import { batchOf, warmupLoad } from "./slice-plan.ts";
import type { SliceAnswer, SliceOrder } from "./twin-messages.ts";
import type { TwinProcess } from "./twin-process.ts";

/** The longest warm-up of a process: most of what it gains comes in its first half second, and pairs must be many. */
const longestMs = 500;
const shortestMs = 300;
const firstWindowMs = 40;
const longestWindowMs = 1000;
/** Fewer operations in a window than this, and it is made longer. */
const windowOperations = 20;

/** Warms processes up, side by side and in step, until all are steady or the time is over. Each gets the same load. */
export async function warmUpTogether(
  processes: readonly TwinProcess[],
  load: readonly Phase[],
  { minMs, maxMs }: WarmupSpec,
): Promise<void> {
  const mostMs = Math.min(longestMs, maxMs) / load.length;
  const leastMs = Math.min(shortestMs, Math.max(minMs, shortestMs)) / load.length;
  for (const phase of load) await warmPhase(processes, phase, Math.min(leastMs, mostMs), mostMs);
}

async function warmPhase(
  processes: readonly TwinProcess[],
  phase: Phase,
  leastMs: number,
  mostMs: number,
): Promise<void> {
  const seen: WarmupWindow[][] = processes.map(() => []);
  let windowMs = Math.min(firstWindowMs, mostMs);
  for (let spentMs = 0; spentMs < mostMs; spentMs += windowMs) {
    const order = warmupOrder(phase, windowMs);
    const answers = await Promise.all(processes.map((process) => process.slice(order)));
    answers.forEach((answer, i) => {
      seen[i]?.push(windowOf(answer));
      refuseFailing(processes[i], answer, phase);
    });
    if (spentMs + windowMs >= leastMs && seen.every(isSteady)) return;
    if (answers.some(({ completed }) => completed < windowOperations))
      windowMs = Math.min(longestWindowMs, windowMs * 2);
  }
}

function windowOf({ costMicros, p50Micros }: SliceAnswer): WarmupWindow {
  return { completedPerSec: costMicros === 0 ? 0 : 1e6 / costMicros, serviceP50: p50Micros };
}

/** Works once more on each phase, each process alone, to see what slices it needs; gives the slowest that was seen. */
export async function probe(
  processes: readonly TwinProcess[],
  load: readonly Phase[],
): Promise<SliceAnswer[]> {
  const answers: SliceAnswer[] = [];
  for (const phase of load) {
    const own: SliceAnswer[] = [];
    for (const process of processes) own.push(await probePhase(process, phase));
    answers.push({
      completed: Math.min(...own.map(({ completed }) => completed)),
      failed: 0,
      costMicros: Math.max(...own.map(({ costMicros }) => costMicros)),
      p50Micros: Math.max(...own.map(({ p50Micros }) => p50Micros)),
    });
  }
  return answers;
}

async function probePhase(process: TwinProcess, phase: Phase): Promise<SliceAnswer> {
  for (let windowMs = firstWindowMs; ; windowMs *= 2) {
    const answer = await process.slice(warmupOrder(phase, windowMs));
    refuseFailing(process, answer, phase);
    if (answer.completed >= windowOperations || windowMs >= longestWindowMs) return answer;
  }
}

/** A target that only fails would go on failing, each time after the drain time, until long after the budget. */
function refuseFailing(
  process: TwinProcess | undefined,
  { completed, failed, failure }: SliceAnswer,
  { phase }: Phase,
): void {
  if (completed > 0 || failed === 0) return;
  const first = failure === undefined ? "" : `, the first with ${failure}`;
  process?.giveUp(`completed no operation of ${phase} in its warm-up; ${failed} failed${first}`);
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

import { heldAtRate, meanRate } from "../scenario/load-shapes.ts";
import type { Phase } from "../scenario/scenario.ts";
import { isSteady, type WarmupWindow } from "./load/steady.ts";
import type { PhaseContext } from "./phase.ts";
import type { TrialSpec } from "./trial-messages.ts";

/** A warm-up is looked at this often. */
const warmupIntervalMs = 250;

/** Drives one phase. */
export type Drive = (
  phase: Phase,
  kind: "warmup" | "measured",
  context: PhaseContext,
  signal: AbortSignal,
) => Promise<void>;

/** Drives at the mean of the first phase until throughput and latency are steady, within the scenario's bounds. */
export async function warmUp(
  { scenario }: TrialSpec,
  context: PhaseContext,
  signal: AbortSignal,
  drive: Drive,
): Promise<void> {
  const { minMs, maxMs } = scenario.warmup;
  const first = scenario.load[0];
  if (maxMs <= 0 || first === undefined || signal.aborted) return;
  const steady = new AbortController();
  const windows: WarmupWindow[] = [];
  const onInterval: PhaseContext["onInterval"] = (interval, serviceP50) => {
    context.onInterval(interval, serviceP50);
    windows.push({ completedPerSec: (interval.completed * 1000) / interval.lengthMs, serviceP50 });
    const elapsedMs = interval.atMs + interval.lengthMs;
    if (elapsedMs >= minMs && isSteady(windows)) steady.abort();
  };
  await drive(
    warmupPhase(first, maxMs),
    "warmup",
    { ...context, intervalMs: warmupIntervalMs, onInterval },
    AbortSignal.any([signal, steady.signal]),
  );
}

function warmupPhase(first: Phase, durationMs: number): Phase {
  const phase = "warm-up";
  if (first.loop === "closed") {
    return { ...first, phase, durationMs, fromClients: first.toClients };
  }
  return { ...heldAtRate(first, meanRate(first), durationMs), phase, shape: "constant-rate" };
}

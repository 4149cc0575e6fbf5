import { readFileSync } from "node:fs";
import { systemClock } from "../../base/clock.ts";
import { DynoError } from "../../base/errors.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import { startOpenLoop } from "../load/open-loop.ts";
import type { LoadOutcome } from "../load/running-load.ts";
import { createSchedule } from "../load/schedule.ts";
import { openTarget } from "../open-target.ts";
import { drainMs } from "../phase-runner.ts";
import type { Session } from "../target.ts";
import { createPhaseTotals, type PhaseTotals } from "./arm-totals.ts";
import { createSliceRecorder, type SliceRecorder } from "./slice-recorder.ts";
import type { ArmSpec, SliceAnswer, SliceOrder } from "./twin-messages.ts";

/** A target that works when it is told to. */
export interface TwinWorker {
  /** Works for one slice, waits for its last answer, and says what came of it. */
  slice(order: SliceOrder): Promise<SliceAnswer>;
  /** Closes the target; gives all that was measured. */
  stop(): Promise<ArmFigures>;
}

/** Starts the target. Rejects with a DynoError where it cannot be. */
export async function openTwinWorker(spec: ArmSpec, signal: AbortSignal): Promise<TwinWorker> {
  const target = await openTarget(spec.target.kind);
  if (target === undefined) throw new DynoError("unsupported", `there is no target ${spec.target.kind}`);
  const { seed, services, scenarioDir, scratchDir, verifies } = spec;
  const clients = spec.clients === undefined ? {} : { clients: spec.clients };
  const context = { seed, services, scenarioDir, scratchDir, verifies, faults: [], signal, ...clients };
  return new Worker(await target.start(spec.target.settings, context), signal);
}

class Worker implements TwinWorker {
  readonly #session: Session;
  readonly #signal: AbortSignal;
  readonly #recorder: SliceRecorder = createSliceRecorder();
  readonly #phases = new Map<string, PhaseTotals>();
  #operations = 0;

  constructor(session: Session, signal: AbortSignal) {
    this.#session = session;
    this.#signal = signal;
  }

  async slice(order: SliceOrder): Promise<SliceAnswer> {
    const { phase, leadMs, batchOperations, isWarmup } = order;
    const outsideBefore = await this.#outsideCpuMicros();
    const cpuBefore = process.cpuUsage();
    this.#recorder.begin(leadMs * 1000, phase.durationMs * 1000, batchOperations);
    const { sent, idleSpinMicros, operationsPerSample } = await this.#load(order);
    const { user, system } = process.cpuUsage(cpuBefore);
    const outside = (await this.#outsideCpuMicros()) - outsideBefore;
    this.#operations += sent;
    const figures = this.#recorder.figures();
    const cpuMicros = Math.max(0, user + system - idleSpinMicros) + outside;
    if (!isWarmup) this.#totalsOf(order).add(figures, cpuMicros, operationsPerSample);
    const { completed, failed, batchCosts, latencies, errors } = figures;
    const [error] = errors;
    const costMicros = batchCosts.reduce((sum, cost) => sum + cost, 0) / Math.max(1, batchCosts.length);
    const p50Micros = latencies.quantiles([0.5])[0] ?? 0;
    const failure = error === undefined ? {} : { failure: `${error.kind}: ${error.sample}` };
    return { completed, failed, costMicros, p50Micros, ...failure };
  }

  #load({ phase, seed, batchOperations, isWarmup }: SliceOrder): Promise<LoadOutcome> {
    const options = {
      session: this.#session,
      firstOperation: this.#operations,
      recorder: this.#recorder,
      clock: systemClock,
      startMicros: systemClock.nowMicros(),
      signal: this.#signal,
      drainMs,
    };
    if (phase.loop === "closed") {
      const own = this.#session.closedLoop;
      if (!own?.inSlices) return startClosedLoop({ ...options, phase }).done;
      // A warm-up does not know yet how many operations there should be in a batch.
      return own.start({ ...options, phase, ...(isWarmup ? {} : { batchOperations }) }).done;
    }
    const { durationMs, lowCpu } = phase;
    return startOpenLoop({ ...options, schedule: createSchedule(phase, seed), durationMs, lowCpu }).done;
  }

  /** 0 where there are no other processes, or they cannot be asked. */
  async #outsideCpuMicros(): Promise<number> {
    return (await this.#session.outsideCpuMicros?.().catch(() => 0)) ?? 0;
  }

  #totalsOf({ phase, varies }: SliceOrder): PhaseTotals {
    const known = this.#phases.get(phase.phase) ?? createPhaseTotals(phase, varies);
    this.#phases.set(phase.phase, known);
    return known;
  }

  async stop(): Promise<ArmFigures> {
    const checks = await this.#session.stop();
    return {
      phases: [...this.#phases.values()].map((totals) => totals.figures()),
      rssPeakBytes: readRssPeakBytes(),
      checks,
    };
  }
}

/** The kernel's own mark, where it tells; what `getrusage` gives is never less than the parent held when it forked. */
function readRssPeakBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

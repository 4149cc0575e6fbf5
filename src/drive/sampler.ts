import type { Recorder } from "../measure/recorder.ts";
import type { Interval } from "../measure/result.ts";
import type { RunningLoad } from "./load/running-load.ts";
import type { Schedule } from "./load/schedule.ts";
import type { PhaseContext, PhaseRun } from "./phase.ts";

/** Cuts a phase into the rows of the timeline. */
export interface Sampler {
  /** Takes the last row. */
  stop(): Promise<void>;
  /** Processor time of this process since the phase began. */
  cpuMicros(): number;
  rssPeakBytes(): number;
}

/** What is sampled. */
export interface SamplerOptions {
  readonly run: PhaseRun;
  readonly context: PhaseContext;
  readonly recorder: Recorder;
  readonly load: RunningLoad;
  readonly startMicros: number;
  readonly schedule?: Schedule;
}

/** Starts to take a row every `intervalMs`. */
export function startSampler(options: SamplerOptions): Sampler {
  const { run, context, recorder, load, startMicros, schedule } = options;
  let takenMs = 0;
  let cpuTotal = 0;
  let rssPeak = 0;
  const outside = createOutsideMeter(context);

  const take = (): void => {
    const nowMs = (context.clock.nowMicros() - startMicros) / 1000;
    const lengthMs = nowMs - takenMs;
    if (lengthMs <= 0) return;
    const figures = recorder.takeInterval({ countsLag: !context.isBroken() });
    const used = context.resources.take();
    cpuTotal += used.cpuMicros;
    rssPeak = Math.max(rssPeak, used.rssBytes);
    const offered = schedule ? schedule.expectedUntil(nowMs) - schedule.expectedUntil(takenMs) : figures.sent;
    const { serviceP50, sent: _sent, ...latencies } = figures;
    const outsideCpuCores = outside.cores();
    const interval: Interval = {
      phase: run.phase.phase,
      kind: run.kind,
      atMs: takenMs + (startMicros - context.trialStartMicros) / 1000,
      lengthMs,
      offered: Math.round(offered),
      ...latencies,
      inFlight: load.inFlight(),
      cpuCores: used.cpuMicros / 1000 / lengthMs,
      ...(outsideCpuCores === undefined ? {} : { outsideCpuCores }),
      rssBytes: used.rssBytes,
      heapBytes: used.heapBytes,
      loopLagMaxMicros: used.loopLagMaxMicros,
      loopLagP99Micros: used.loopLagP99Micros,
      counters: outside.counters(),
    };
    takenMs = nowMs;
    context.onInterval(interval, serviceP50);
    outside.ask();
  };
  outside.ask();
  const timer = setInterval(take, context.intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await outside.settled();
      take();
    },
    cpuMicros: () => cpuTotal,
    rssPeakBytes: () => rssPeak,
  };
}

/** Asks the target for its counters and its other processes' time without waiting; gives the last answers. */
function createOutsideMeter({ session, clock }: PhaseContext) {
  let counters: Readonly<Record<string, number>> = {};
  let cores: number | undefined;
  let last: { readonly cpuMicros: number; readonly atMicros: number } | undefined;
  let asking: Promise<void> | undefined;
  const query = async (): Promise<void> => {
    counters = (await session.counters?.()) ?? {};
    const cpuMicros = await session.outsideCpuMicros?.();
    if (cpuMicros === undefined) return;
    const atMicros = clock.nowMicros();
    if (last !== undefined) cores = (cpuMicros - last.cpuMicros) / (atMicros - last.atMicros);
    last = { cpuMicros, atMicros };
  };
  return {
    ask: () => {
      // What the target cannot tell now (its server is away) is missing from the row, and no failure of the trial.
      asking ??= query()
        .catch(() => undefined)
        .finally(() => {
          asking = undefined;
        });
    },
    settled: async () => asking,
    counters: () => counters,
    cores: () => cores,
  };
}

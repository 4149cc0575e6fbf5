import { deriveSeed } from "../base/random.ts";
import { createRecorder, type Recorder } from "../measure/recorder.ts";
import { readStealMs } from "../measure/resources.ts";
import type { PhaseResult } from "../measure/result.ts";
import { startClosedLoop } from "./load/closed-loop.ts";
import { startOpenLoop } from "./load/open-loop.ts";
import type { LoadOutcome, RunningLoad } from "./load/running-load.ts";
import { createSchedule, type Schedule } from "./load/schedule.ts";
import type { PhaseContext, PhaseRun } from "./phase.ts";
import { type Sampler, startSampler } from "./sampler.ts";

/** How long answers are waited for when a phase is over, where nothing is broken on purpose. */
export const drainMs = 10_000;

/** Drives one phase to its end and gives what it measured. */
export async function runPhase(run: PhaseRun, context: PhaseContext): Promise<PhaseResult> {
  const { phase, kind } = run;
  const sink = kind === "measured" ? context.sink?.(phase.phase) : undefined;
  const recorder = createRecorder({ loop: phase.loop, ...(sink ? { sink } : {}) });
  const outsideBefore = await outsideCpuMicros(context);
  const stealBefore = readStealMs();
  context.resources.take();
  context.hiccups.take();
  const startMicros = context.clock.nowMicros();
  const schedule =
    phase.loop === "open"
      ? createSchedule(phase, deriveSeed(context.seed, `${kind}:${phase.phase}`))
      : undefined;
  const load = startLoad(run, context, recorder, startMicros, schedule);
  const sampler = startSampler({
    run,
    context,
    recorder,
    load,
    startMicros,
    ...(schedule ? { schedule } : {}),
  });
  const outcome = await load.done;
  await sampler.stop();
  const outsideAfter = await outsideCpuMicros(context);
  return toResult({
    run,
    context,
    recorder,
    outcome,
    sampler,
    startMicros,
    outsideCpuMicros:
      outsideBefore === undefined || outsideAfter === undefined ? undefined : outsideAfter - outsideBefore,
    stealMs: stealBefore === undefined ? undefined : (readStealMs() ?? stealBefore) - stealBefore,
  });
}

/** Undefined also where the target's other processes are away, and cannot be asked. */
async function outsideCpuMicros({ session }: PhaseContext): Promise<number | undefined> {
  return session.outsideCpuMicros?.().catch(() => undefined);
}

function startLoad(
  { phase, firstOperation, signal }: PhaseRun,
  { session, clock, drainMs }: PhaseContext,
  recorder: Recorder,
  startMicros: number,
  schedule: Schedule | undefined,
): RunningLoad {
  const options = { session, firstOperation, recorder, clock, startMicros, signal, drainMs };
  if (phase.loop === "closed")
    return session.closedLoop?.start({ ...options, phase }) ?? startClosedLoop({ ...options, phase });
  const { durationMs, lowCpu } = phase;
  return startOpenLoop({ ...options, schedule: schedule ?? createSchedule(phase, 0), durationMs, lowCpu });
}

interface PhaseEnd {
  readonly run: PhaseRun;
  readonly context: PhaseContext;
  readonly recorder: Recorder;
  readonly outcome: LoadOutcome;
  readonly sampler: Sampler;
  readonly startMicros: number;
  readonly outsideCpuMicros: number | undefined;
  readonly stealMs: number | undefined;
}

function toResult(end: PhaseEnd): PhaseResult {
  const { run, context, recorder, outcome, sampler, startMicros, outsideCpuMicros, stealMs } = end;
  const { phase, kind, signal } = run;
  const { operationsPerSample = 1 } = outcome;
  const totals = recorder.totals();
  const isCut = phase.loop === "closed" || signal.aborted;
  return {
    phase: phase.phase,
    kind,
    loop: phase.loop,
    shape: phase.shape,
    startMs: (startMicros - context.trialStartMicros) / 1000,
    durationMs: isCut ? outcome.sendingMs : phase.durationMs,
    asked: outcome.asked,
    sent: totals.sent,
    sentInTime: outcome.sentInTime,
    completed: totals.completed,
    failed: totals.failed,
    unanswered: outcome.unanswered,
    errors: totals.errors,
    ...(operationsPerSample > 1 ? { operationsPerSample } : {}),
    response: totals.response.encode(),
    service: totals.service.encode(),
    lag: totals.lag.encode(),
    failures: totals.failures.encode(),
    cpuMicros: Math.max(0, sampler.cpuMicros() - outcome.idleSpinMicros),
    ...(outsideCpuMicros === undefined ? {} : { outsideCpuMicros }),
    ...(outcome.driver === undefined ? {} : { driver: outcome.driver }),
    spun: phase.loop === "open" && !phase.lowCpu,
    rssPeakBytes: sampler.rssPeakBytes(),
    hiccups: context.hiccups.take(),
    ...(stealMs === undefined ? {} : { stealMs }),
  };
}

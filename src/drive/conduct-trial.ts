import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { DynoError } from "../base/errors.ts";
import { startHiccupMeter } from "../measure/hiccup-meter.ts";
import type { NetworkCourse } from "../measure/network-course.ts";
import { startResourceMeter } from "../measure/resources.ts";
import type { Interval, PhaseResult, TimelineMark, TrialResult } from "../measure/result.ts";
import { placeOf } from "../scenario/fault.ts";
import { describePhase, mostClients } from "../scenario/load-shapes.ts";
import type { FaultLine } from "./fault-line.ts";
import { startTimetable, type Timetable } from "./faults/timetable.ts";
import { openTarget } from "./open-target.ts";
import type { PhaseContext } from "./phase.ts";
import { drainMs, runPhase } from "./phase-runner.ts";
import { openSamplesFile } from "./samples-file.ts";
import type { Session } from "./target.ts";
import type { FromChild, TrialSpec } from "./trial-messages.ts";
import { type Drive, warmUp } from "./warm-up.ts";

/** Whom a trial talks to. */
export interface TrialLink {
  readonly send: (message: FromChild) => void;
  readonly faults: FaultLine;
  /** Aborted: end soon, with what was measured. */
  readonly signal: AbortSignal;
}

/** So long after a fault, what it held up is still being worked off, also in the sender's thread. */
const aftermathMs = 1000;

/** Runs a trial from the start of its target to its checks. Throws a DynoError where the target cannot be started. */
export async function conductTrial(spec: TrialSpec, link: TrialLink): Promise<TrialResult> {
  const { scenario, seed } = spec;
  const { send, signal } = link;
  const startedAt = new Date().toISOString();
  const session = await startTarget(spec, signal);
  send({ type: "ready" });
  const resources = startResourceMeter();
  const hiccups = startHiccupMeter();
  const samples = spec.samplesPath === undefined ? undefined : openSamplesFile(spec.samplesPath, spec.trial);
  const timeline: Interval[] = [];
  const phases: PhaseResult[] = [];
  let timetable: Timetable | undefined;
  const context: PhaseContext = {
    session,
    clock: systemClock,
    resources,
    hiccups,
    seed,
    trialStartMicros: systemClock.nowMicros(),
    intervalMs: scenario.intervalMs,
    drainMs: drainMs + Math.max(0, ...scenario.faults.map(({ forMs }) => forMs)),
    isBroken: () => timetable?.isBroken(aftermathMs) ?? false,
    onInterval: (interval) => {
      timeline.push(interval);
      send({ type: "progress", event: { type: "interval", interval } });
    },
    ...(samples ? { sink: samples.sink } : {}),
  };
  let operations = 0;
  const drive: Drive = async (phase, kind, during, stop) => {
    const { durationMs } = phase;
    send({
      type: "progress",
      event: { type: "phase", phase: phase.phase, kind, summary: describePhase(phase), durationMs },
    });
    const result = await runPhase({ phase, kind, firstOperation: operations, signal: stop }, during);
    operations += result.sent;
    phases.push(result);
  };
  const alive = setInterval(() => send({ type: "alive" }), 1000);
  try {
    await warmUp(spec, context, signal, drive);
    if (!signal.aborted) timetable = openTimetable(spec, link, session, context.trialStartMicros);
    for (const phase of scenario.load) {
      if (signal.aborted) break;
      await drive(phase, "measured", context, signal);
    }
    send({ type: "stopping" });
    const marks = (await timetable?.stop()) ?? [];
    await samples?.close();
    const warnings = session.warnings?.() ?? [];
    const checks = await session.stop();
    const network = networkOf(session, context.trialStartMicros);
    return {
      trial: spec.trial,
      seed,
      startedAt,
      status: signal.aborted ? "partial" : "completed",
      ...(signal.aborted
        ? { failure: { kind: "interrupted", message: "the run was interrupted", stderr: "" } }
        : {}),
      phases,
      timeline,
      marks,
      checks,
      ...(network === undefined ? {} : { network }),
      warnings,
    };
  } finally {
    clearInterval(alive);
    await timetable?.stop();
    resources.close();
    await hiccups.close();
  }
}

/** The course of the target's network in the time of the trial. */
function networkOf(session: Session, trialStartMicros: number): NetworkCourse | undefined {
  const course = session.network?.();
  if (course === undefined) return undefined;
  const startMs = systemClock.epochMs() - (systemClock.nowMicros() - trialStartMicros) / 1000;
  return { ...course, turns: course.turns.map((turn) => ({ ...turn, atMs: turn.atMs - startMs })) };
}

function openTimetable(
  { scenario: { faults } }: TrialSpec,
  { send, faults: line, signal }: TrialLink,
  session: Session,
  trialStartMicros: number,
): Timetable {
  const nowMs = (): number => (systemClock.nowMicros() - trialStartMicros) / 1000;
  return startTimetable({
    faults,
    loadStartMs: nowMs(),
    nowMs,
    signal,
    waitUntil: async (atMs, stopped) => {
      await sleep(Math.max(0, atMs - nowMs()), undefined, { signal: stopped }).catch(() => undefined);
    },
    begin: async (fault) => {
      if (placeOf(fault.kind) !== "target") return line.begin(fault);
      if (session.inject === undefined) throw new DynoError("unsupported", "the target cannot do it");
      return session.inject(fault);
    },
    onMark: (mark: TimelineMark) => send({ type: "progress", event: { type: "fault", mark } }),
  });
}

async function startTarget(
  { scenario, seed, services, scratchDir }: TrialSpec,
  signal: AbortSignal,
): Promise<Session> {
  const target = await openTarget(scenario.target.kind);
  if (target === undefined) throw new DynoError("internal", `there is no target ${scenario.target.kind}`);
  const clients = mostClients(scenario.load);
  return target.start(scenario.target.settings, {
    seed,
    scenarioDir: dirname(scenario.file),
    scratchDir,
    services,
    faults: scenario.faults.map(({ kind }) => kind),
    verifies: true,
    signal,
    ...(clients === undefined ? {} : { clients }),
  });
}

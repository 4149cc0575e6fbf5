import type { Clock } from "../base/clock.ts";
import type { HiccupMeter } from "../measure/hiccup-meter.ts";
import type { SampleSink } from "../measure/recorder.ts";
import type { ResourceMeter } from "../measure/resources.ts";
import type { Interval, PhaseResult } from "../measure/result.ts";
import type { Phase } from "../scenario/scenario.ts";
import type { Session } from "./target.ts";

/** What all phases of a trial share. */
export interface PhaseContext {
  readonly session: Session;
  readonly clock: Clock;
  readonly resources: ResourceMeter;
  readonly hiccups: HiccupMeter;
  readonly seed: number;
  /** When the trial began, on the clock. */
  readonly trialStartMicros: number;
  readonly intervalMs: number;
  /** How long answers are waited for when a phase is over. */
  readonly drainMs: number;
  /** Whether a fault is under way or just over: then the sender's lag says nothing about the sender. */
  readonly isBroken: () => boolean;
  readonly onInterval: (interval: Interval, serviceP50: number) => void;
  readonly sink?: (phase: string) => SampleSink;
}

/** One phase to run. */
export interface PhaseRun {
  readonly phase: Phase;
  readonly kind: PhaseResult["kind"];
  readonly firstOperation: number;
  readonly signal: AbortSignal;
}

import type { PhaseResult } from "../measure/result.ts";
import { decodeHistogram } from "../stats/histogram.ts";
import { exponentialQuantile, type Stall, stallQuantileMs } from "./stall-truth.ts";

/** One line of a calibration: what was measured against what is true. */
export interface CalibrationRow {
  readonly what: string;
  /** In the unit that `unit` names: microseconds, or a ratio. */
  readonly measured: number;
  readonly truth: number;
  readonly unit: "us" | "ratio";
  /** How far off it may be, in the same unit. */
  readonly tolerance: number;
  readonly ok: boolean;
}

function row(
  what: string,
  measured: number,
  truth: number,
  tolerance: number,
  unit: CalibrationRow["unit"] = "us",
): CalibrationRow {
  return { what, measured, truth, unit, tolerance, ok: Math.abs(measured - truth) <= tolerance };
}

/**
 * Holds a stall test against its arithmetic: p50 to 0.2 ms, p95 to 5 %, p99 and p99.9 to 1.5 %. p90 lies on the edge
 * of the stall where it takes a tenth of the time, and is not judged.
 */
export function judgeStall(phase: PhaseResult, stall: Stall): CalibrationRow[] {
  const response = decodeHistogram(phase.response);
  const quantiles = [
    { q: 0.5, name: "p50", share: 0 },
    { q: 0.95, name: "p95", share: 0.05 },
    { q: 0.99, name: "p99", share: 0.015 },
    { q: 0.999, name: "p99.9", share: 0.015 },
  ];
  return quantiles.map(({ q, name, share }) => {
    const truth = stallQuantileMs(stall, q) * 1000;
    return row(`stall ${name}`, response.quantile(q), truth, Math.max(200, share * truth));
  });
}

/** Holds a law against its quantiles: to 0.3 ms, which a timer and two busy cores cost, and 3 %. */
export function judgeLaw(
  phase: PhaseResult,
  law: "fixed" | "exponential",
  meanMicros: number,
): CalibrationRow[] {
  const response = decodeHistogram(phase.response);
  return [0.5, 0.9].map((q) => {
    const truth = law === "fixed" ? meanMicros : exponentialQuantile(meanMicros, q);
    return row(`${law} p${q * 100}`, response.quantile(q), truth, Math.max(300, 0.03 * truth));
  });
}

/** How well the schedule was kept at one rate. */
export interface ScheduleFigures {
  readonly ratePerSec: number;
  /** Sent in time, as a share of what was asked for. */
  readonly achieved: number;
  readonly lagP50Micros: number;
  readonly lagP99Micros: number;
  /** p99 of a thread that only sleeps: what the machine itself costs. */
  readonly hiccupP99Micros: number;
  readonly holds: boolean;
}

/** The schedule holds where at least 99.8 % was sent in time. */
const holdsFrom = 0.998;

/** Reads from a phase with a target that does nothing how well the schedule was kept. */
export function readSchedule(phase: PhaseResult, ratePerSec: number): ScheduleFigures {
  const lag = decodeHistogram(phase.lag);
  const achieved = phase.asked === 0 ? 0 : phase.sentInTime / phase.asked;
  return {
    ratePerSec,
    achieved,
    lagP50Micros: lag.quantile(0.5),
    lagP99Micros: lag.quantile(0.99),
    hiccupP99Micros: phase.hiccups.p99Micros,
    holds: achieved >= holdsFrom,
  };
}

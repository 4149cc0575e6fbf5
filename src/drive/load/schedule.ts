import { createRandom } from "../../base/random.ts";
import type { OpenPhase, RateCorner } from "../../scenario/scenario.ts";

/** When operations are due. */
export interface Schedule {
  /** Microseconds from the start of the phase when the next operation is due; ascending; Infinity after the last. */
  next(): number;
  /** How many operations the rate curve asks for until then (milliseconds from the start of the phase). */
  expectedUntil(ms: number): number;
}

/** A straight piece of the rate curve; time in seconds, `before` operations lie ahead of it. */
interface Piece {
  readonly startSec: number;
  readonly lengthSec: number;
  readonly rate: number;
  readonly slope: number;
  readonly before: number;
}

/**
 * Creates the schedule of a phase; the same phase and seed give the same one.
 *
 * With L(t) the area under the rate curve until t, uniform arrivals are due where L is a whole number. Poisson
 * arrivals are due where L is the sum of unit exponentials: time-rescaling of a non-homogeneous Poisson process
 * (Cinlar, Introduction to Stochastic Processes, 1975).
 */
export function createSchedule(
  phase: Pick<OpenPhase, "corners" | "arrivals" | "durationMs">,
  seed: number,
): Schedule {
  const pieces = piecesOf(phase.corners);
  const random = createRandom(seed);
  const total = areaUntil(pieces, phase.durationMs / 1000);
  // One part in 10^9 below the total, so that rounding of the area cannot add an operation at the very end.
  const end = total * (1 - 1e-9);
  let area = phase.arrivals === "poisson" ? random.exponential() : 0;
  let at = 0;
  return {
    next: () => {
      if (!(area < end)) return Number.POSITIVE_INFINITY;
      while (at < pieces.length - 1 && area >= (pieces[at + 1]?.before ?? 0)) at++;
      const dueMicros = timeOf(pieces[at] as Piece, area) * 1e6;
      area += phase.arrivals === "poisson" ? random.exponential() : 1;
      return dueMicros;
    },
    expectedUntil: (ms) => areaUntil(pieces, Math.min(ms, phase.durationMs) / 1000),
  };
}

function piecesOf(corners: readonly RateCorner[]): Piece[] {
  const pieces: Piece[] = [];
  let before = 0;
  for (let i = 1; i < corners.length; i++) {
    const from = corners[i - 1] as RateCorner;
    const to = corners[i] as RateCorner;
    const lengthSec = (to.atMs - from.atMs) / 1000;
    const area = ((from.ratePerSec + to.ratePerSec) / 2) * lengthSec;
    // A jump has no length, and a pause no operations.
    if (lengthSec > 0 && area > 0) {
      const slope = (to.ratePerSec - from.ratePerSec) / lengthSec;
      pieces.push({ startSec: from.atMs / 1000, lengthSec, rate: from.ratePerSec, slope, before });
    }
    before += area;
  }
  return pieces;
}

function areaUntil(pieces: readonly Piece[], sec: number): number {
  const piece = pieces.findLast(({ startSec }) => startSec <= sec);
  if (piece === undefined) return 0;
  const inside = Math.min(sec - piece.startSec, piece.lengthSec);
  return piece.before + inside * (piece.rate + (piece.slope * inside) / 2);
}

/** Where in the piece the area is reached: the root of rate x + slope x^2 / 2 = rest, in the form that does not cancel. */
function timeOf({ startSec, lengthSec, rate, slope, before }: Piece, area: number): number {
  const rest = area - before;
  const root = Math.sqrt(Math.max(0, rate * rate + 2 * slope * rest));
  return startSec + Math.min(lengthSec, rest === 0 ? 0 : (2 * rest) / (rate + root));
}

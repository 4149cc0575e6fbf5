/** How strictly targets are held. */
export interface GuardRules {
  /** In so many measurements in a row a target is missed by much before anything is done about it; by little, in more. */
  readonly breaks: number;
  /** So often a configuration meets its targets after a swap before it is held for settled. */
  readonly probation: number;
}

/** What a measurement means for what is in force. */
export type GuardVerdict =
  | "fine"
  /** The probation is over. */
  | "settled"
  /** A target was missed so often in a row, just now. */
  | "broken"
  /** It was missed again since. */
  | "still_broken";

/**
 * How far a measurement missed a target. A configuration that is a little below its limit seems a little above it now and
 * then, so that says less.
 */
export type Miss = "none" | "little" | "much";

/** So much above its limit (ln of a ratio) a target is missed by much. */
const much = 0.15;
/** Ten misses by little in a row are as three by much. */
const weights: Readonly<Record<Miss, number>> = { none: 0, little: 3, much: 10 };

/** What misses amount to: how far each target was missed, as in an `ArmOutcome`; nothing where it did not work. */
export function missOfProbe(misses: readonly number[] | undefined): Miss {
  if (misses === undefined) return "much";
  const worst = Math.max(0, ...misses);
  return worst > much ? "much" : worst > 0 ? "little" : "none";
}

/** Counts whether what is in force meets its targets. */
export interface TargetGuard {
  /** Takes a measurement of what is in force. */
  take(miss: Miss): GuardVerdict;
  /** Whether the next measurement is urgent: on probation, or after a miss. */
  isAlert(): boolean;
  /** Measurements so far. */
  taken(): number;
}

/** Guards a configuration from now on; one that was not swapped in has no probation. */
export function createTargetGuard({ breaks, probation }: GuardRules): TargetGuard {
  const enough = breaks * weights.much;
  let left = probation;
  let inRow = 0;
  let taken = 0;
  return {
    take: (miss) => {
      taken++;
      const wasBroken = inRow >= enough;
      inRow = miss === "none" ? 0 : inRow + weights[miss];
      if (inRow >= enough) return wasBroken ? "still_broken" : "broken";
      if (miss !== "none" || left === 0) return "fine";
      left--;
      return left === 0 ? "settled" : "fine";
    },
    // What is broken for good is no more urgent than anything else.
    isAlert: () => inRow < enough && (left > 0 || inRow > 0),
    taken: () => taken,
  };
}

/** How strictly targets are held. */
export interface GuardRules {
  /** In so many measurements in a row a target is missed before anything is done about it. */
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

/** Counts whether what is in force meets its targets. */
export interface TargetGuard {
  /** Takes a measurement of what is in force; it missed where a target was missed, or it did not work. */
  take(hasMissed: boolean): GuardVerdict;
  /** Whether the next measurement is urgent: on probation, or after a miss. */
  isAlert(): boolean;
  /** Measurements so far. */
  taken(): number;
}

/** Guards a configuration from now on; one that was not swapped in has no probation. */
export function createTargetGuard({ breaks, probation }: GuardRules): TargetGuard {
  let left = probation;
  let inRow = 0;
  let taken = 0;
  return {
    take: (hasMissed) => {
      taken++;
      inRow = hasMissed ? inRow + 1 : 0;
      if (inRow > breaks) return "still_broken";
      if (inRow === breaks) return "broken";
      if (hasMissed || left === 0) return "fine";
      left--;
      return left === 0 ? "settled" : "fine";
    },
    // What is broken for good is no more urgent than anything else.
    isAlert: () => inRow < breaks && (left > 0 || inRow > 0),
    taken: () => taken,
  };
}

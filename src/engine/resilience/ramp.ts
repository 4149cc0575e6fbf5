/** Shares of the calls that are made while a dependent recovers, one step after the other; then all are. */
const shares: readonly number[] = [0.1, 0.25, 0.5];

/** Lets a growing share of the calls through, evenly: of 0.25, each fourth. */
export interface Ramp {
  /** Of the calls, 0 to 1. */
  readonly share: number;
  /** Whether the next call would have to be refused. */
  refuses(): boolean;
  /** A call was made, or refused. */
  count(isMade: boolean): void;
  /** The next step; false when there is none, as all calls are made from now on. */
  step(): boolean;
}

/** Creates a ramp at its first step. */
export function createRamp(): Ramp {
  let at = 0;
  // What the calls so far were owed less what they got; the first one of each step goes through.
  let credit = 1;
  return {
    get share() {
      return shares[at] ?? 1;
    },
    refuses: () => credit < 1 - 1e-9,
    count(isMade) {
      credit += (shares[at] ?? 1) - (isMade ? 1 : 0);
    },
    step() {
      at++;
      credit = 1;
      return at < shares.length;
    },
  };
}

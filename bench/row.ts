/** What the bench hands to each of its files. */
export interface BenchContext {
  /** How many interleaved rounds to run. */
  readonly rounds: number;
  /** Of `tune`: the budgets, in evaluations, and from how many seeds each system is tuned. */
  readonly units: readonly number[];
  readonly seeds: number;
  /** One line of progress. */
  log(line: string): void;
  /** What belongs to the result beside its rows; not among JSON. */
  print(text: string): void;
  readonly signal: AbortSignal;
}

/** One line of the table: ours against a peer, or against a limit measured in the same run. */
export interface BenchRow {
  readonly what: string;
  /** Median figure with its unit. */
  readonly ours: string;
  readonly peerName: string;
  /** Median figure with its unit. */
  readonly peer: string;
  /** Ours divided by the peer's, or a bare figure where there is no peer: median and range over the rounds. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number };
  readonly goal?: { readonly op: ">=" | "<="; readonly value: number };
}

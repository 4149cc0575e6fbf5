import type { CheckResult, EncodedHistogram, ErrorCount } from "./result.ts";

/** What one process did in one phase, over all its slices in a pair (or in a block). Nothing of lead-ins is counted. */
export interface ArmPhase {
  readonly phase: string;
  readonly loop: "open" | "closed";
  /** Whether its slices have different loads, as those of a ramp have: then no quiet part of them speaks for all. */
  readonly varies?: boolean;
  readonly completed: number;
  readonly failed: number;
  readonly errors: readonly ErrorCount[];
  /** Of how many operations, one after the other, each latency is the mean; absent: each is of one. */
  readonly operationsPerSample?: number;
  /** Wall time of its slices, from the end of each lead-in to the last answer, in milliseconds. */
  readonly measuredMs: number;
  /** Per batch of a few milliseconds: microseconds for each operation. */
  readonly costMicros: readonly number[];
  /** Per slice: the median latency in microseconds; empty slices are left out. */
  readonly p50Micros: readonly number[];
  /** Per slice: CPU microseconds for each operation, of the process and of the target's other processes. */
  readonly cpuMicrosPerOp: readonly number[];
  /** Due to done (open loop), sent to done (closed), of all slices together. */
  readonly response: EncodedHistogram;
}

/** What one process of a pair did: all its phases. */
export interface ArmFigures {
  readonly phases: readonly ArmPhase[];
  /** The most memory that the process held, start-up and warm-up included. */
  readonly rssPeakBytes: number;
  /** What the target found out about its own work; empty where it was not asked. */
  readonly checks: readonly CheckResult[];
}

/** Two fresh processes that worked in turn: the unit of every comparison. */
export interface PairRecord {
  /** From 0. */
  readonly pair: number;
  readonly seed: number;
  /** Which of the two had the first slice. */
  readonly first: "base" | "candidate";
  /** The core that both were pinned to; absent where they were not. */
  readonly core?: number;
  /** Wall time of the whole pair, start-up and warm-up included, in milliseconds. */
  readonly tookMs: number;
  /** Share of the machine's CPU time that others used meanwhile, and that was stolen from it; 0 to 1. */
  readonly otherCpuRatio?: number;
  readonly stealRatio?: number;
  readonly base: ArmFigures;
  readonly candidate: ArmFigures;
}

/** One fresh process that worked alone, slice by slice: the unit of stored baselines. */
export interface BlockRecord {
  readonly block: number;
  readonly seed: number;
  readonly core?: number;
  readonly tookMs: number;
  readonly figures: ArmFigures;
}

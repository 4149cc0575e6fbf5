import type { Fingerprint } from "../../measure/fingerprint.ts";
import type { ArmFigures, ArmPhase, BlockRecord } from "../../measure/pair.ts";
import type { EncodedHistogram, Environment } from "../../measure/result.ts";

/** The version of baseline files. It rises when a reader of the older one would misread the newer one. */
export const baselineSchemaVersion = 1;

/** What a scenario did on a machine of one class: blocks to hold later ones against. Figures have five significant digits. */
export interface Baseline {
  readonly schemaVersion: typeof baselineSchemaVersion;
  readonly scenario: BaselineScenario;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** Why it was accepted, in the words of who did. */
  readonly reason?: string;
  readonly fingerprint: Fingerprint;
  readonly environment: Environment;
  /** Of all blocks together. */
  readonly phases: readonly BaselinePhase[];
  readonly blocks: readonly BaselineBlock[];
  /** SHA-256 over everything else, so that an edit by hand is seen. */
  readonly digest: string;
}

/** The scenario of a baseline, and what it meant. */
export interface BaselineScenario {
  readonly name: string;
  /** Over its meaning: the target's settings and the load, without the seed. */
  readonly digest: string;
  readonly target: string;
  /** The phases in words: `steady: 10k/s for 10s, poisson`. */
  readonly phases: readonly { readonly phase: string; readonly summary: string }[];
}

/** All latencies of one phase, over all blocks. */
export interface BaselinePhase {
  readonly phase: string;
  readonly completed: number;
  readonly failed: number;
  readonly response: EncodedHistogram;
}

/** A block without its histograms. */
export interface BaselineBlock extends Omit<BlockRecord, "figures"> {
  readonly figures: StoredFigures;
}

/** What one process did, with a few quantiles in place of its histograms. */
export interface StoredFigures extends Omit<ArmFigures, "phases"> {
  readonly phases: readonly StoredPhase[];
}

/** What one process did in one phase. */
export interface StoredPhase extends Omit<ArmPhase, "response"> {
  readonly quantiles: StoredQuantiles;
}

/** Latencies in microseconds; one that the samples were too few for is left out. */
export interface StoredQuantiles {
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  readonly "p99.9"?: number;
}

import { digestOf } from "../../base/digest.ts";
import { fingerprintOf } from "../../measure/fingerprint.ts";
import type { ArmFigures, ArmPhase, BlockRecord } from "../../measure/pair.ts";
import type { Environment } from "../../measure/result.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { createHistogram, decodeHistogram } from "../../stats/histogram.ts";
import { samplesForQuantile } from "../../stats/quantile-interval.ts";
import type { Baseline, BaselinePhase, StoredFigures, StoredPhase } from "./baseline.ts";
import { baselineSchemaVersion } from "./baseline.ts";
import { meaningOf } from "./scenario-meaning.ts";

/** What a baseline is made of. */
export interface BaselineFacts {
  readonly scenario: Scenario;
  readonly blocks: readonly BlockRecord[];
  readonly environment: Environment;
  readonly recordedAt: Date;
  /** Why it is accepted. */
  readonly reason?: string;
}

/** Makes a baseline of blocks. */
export function makeBaseline({ scenario, blocks, environment, recordedAt, reason }: BaselineFacts): Baseline {
  return sealed({
    schemaVersion: baselineSchemaVersion,
    scenario: meaningOf(scenario),
    recordedAt: recordedAt.toISOString(),
    ...(reason === undefined ? {} : { reason }),
    fingerprint: fingerprintOf(environment),
    environment,
    phases: scenario.load.map(({ phase }) => mergePhase(phase, blocks)),
    blocks: blocks.map(({ block, seed, core, tookMs, figures }) => ({
      block,
      seed,
      ...(core === undefined ? {} : { core }),
      tookMs: five(tookMs),
      figures: storeFigures(figures),
    })),
  });
}

/** A baseline with the digest of its content, whatever digest it had. */
export function sealed(content: Omit<Baseline, "digest"> & { readonly digest?: string }): Baseline {
  return { ...content, digest: contentDigest(content) };
}

/** The digest over everything in a baseline but its digest. */
export function contentDigest(content: object): string {
  return digestOf({ ...content, digest: undefined });
}

function mergePhase(phase: string, blocks: readonly BlockRecord[]): BaselinePhase {
  const merged = createHistogram();
  let completed = 0;
  let failed = 0;
  for (const one of blocks.flatMap(({ figures }) => figures.phases).filter((own) => own.phase === phase)) {
    merged.add(decodeHistogram(one.response));
    completed += one.completed;
    failed += one.failed;
  }
  return { phase, completed, failed, response: merged.encode() };
}

function storeFigures({ phases, rssPeakBytes, checks }: ArmFigures): StoredFigures {
  return { phases: phases.map(storePhase), rssPeakBytes: five(rssPeakBytes), checks };
}

function storePhase({ response, ...figures }: ArmPhase): StoredPhase {
  return {
    phase: figures.phase,
    loop: figures.loop,
    ...(figures.varies === undefined ? {} : { varies: figures.varies }),
    completed: figures.completed,
    failed: figures.failed,
    errors: figures.errors,
    measuredMs: five(figures.measuredMs),
    costMicros: figures.costMicros.map(five),
    p50Micros: figures.p50Micros.map(five),
    cpuMicrosPerOp: figures.cpuMicrosPerOp.map(five),
    quantiles: quantilesOf(response),
  };
}

const quantiles = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
  ["p99.9", 0.999],
] as const;

function quantilesOf(response: string): StoredPhase["quantiles"] {
  const histogram = decodeHistogram(response);
  const known = quantiles.filter(([, q]) => histogram.count >= samplesForQuantile(q));
  return Object.fromEntries(known.map(([name, q]) => [name, five(histogram.quantile(q))]));
}

/** Five significant digits: finer than any measurement here, and short enough to be read in a diff. */
function five(value: number): number {
  return Number(value.toPrecision(5));
}

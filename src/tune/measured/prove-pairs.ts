import { DynoError } from "../../base/errors.ts";
import type { PairBench } from "../../drive/twin/pair-bench.ts";
import { wholePair } from "../../drive/twin/slice-plan.ts";
import { createPairMeter, type PairMeter, type PairOutcome } from "../../drive/twin/twins.ts";
import type { TargetRule, TuningSpec } from "../../scenario/scenario.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { MeasuredPair, PairOrder } from "../rig.ts";
import type { Admitted } from "./admit-config.ts";
import { measuredArm } from "./measured-arm.ts";
import { searchExtent } from "./search-extent.ts";

/** What proofs are measured with. */
export interface ProverOptions {
  readonly bench: PairBench;
  readonly spec: TuningSpec;
  /** The scenario's own targets. */
  readonly targets: readonly TargetRule[];
  readonly admit: (config: Config) => Promise<Admitted>;
  /** Which side is first in the first pair. */
  readonly seed: number;
}

/** Makes what measures the pairs of one proof after the other, each in fresh processes. */
export function createProver(options: ProverOptions): (order: PairOrder) => Promise<MeasuredPair> {
  const { spec, targets, seed } = options;
  let current: { readonly proof: number; readonly meter: PairMeter } | undefined;
  return async (order) => {
    const startedMs = performance.now();
    const done = (result: Omit<MeasuredPair, "tookMs">): MeasuredPair => ({
      ...result,
      tookMs: performance.now() - startedMs,
    });
    const failed = (failure: string): MeasuredPair => done({ gain: undefined, misses: [], failure });
    if (current?.proof !== order.proof) {
      const opened = await openMeter(options, order);
      if (opened.failure !== undefined) return failed(opened.failure);
      current = { proof: order.proof, meter: opened.meter };
    }
    const isBaseFirst = (order.pair + seed) % 2 === 0;
    const turn = { pair: order.pair, seed: order.seed, isBaseFirst };
    const baseFailure = (seen: PairOutcome): string | undefined =>
      seen.pair === undefined
        ? seen.broken === "base"
          ? seen.error.message
          : undefined
        : measuredArm(spec, targets, seen.pair.base).failure;
    let outcome = await current.meter.measure(turn);
    // Whatever disturbed the base once should not cost the whole proof.
    if (baseFailure(outcome) !== undefined) outcome = await current.meter.measure(turn);
    const failure = baseFailure(outcome);
    if (failure !== undefined) throw brokenBase(failure);
    if (outcome.pair === undefined) return failed(outcome.error.message);
    const base = measuredArm(spec, targets, outcome.pair.base);
    if (base.score === undefined) throw brokenBase(base.failure);
    const candidate = measuredArm(spec, targets, outcome.pair.candidate);
    if (candidate.score === undefined) return failed(candidate.failure ?? "the candidate did not work");
    return done({ gain: base.score - candidate.score, misses: candidate.misses, record: outcome.pair });
  };
}

async function openMeter(
  { bench, admit, spec }: ProverOptions,
  order: PairOrder,
): Promise<
  | { readonly meter: PairMeter; readonly failure?: never }
  | { readonly failure: string; readonly meter?: never }
> {
  const base = await admit(order.base);
  if (base.side === undefined) throw brokenBase(base.failure);
  const candidate = await admit(order.candidate);
  if (candidate.side === undefined) return { failure: candidate.failure };
  // As many operations as the quantiles of the targets need, as in the search; but both sides in the same slices.
  const { operationsOf } = searchExtent(spec, 1);
  return { meter: createPairMeter(bench, base.side, candidate.side, { ...wholePair, operationsOf }) };
}

function brokenBase(failure: string | undefined): DynoError {
  return new DynoError(
    "unavailable",
    `what the candidate is held against does not work any more: ${failure ?? "no score"}; --resume goes on with the tuning`,
  );
}

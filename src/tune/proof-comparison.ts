import { DynoError } from "../base/errors.ts";
import { makeComparison } from "../judge/compare/make-comparison.ts";
import type { Compared } from "../judge/compare/measure-until-known.ts";
import { collectPairs } from "../judge/compare/metric-series.ts";
import { abQuestion, type Question } from "../judge/compare/question.ts";
import { type Evaluation, startSequentialTest } from "../judge/compare/sequential-test.ts";
import type { Comparison, VariantInfo } from "../measure/comparison.ts";
import type { PairRecord } from "../measure/pair.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Config } from "../scenario/tuning.ts";
import type { Proof, ProofLook } from "./prove.ts";

/**
 * Every metric of a proof's pairs, compared as `dyno ab` does, at the proof's own looks: stopping for the objective's sake
 * does not make the intervals of the others too narrow. Undefined where there are no records of pairs, or too few.
 */
export function comparisonOfProof(proof: Proof, scenario: Scenario, seed: number): Comparison | undefined {
  const { order, pairs, looks, stoppedBy } = proof;
  const units = pairs.flatMap(({ record }) => record ?? []);
  if (looks.length === 0 || units.length < (looks.at(-1)?.pairs ?? 0)) return undefined;
  const question = abQuestion(scenario.gate.margins, 1);
  const failure = pairs.at(-1)?.failure;
  const tookMs = pairs.reduce((sum, pair) => sum + pair.tookMs, 0);
  const compared: Compared = {
    units,
    evaluations: evaluate(question, units, looks),
    services: [],
    tookMs,
    stoppedBy,
    ...(failure === undefined
      ? {}
      : { failure: { side: "candidate", error: new DynoError("unavailable", failure) } }),
  };
  return makeComparison({
    scenario,
    base: side("default", order.base),
    candidate: side("tuned", order.candidate),
    question,
    compared,
    seed,
    budgetMs: order.budget.ms ?? tookMs,
  });
}

function side(name: string, config: Config): VariantInfo {
  const settings = Object.entries(config).map(([param, value]) => `${param}=${value}`);
  return { name, description: settings.join(", ") };
}

function evaluate(
  question: Question,
  units: readonly PairRecord[],
  looks: readonly ProofLook[],
): readonly Evaluation[] {
  const collected = collectPairs();
  const [first, ...others] = units;
  if (first === undefined) return [];
  collected.add(first);
  const test = startSequentialTest(question, collected.all());
  let evaluations: readonly Evaluation[] = [];
  let known = 1;
  for (const { pairs, fraction } of looks) {
    for (const unit of others.slice(known - 1, pairs - 1)) collected.add(unit);
    known = pairs;
    evaluations = test.look(collected.all(), pairs, fraction);
  }
  return evaluations;
}

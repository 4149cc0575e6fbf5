import type { TwinSide } from "../drive/twin/pair-bench.ts";
import { compareTwins } from "../judge/compare/compare-twins.ts";
import { makeComparison } from "../judge/compare/make-comparison.ts";
import type { VariantInfo } from "../measure/comparison.ts";
import type { ComparedMember, MemberPlan } from "./gate-plan.ts";
import type { Io } from "./io.ts";
import { watchPairs } from "./watch-pairs.ts";

/** One of the two sides of a comparison, and what it is called. */
export interface NamedSide extends TwinSide {
  readonly info: VariantInfo;
}

/** How to compare. */
export interface CompareScenarioOptions extends MemberPlan {
  /** Goes on when the answer is known. */
  readonly usesWholeBudget?: boolean;
}

/** Measures two variants in pairs, and shows how far it has come. */
export async function compareScenario(
  base: NamedSide,
  candidate: NamedSide,
  options: CompareScenarioOptions,
  io: Io,
): Promise<ComparedMember> {
  const { question, budgetMs, seed, usesWholeBudget = false } = options;
  const watch = watchPairs(options, io);
  try {
    const compared = await compareTwins(base, candidate, {
      question,
      budgetMs,
      seed,
      usesWholeBudget,
      env: io.env,
      signal: io.signal,
      onService: watch.onService,
      onPair: watch.onPair,
    });
    const comparison = makeComparison({
      scenario: candidate.scenario,
      base: base.info,
      candidate: candidate.info,
      question,
      compared,
      seed,
      budgetMs,
    });
    return { comparison, services: compared.services };
  } finally {
    watch.close();
  }
}

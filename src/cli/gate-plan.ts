import { gateQuestion, type Question } from "../judge/compare/question.ts";
import type { Comparison } from "../measure/comparison.ts";
import type { Margins } from "../scenario/scenario.ts";
import type { SuiteMember } from "./read-suite.ts";

/** The options of `dyno gate`, as the command line gives them. */
export interface GateOptions {
  /** The revision to compare with. */
  readonly base?: string;
  /** The folder of stored baselines to compare with. */
  readonly baselines?: string;
  /** Stores what was measured as the new baselines, for this reason. */
  readonly update?: boolean;
  readonly reason?: string;
  /** Settings of all scenarios. */
  readonly set: readonly string[];
  /** For each scenario, in milliseconds. */
  readonly budget?: number;
  readonly margin: Margins;
  readonly inconclusive?: "pass" | "fail";
  readonly dirty?: boolean;
  readonly seed?: number;
  /** The file that each gate appends to. */
  readonly history?: string;
  readonly out: string;
  readonly reportDir?: string;
  readonly json?: boolean;
  readonly progress: boolean;
}

/** A scenario that was compared, and the services that it used, in words. */
export interface ComparedMember {
  readonly comparison: Comparison;
  readonly services: readonly string[];
}

/** What a gate measured. */
export interface GateOutput {
  readonly compared: readonly ComparedMember[];
  readonly warnings: readonly string[];
}

/** How one scenario of a gate is compared. */
export interface MemberPlan {
  readonly title: string;
  readonly question: Question;
  readonly budgetMs: number;
  readonly seed: number;
  readonly progress: boolean;
}

const standardBudgetMs = 60_000;

/** The command line goes before the scenario, and that before the suite. `scenarios` is how many share the gate's error. */
export function planMember(
  { scenario, suite }: SuiteMember,
  scenarios: number,
  { margin, budget, seed, progress }: GateOptions,
): MemberPlan {
  return {
    title: scenario.name,
    question: gateQuestion({ ...suite?.margins, ...scenario.gate.margins, ...margin }, scenarios),
    budgetMs: budget ?? scenario.gate.budgetMs ?? suite?.budgetMs ?? standardBudgetMs,
    seed: seed ?? scenario.seed,
    progress,
  };
}

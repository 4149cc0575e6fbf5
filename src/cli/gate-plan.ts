import { DynoError } from "../base/errors.ts";
import { describeScenario } from "../judge/compare/make-comparison.ts";
import { gateQuestion, type Question } from "../judge/compare/question.ts";
import type { Comparison } from "../measure/comparison.ts";
import type { Margins, Scenario } from "../scenario/scenario.ts";
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
  /** A tuned.yaml whose settings the scenario that it names has on both sides, beneath `set`. */
  readonly config?: string;
  /** For each scenario, in milliseconds. */
  readonly budget?: number;
  readonly margin: Margins;
  readonly inconclusive?: "pass" | "fail";
  /** Shell commands that make checkouts ready, in place of those of the suite, and of those found. */
  readonly install?: string;
  readonly build?: string;
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

/** Compares one member after the other. What keeps a later one from being measured does not cost what others showed. */
export async function compareMembers<Member extends { readonly scenario: Scenario }>(
  members: readonly Member[],
  signal: AbortSignal,
  compare: (member: Member) => Promise<ComparedMember>,
): Promise<ComparedMember[]> {
  const compared: ComparedMember[] = [];
  for (const member of members) {
    if (signal.aborted) break;
    try {
      compared.push(await compare(member));
    } catch (error) {
      if (!(error instanceof DynoError) || error.code === "internal" || compared.length === 0) throw error;
      if (signal.aborted) break;
      compared.push({ comparison: notCompared(member, error), services: [] });
    }
  }
  return compared;
}

function notCompared({ scenario }: { readonly scenario: Scenario }, { message }: DynoError): Comparison {
  return {
    scenario: describeScenario(scenario),
    base: { name: "base", description: "" },
    candidate: { name: "head", description: "" },
    outcome: "setup_failed",
    reason: message,
    metrics: [],
    verdicts: [],
    checks: [],
    basePhases: [],
    candidatePhases: [],
    seed: scenario.seed,
    pairs: 0,
    design: "twin",
    stoppedBy: "failure",
    tookMs: 0,
    budgetMs: 0,
    invalid: [],
    warnings: [],
  };
}

import type { DynoError } from "../../base/errors.ts";
import { deriveSeed } from "../../base/random.ts";
import type { ArmFigures } from "../../measure/pair.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { needApart, type PhasePlan, type PlanExtent, planArms, slicePhase } from "./slice-plan.ts";
import type { SliceAnswer } from "./twin-messages.ts";
import { type TwinProcess, whileWorking } from "./twin-process.ts";
import { probe, warmUpTogether } from "./warm-pair.ts";

/** How processes work in turn. */
export interface TurnOrder {
  /** Derived from it, every arm's operations are due at the same times. */
  readonly seed: number;
  /** Which arm has the first slice, and which ones follow. */
  readonly order: readonly number[];
  readonly extent: PlanExtent;
  /** By phase and arm. Made earlier, so that all pairs are cut alike; absent: by what the warm-up shows. */
  readonly plans?: ArmPlans;
  /** How many arms must work. Where fewer do, the others are given up; else they go on without those that broke down. */
  readonly needs: number;
  /** Whether the processes are kept for other targets. */
  readonly keeps: boolean;
}

/** For each phase, the plan of each arm. */
export type ArmPlans = readonly (readonly PhasePlan[])[];

/** What one arm did, or how it broke down. Neither where it was given up for another one. */
export type ArmResult = { readonly figures?: ArmFigures; readonly error?: DynoError };

/** What came of all arms, in their order. */
export interface TurnResult {
  readonly arms: readonly ArmResult[];
  readonly plans: ArmPlans | undefined;
}

/**
 * Warms processes up that were started, side by side, and lets them work in turn; `place` is called between the two, and
 * puts them where they are measured. Then their targets are closed.
 */
export async function workInTurn(
  processes: readonly TwinProcess[],
  scenarios: readonly Scenario[],
  turn: TurnOrder,
  place: () => Promise<void>,
): Promise<TurnResult> {
  const [scenario] = scenarios;
  const isEnough = (): boolean => processes.filter(({ broken }) => broken === undefined).length >= turn.needs;
  const results = (figures: readonly (ArmFigures | undefined)[], plans?: ArmPlans): TurnResult => ({
    arms: processes.map(({ broken }, i) => {
      const own = figures[i];
      return broken === undefined ? (own === undefined ? {} : { figures: own }) : { error: broken };
    }),
    plans,
  });
  if (scenario === undefined || !isEnough()) return results([]);
  await warmUpTogether(processes, scenario.load, scenario.warmup, turn.keeps);
  if (!isEnough()) return results([]);
  await place();
  const plans = turn.plans ?? (await planAll(processes, scenario, turn.extent));
  for (const plan of plans) {
    if (isEnough()) await workOnPhase(plan, processes, scenarios, turn, isEnough);
  }
  if (!isEnough()) return results([], plans);
  const figures: (ArmFigures | undefined)[] = [];
  for (const process of processes) {
    figures.push(await whileWorking(process, () => (turn.keeps ? process.finish() : process.stop())));
  }
  return results(figures, plans);
}

const nothing: SliceAnswer = { completed: 0, failed: 0, costMicros: 0, p50Micros: 0 };

async function planAll(
  processes: readonly TwinProcess[],
  { load }: Scenario,
  extent: PlanExtent,
): Promise<ArmPlans> {
  const plans: (readonly PhasePlan[])[] = [];
  for (const phase of load) {
    const answers = await probe(processes, phase);
    const some = answers.find((answer) => answer !== undefined) ?? nothing;
    const known = answers.map((answer) => answer ?? some);
    // One that was only disturbed looks slow too.
    for (const [i, isApart] of needApart(phase, known, extent).entries()) {
      const [again] = isApart ? await probe(processes.slice(i, i + 1), phase) : [];
      if (again !== undefined && again.p50Micros < (known[i]?.p50Micros ?? 0)) known[i] = again;
    }
    plans.push(planArms(phase, known, extent));
  }
  return plans;
}

/** Rounds of one slice each, in the order ABBA, so that a drift meanwhile falls on all alike. */
async function workOnPhase(
  plans: readonly PhasePlan[],
  processes: readonly TwinProcess[],
  scenarios: readonly Scenario[],
  { seed, order }: TurnOrder,
  isEnough: () => boolean,
): Promise<void> {
  const rounds = Math.max(...plans.map((plan) => plan.rounds));
  for (let round = 0; round < rounds; round++) {
    for (const at of round % 2 === 0 ? order : order.toReversed()) {
      const [process, plan] = [processes[at], plans[at]];
      if (process === undefined || plan === undefined || round >= plan.rounds) continue;
      // An arm may have a load of its own; it is cut like the first one's.
      const own = scenarios[at]?.load.find(({ phase }) => phase === plan.phase.phase) ?? plan.phase;
      const slice = {
        phase: slicePhase({ ...plan, phase: own }, round),
        leadMs: plan.leadMs,
        batchOperations: plan.batchOperations,
        varies: plan.varies,
        seed: deriveSeed(seed, `${plan.phase.phase} ${round}`),
        isWarmup: false,
      };
      await whileWorking(process, () => process.slice(slice));
      if (!isEnough()) return;
    }
  }
}

import { createRandom, deriveSeed } from "../../../base/random.ts";
import { createBounds } from "../bounds.ts";
import type { Arm, Ask, Block, Candidate, Searcher, SearchProblem } from "../searcher.ts";
import { createBeliefMaker } from "./beliefs.ts";
import { candidateOf, finalistsOf, unchanged } from "./finalists.ts";
import { createHistory } from "./history.ts";
import { createLedger } from "./ledger.ts";
import { viewOf } from "./model-view.ts";
import { createProgress, type Standing } from "./progress.ts";
import { proposeArms } from "./propose.ts";
import { createStartDesign } from "./start-design.ts";

/** So much of the budget goes to the start at most, and what is left in the end to the race of the best. */
const startShare = 0.25;
const raceShare = 0.12;
/** How long an arm is measured: the many that are spread out say enough together, and of the best the last word is wanted. */
const lengths = { start: 0.25, descent: 0.5, race: 1 } as const;

/**
 * Searches by descending the gradient of a response surface (Box and Wilson, JRSS B 1951; here a Gaussian process) in a
 * trust region: blocks of mirrored probes and of points spread over the space, then blocks of points where projected Adam
 * leads, then a race of the best. It ends early where little is left to gain.
 */
export function createGradientSearch(problem: SearchProblem): Searcher {
  const { space, seed, targets, budget, minGain, warm } = problem;
  const bounds = createBounds(space, warm);
  const { isChoice, beginning } = bounds;
  const history = createHistory(space, beginning);
  const design = createStartDesign(bounds, seed);
  const ledger = createLedger(budget);
  const maker = createBeliefMaker({ isChoice, origin: space.toPoint(beginning) }, targets, seed);
  const progress = createProgress(bounds, history, maker, warm !== undefined);
  let blocks = 0;
  let hasRaced = false;
  let asked: Ask | undefined;

  const next = (): Ask => {
    const stop = progress.isOver();
    if (stop !== undefined) return { stop };
    const standing = progress.standing();
    const length = lengths[standing === undefined ? "start" : stage()];
    const arms = ledger.affordable(distinct(armsOf(standing)), length);
    if (arms.length === 0) return { stop: "budget" };
    return { block: { block: blocks, seed: deriveSeed(seed, `block ${blocks}`), arms, length } };
  };
  const stage = (): keyof typeof lengths => {
    if (ledger.share() >= 1 - raceShare) return "race";
    return ledger.share() < startShare && blocks < design.blocks ? "start" : "descent";
  };
  const armsOf = (standing: Standing | undefined): readonly Arm[] => {
    if (standing === undefined || stage() === "start") return design.armsOf(blocks);
    if (stage() === "race") return raceArms(standing);
    const random = createRandom(deriveSeed(seed, `arms of block ${blocks}`));
    return proposeArms({ ...standing, bounds, history, radius: progress.radius(), random });
  };
  const raceArms = ({ beliefs, incumbent }: Standing): Arm[] => {
    const finalists = finalistsOf(beliefs, history).slice(0, 2);
    const racing = finalists.length > 0 ? finalists : [incumbent];
    const arms = racing.map(({ config }): Arm => ({ config, role: "race" }));
    return hasRaced ? arms : [...arms, { config: beginning, role: "default" }];
  };
  const distinct = (arms: readonly Arm[]): readonly Arm[] => {
    const keys = arms.map(({ config }) => space.keyOf(config));
    return arms.filter((_, i) => keys.indexOf(keys[i] ?? "") === i);
  };
  const ranked = (): Candidate[] => {
    const standing = progress.standing();
    const [first] = history.configs;
    if (standing === undefined || first === undefined) return [];
    const { beliefs } = standing;
    return finalistsOf(beliefs, history).map((measured) => candidateOf(beliefs, measured, first));
  };
  const take = (block: Block, outcome: Parameters<Searcher["tell"]>[0]): void => {
    const time = ledger.share();
    block.arms.forEach((arm, i) => {
      const one = outcome.arms[i];
      if (one !== undefined) history.add(arm, one, time, block.length);
    });
    ledger.spend(outcome.cost, block.arms.length, block.length);
    if (block.arms.some(({ role }) => role === "race")) hasRaced = true;
    progress.update(block, minGain, createRandom(deriveSeed(seed, `what is left after block ${blocks}`)));
    blocks++;
  };

  return {
    ask: () => {
      asked ??= next();
      return asked;
    },
    tell: (outcome) => {
      const block = asked?.block;
      if (block === undefined) throw new RangeError("a block was told of that was not asked for");
      asked = undefined;
      take(block, outcome);
    },
    best: () => ranked()[0] ?? unchanged(beginning),
    candidates: () =>
      ranked()
        .filter(({ score }) => score.mean < 0)
        .slice(0, 2),
    model: () => {
      const standing = progress.standing();
      const [best] = ranked();
      if (standing === undefined || best === undefined) return undefined;
      return viewOf(standing.beliefs, bounds, space.toPoint(best.config), progress.radius());
    },
  };
}

import { createRandom, deriveSeed, type Random } from "../../../base/random.ts";
import type { Arm, Ask, Block, Candidate, Searcher, SearchProblem, StopReason } from "../searcher.ts";
import { type Beliefs, createBeliefMaker } from "./beliefs.ts";
import { createBounds } from "./bounds.ts";
import { isFlat, isLittleLeft } from "./convergence.ts";
import { candidateOf, finalistsOf, incumbentOf, unchanged } from "./finalists.ts";
import { createHistory, type Measured } from "./history.ts";
import { createLedger } from "./ledger.ts";
import { viewOf } from "./model-view.ts";
import { proposeArms } from "./propose.ts";
import { createStartDesign } from "./start-design.ts";
import { createTrustRegion } from "./trust-region.ts";

/** So much of the budget goes to the start at most, and what is left in the end to the race of the best. */
const startShare = 0.25;
const raceShare = 0.12;
/** How long an arm is measured: the many that are spread out say enough together, and of the best the last word is wanted. */
const lengths = { start: 0.25, descent: 0.5, race: 1 } as const;
/** The first radius of the trust region, and that of a search that goes on where an earlier one ended. */
const firstRadius = 0.35;
const warmRadius = 0.25;

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
  const region = createTrustRegion(warm === undefined ? firstRadius : warmRadius);
  let beliefs: Beliefs | undefined;
  let incumbent: Measured | undefined;
  let blocks = 0;
  let races = 0;
  let quiet = 0;
  let asked: Ask | undefined;

  const randomOf = (use: string): Random => createRandom(deriveSeed(seed, `${use} ${blocks}`));
  const stage = (): "start" | "descent" | "race" => {
    if (beliefs === undefined || incumbent === undefined) return "start";
    if (ledger.share() >= 1 - raceShare) return "race";
    return ledger.share() < startShare && blocks < design.blocks ? "start" : "descent";
  };
  const next = (): Ask => {
    const stop = converged();
    if (stop !== undefined) return { stop };
    const now = stage();
    const length = lengths[now];
    const arms = ledger.affordable(distinct(armsOf(now)), length);
    if (arms.length === 0) return { stop: "budget" };
    return { block: { block: blocks, seed: deriveSeed(seed, `block ${blocks}`), arms, length } };
  };
  const armsOf = (now: ReturnType<typeof stage>): readonly Arm[] => {
    if (now === "start" || beliefs === undefined || incumbent === undefined) return design.armsOf(blocks);
    if (now === "descent") {
      return proposeArms({
        beliefs,
        bounds,
        history,
        incumbent,
        radius: region.radius(),
        random: randomOf("arms of block"),
      });
    }
    return raceArms(beliefs, incumbent);
  };
  const raceArms = (seen: Beliefs, first: Measured): Arm[] => {
    const finalists = finalistsOf(seen, history).slice(0, 2);
    const racing = finalists.length > 0 ? finalists : [first];
    const arms = racing.map(({ config }): Arm => ({ config, role: "race" }));
    return races === 0 ? [...arms, { config: beginning, role: "default" }] : arms;
  };
  const distinct = (arms: readonly Arm[]): readonly Arm[] => {
    const keys = arms.map(({ config }) => space.keyOf(config));
    return arms.filter((_, i) => keys.indexOf(keys[i] ?? "") === i);
  };
  const converged = (): StopReason | undefined => {
    return quiet >= 2 && minGain > 0 ? "converged" : undefined;
  };
  const learn = (block: Block): void => {
    beliefs = maker.update(history);
    if (beliefs === undefined) return;
    const before = incumbent;
    incumbent = incumbentOf(beliefs, history);
    if (before === undefined || incumbent === undefined || block.arms.every(({ role }) => role !== "descend"))
      return;
    region.update(beliefs, before, incumbent);
    const isQuiet =
      isLittleLeft(beliefs, bounds, incumbent, minGain, randomOf("what is left")) ||
      (region.isSmallest() && isFlat(beliefs, bounds, incumbent));
    quiet = isQuiet ? quiet + 1 : 0;
  };
  const ranked = (): Candidate[] => {
    const [first] = history.configs;
    const seen = beliefs;
    if (seen === undefined || first === undefined) return [];
    return finalistsOf(seen, history).map((measured) => candidateOf(seen, measured, first));
  };

  return {
    ask: () => {
      asked ??= next();
      return asked;
    },
    tell: ({ arms, cost }) => {
      const block = asked?.block;
      if (block === undefined) throw new RangeError("a block was told of that was not asked for");
      const time = ledger.share();
      block.arms.forEach((arm, i) => {
        const outcome = arms[i];
        if (outcome !== undefined) history.add(arm, outcome, time, block.length);
      });
      ledger.spend(cost, block.arms.length, block.length);
      const now = stage();
      blocks++;
      if (now === "race") races++;
      asked = undefined;
      learn(block);
    },
    best: () => ranked()[0] ?? unchanged(beginning),
    candidates: () =>
      ranked()
        .filter(({ score }) => score.mean < 0)
        .slice(0, 2),
    model: () => {
      const at = ranked()[0];
      if (beliefs === undefined || at === undefined) return undefined;
      return viewOf(beliefs, bounds, space.toPoint(at.config), region.radius());
    },
  };
}

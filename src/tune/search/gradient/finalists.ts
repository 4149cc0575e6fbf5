import type { Config } from "../../../scenario/tuning.ts";
import type { Candidate, Estimate } from "../searcher.ts";
import { meritOf } from "./acquisition.ts";
import { type Beliefs, chanceToMeet } from "./beliefs.ts";
import type { History, Measured } from "./history.ts";
import { leastOf } from "./least-of.ts";
import type { Belief } from "./surrogate/surrogate.ts";
import { unwarpScore } from "./warp.ts";

/** A configuration is not recommended unless it is believed to meet the targets with this chance. */
const sureEnough = 0.9;

/** Where the search goes on from: the measured configuration of the best merit that worked. */
export function incumbentOf(beliefs: Beliefs, { configs }: History): Measured | undefined {
  return leastOf(
    configs.filter(({ isBroken }) => !isBroken),
    ({ point }) => meritOf(beliefs, point),
  );
}

/** The measured configurations that worked and are believed to meet the targets, the best first. */
export function finalistsOf(beliefs: Beliefs, { configs }: History): Measured[] {
  return configs
    .filter(({ isBroken, point }) => !isBroken && chanceToMeet(beliefs, point) >= sureEnough)
    .map((measured) => ({ measured, mean: beliefs.score.at(measured.point).mean }))
    .sort((a, b) => a.mean - b.mean)
    .map(({ measured }) => measured);
}

/** A configuration, with what is believed of its score relative to that of the beginning. */
export function candidateOf(beliefs: Beliefs, { config, point }: Measured, beginning: Measured): Candidate {
  return { config, score: estimateOf(beliefs.score.difference(point, beginning.point)) };
}

/** Two standard deviations to either side, with the bend of high scores undone. */
export function estimateOf({ mean, sd }: Belief): Estimate {
  return { mean: unwarpScore(mean), low: unwarpScore(mean - 2 * sd), high: unwarpScore(mean + 2 * sd) };
}

/** What is known of a configuration of which nothing is known but that it is the beginning. */
export function unchanged(config: Config): Candidate {
  return { config, score: { mean: 0, low: 0, high: 0 } };
}

import type { Random } from "../../../base/random.ts";
import type { Bounds } from "../bounds.ts";
import type { Block, StopReason } from "../searcher.ts";
import type { BeliefMaker, Beliefs } from "./beliefs.ts";
import { isFlat, isLittleLeft } from "./convergence.ts";
import { incumbentOf } from "./finalists.ts";
import type { History, Measured } from "./history.ts";
import { countConfigs } from "./tiny-space.ts";
import { createTrustRegion } from "./trust-region.ts";

/** The first radius of the trust region, and that of a search that goes on where an earlier one ended. */
const firstRadius = 0.35;
const warmRadius = 0.25;
/** A fair look at the space is so many measurements, and so many for each number and each value of a choice but one. */
const fairLook = { first: 12, each: 18 } as const;
/** So many blocks in a row must find that there is little left. */
const quietBlocks = 2;
/** A space of so few configurations is searched through when each was measured so often. */
const fewConfigs = 32;
const timesEach = 4;

/** What the search believes, and where it stands. */
export interface Standing {
  readonly beliefs: Beliefs;
  /** The best measured configuration that works, by the beliefs. */
  readonly incumbent: Measured;
}

/** How far a search has come. */
export interface Progress {
  /** Undefined before anything that worked was measured. */
  standing(): Standing | undefined;
  /** Of the trust region. */
  radius(): number;
  /** Why the search may end here, whatever is left of the budget. */
  isOver(): StopReason | undefined;
  /** Takes in what was measured in a block; the random numbers are for seeking what is left to gain. */
  update(block: Block, minGain: number, random: Random): void;
}

/** Makes the progress of a search that has measured nothing yet. */
export function createProgress(
  bounds: Bounds,
  history: History,
  maker: BeliefMaker,
  isWarm: boolean,
): Progress {
  const region = createTrustRegion(isWarm ? warmRadius : firstRadius);
  const configs = countConfigs(bounds, fewConfigs);
  const floor = fairLook.first + fairLook.each * coordinatesOf(bounds);
  let standing: Standing | undefined;
  let quiet = 0;

  const hasMeasuredAll = (): boolean =>
    configs === 1 ||
    (configs === history.configs.length && history.configs.every(({ times }) => times >= timesEach));
  return {
    standing: () => standing,
    radius: region.radius,
    isOver: () => {
      if (hasMeasuredAll()) return "exhausted";
      return quiet >= quietBlocks && history.measurements.length >= floor ? "converged" : undefined;
    },
    update: ({ arms }, minGain, random) => {
      const before = standing?.incumbent;
      const beliefs = maker.update(history);
      const incumbent = beliefs && incumbentOf(beliefs, history);
      standing = beliefs && incumbent && { beliefs, incumbent };
      if (standing === undefined || before === undefined || arms.every(({ role }) => role !== "descend"))
        return;
      region.update(standing.beliefs, before, standing.incumbent);
      const look = { ...standing, bounds, minGain, random };
      const isQuiet = isLittleLeft(look) || (region.isSmallest() && isFlat(look));
      quiet = isQuiet ? quiet + 1 : 0;
    },
  };
}

function coordinatesOf({ isChoice, values }: Bounds): number {
  return isChoice.reduce((sum, choice, i) => sum + (choice ? (values[i] ?? 1) - 1 : 1), 0);
}

import { categoricals } from "./categoricals.ts";
import { curvedValley } from "./curved-valley.ts";
import { errorCliff } from "./error-cliff.ts";
import { littleToGain } from "./little-to-gain.ts";
import { nothingToGain } from "./nothing-to-gain.ts";
import { plateaus } from "./plateaus.ts";
import type { System } from "./system.ts";
import { throughputCliff } from "./throughput-cliff.ts";
import { twoBasins } from "./two-basins.ts";
import { wholeEngine } from "./whole-engine.ts";

/** The systems on which searches are held against each other. */
export const allSystems: readonly System[] = [
  curvedValley,
  plateaus,
  errorCliff,
  throughputCliff,
  categoricals,
  twoBasins,
  littleToGain,
  nothingToGain,
  wholeEngine,
];

import { createGradientSearch } from "../../src/tune/search/gradient/gradient-search.ts";
import { createRandomSearch } from "../../src/tune/search/random-search.ts";
import type { CreateSearcher } from "../../src/tune/search/searcher.ts";
import { createCmaEs } from "./yardsticks/cma-es.ts";
import { createGpEi } from "./yardsticks/gp-ei.ts";
import { createNelderMead } from "./yardsticks/nelder-mead.ts";

/** The search that dyno uses, by its name among those below. */
export const ownSearch = "dyno: gradient";

/** The searches that are held against each other. */
export const contestants: Readonly<Record<string, CreateSearcher>> = {
  [ownSearch]: createGradientSearch,
  "Nelder-Mead": createNelderMead,
  "GP-EI": createGpEi,
  "CMA-ES": createCmaEs,
  random: createRandomSearch,
};

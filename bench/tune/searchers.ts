import { createRandomSearch } from "../../src/tune/search/random-search.ts";
import type { CreateSearcher } from "../../src/tune/search/searcher.ts";
import { createCmaEs } from "./yardsticks/cma-es.ts";
import { createGpEi } from "./yardsticks/gp-ei.ts";
import { createNelderMead } from "./yardsticks/nelder-mead.ts";

/** The searches that are held against each other. */
export const searchers: Readonly<Record<string, CreateSearcher>> = {
  "Nelder-Mead": createNelderMead,
  "GP-EI": createGpEi,
  "CMA-ES": createCmaEs,
  random: createRandomSearch,
};

import { createGradientSearch } from "./gradient/gradient-search.ts";
import { createRandomSearch } from "./random-search.ts";
import type { CreateSearcher } from "./searcher.ts";

/** The table of searches. One line adds one. */
export const searchers: Readonly<Record<"gradient" | "random", CreateSearcher>> = {
  gradient: createGradientSearch,
  random: createRandomSearch,
};

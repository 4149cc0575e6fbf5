import type { CellOutcome } from "../../../measure/matrix.ts";
import { type Look, outcomeLooks } from "../icons.ts";

/** The look of what a cell came to. */
export const cellLooks: Readonly<Record<CellOutcome, Look>> = {
  ...outcomeLooks,
  impossible: { ...outcomeLooks.interrupted, word: "Cannot be" },
};

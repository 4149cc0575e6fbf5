import { DynoError } from "../base/errors.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Throws a DynoError `usage` where a scenario crosses settings, and `what` (`a gate`) is of one configuration. */
export function refuseMatrix({ file, matrix }: Scenario, what: string): void {
  if (matrix === undefined) return;
  throw new DynoError(
    "usage",
    `${file} crosses settings (matrix), and ${what} is of one configuration; make a scenario of the cell that you mean, or compare two of them with dyno ab, such as --a SETTING=VALUE --b SETTING=VALUE`,
  );
}

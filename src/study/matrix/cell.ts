import { crossLevels } from "../../scenario/matrix-cells.ts";
import type { Override } from "../../scenario/overrides.ts";
import type { MatrixSpec } from "../../scenario/scenario.ts";

/** One combination of settings that is to be measured. */
export interface PlannedCell {
  /** The index of its level on each axis. */
  readonly levels: readonly number[];
  /** `store=redis payload=4KB`. */
  readonly name: string;
  /** A name for its folder: `store-redis_payload-4KB`, or its number where that would be no good name. */
  readonly folder: string;
  /** What it changes about the scenario. */
  readonly overrides: readonly Override[];
  /** What `--only` says to name it: `store=redis`, `payload=4KB`. */
  readonly choices: readonly string[];
}

/** All cells of a matrix, in the order of its axes; the last axis turns fastest. */
export function planCells({ axes }: MatrixSpec): readonly PlannedCell[] {
  return crossLevels(axes).map((levels, i) => {
    const chosen = axes.flatMap(({ name, levels: all }, axis) => {
      const level = all[levels[axis] ?? 0];
      return level === undefined ? [] : [{ name, ...level }];
    });
    return {
      levels,
      name: chosen.map(({ name, text }) => `${name}=${text}`).join(" "),
      folder: folderOf(chosen, i),
      overrides: chosen.flatMap(({ overrides }) => overrides),
      choices: chosen.map(({ name, text }) => `${name}=${text}`),
    };
  });
}

const longestFolder = 80;

/** Two cells never have one folder: what a file system could take for the same gets a number. */
function folderOf(chosen: readonly { readonly name: string; readonly text: string }[], i: number): string {
  const plain = chosen.map(({ name, text }) => `${name}-${text.replaceAll(" ", "")}`).join("_");
  const isGood = plain.length <= longestFolder && /^[\w.-]+$/.test(plain);
  return isGood ? `cells/${i + 1}_${plain}` : `cells/${i + 1}`;
}

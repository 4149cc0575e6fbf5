import Table from "cli-table3";
import { claimedGain, type Tally } from "./tally.ts";

/** The tallies of all searches with one budget as a table. */
export function renderTallies(
  title: string,
  tallies: readonly (readonly [search: string, tally: Tally])[],
): string {
  const claim = `${claimedGain * 100} %`;
  const table = new Table({
    head: [
      title,
      "gain\nreached *",
      "misses\na target",
      `falsely\n>= ${claim}`,
      "proven:\nreached *",
      "misses\na target",
      `falsely\n>= ${claim}`,
      "claims\ntoo much",
      "default\nkept",
      "own\nms **",
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...new Array<"right">(9).fill("right")],
  });
  for (const [name, { searched, chosen, keptDefault, optimizerMs }] of tallies) {
    table.push([
      name,
      `${figure(searched.median)} / ${figure(searched.tenth)}`,
      percent(searched.infeasible),
      percent(searched.falseClaims),
      `${figure(chosen.median)} / ${figure(chosen.tenth)}`,
      percent(chosen.infeasible),
      percent(chosen.falseClaims),
      percent(chosen.overclaims),
      percent(keptDefault),
      optimizerMs.toFixed(0),
    ]);
  }
  return `\n${table.toString()}`;
}

/** What each search reached on each system: the medians. A row a system, a column a search. */
export function renderSystems(
  title: string,
  searches: readonly string[],
  rows: readonly { readonly system: string; readonly tallies: readonly Tally[] }[],
): string {
  const table = new Table({
    head: [title, ...searches],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...new Array<"right">(searches.length).fill("right")],
  });
  for (const { system, tallies } of rows) {
    table.push([
      system,
      ...tallies.map(({ searched: { median, tenth, falseClaims } }) =>
        // Where nothing can be gained, what counts is how often it is said that something can.
        Number.isNaN(median) ? `false: ${percent(falseClaims)}` : `${figure(median)} / ${figure(tenth)}`,
      ),
    ]);
  }
  return `\n${table.toString()}`;
}

/** What the stars mean. */
export const legend = `
*  of what can be gained (ln of the objective): median / 10th percentile; -1 where a target is missed. Left out: the system
   on which nothing can be gained. Left of "proven": what the search itself holds for the best; right: what dyno tune's
   proof leaves of it, or the default.
** the search's own arithmetic in one run: the median
dyno and random measure blocks of arms of a quarter to half a length beside the default or one another; Nelder-Mead, GP-EI and CMA-ES
measure one configuration at a time at full length, as they are used. All pay for the same time of measuring.`;

/** A share with two digits. */
export function figure(value: number): string {
  return value.toFixed(2);
}

/** A share in per cent. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

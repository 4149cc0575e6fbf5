import Table from "cli-table3";
import type { Colours } from "./symbols.ts";

const noLines = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((edge) => [edge, ""]),
);

/** A table without lines, indented by two; columns from `right` on, or those that it lists, are aligned right. */
export function renderTable(
  head: readonly string[],
  right: number | readonly number[],
  rows: readonly (readonly string[])[],
  colours: Colours,
): string {
  const isRight = (column: number): boolean =>
    typeof right === "number" ? column >= right : right.includes(column);
  const table = new Table({
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
    head: head.map((text) => colours.dim(text)),
    chars: noLines,
    colAligns: head.map((_, column) => (isRight(column) ? "right" : "left")),
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replace(/^/gm, "  ").replace(/ +$/gm, "");
}

import type { MatrixCell, MatrixResult } from "../../../measure/matrix.ts";
import { type Html, html } from "../template.ts";
import { cellLooks } from "./looks.ts";

/** The rest is left to matrix.json: the size stays bounded. */
const mostNotes = 60;

/** What became of the cells that did not simply pass; folded away, what is to be known of the figures of each. */
export function notes({ cells }: MatrixResult): Html | false {
  const noted = cells.filter(({ outcome }) => outcome !== "pass");
  const warned = cells.filter(({ warnings }) => warnings.length > 0);
  if (noted.length === 0 && warned.length === 0) return false;
  const warnings =
    warned.length > 0 &&
    html`<details><summary>Warnings of ${warned.length === 1 ? "1 cell" : `${warned.length} cells`}</summary>${list(warned, warning)}</details>`;
  return html`<section class="card" id="notes"><div class="title"><h2>Notes on cells</h2></div>${list(noted, note)}${warnings}</section>`;
}

function list(cells: readonly MatrixCell[], item: (cell: MatrixCell) => Html): Html | false {
  if (cells.length === 0) return false;
  const rest = cells.length - mostNotes;
  return html`<ul class="checks">${cells.slice(0, mostNotes).map(item)}</ul>${rest > 0 && html`<p class="sub">${rest} more are in matrix.json.</p>`}`;
}

function note({ name, outcome, reason }: MatrixCell): Html {
  const { className, icon, word } = cellLooks[outcome];
  return html`<li><span class="pill ${className}">${icon}${word}</span><span><b>${name}</b><br>${reason}</span></li>`;
}

/** The first: those of further rounds mostly tell the same. */
function warning({ name, warnings }: MatrixCell): Html {
  const [first, ...others] = warnings;
  const more = others.length > 0 && ` (and ${others.length} more)`;
  return html`<li><span><b>${name}</b><br>${first}${more}</span></li>`;
}

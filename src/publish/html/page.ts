import { createHash } from "node:crypto";
import { script } from "./script/script.ts";
import { bar } from "./sections/head.ts";
import { style } from "./style.ts";
import { type Html, html, trusted } from "./template.ts";

/** What the script of a page works with. */
export interface PageData {
  /** The name of the file that "Download JSON" gives. */
  readonly name: string;
  /** Headings and rows of the figures under the crosshair of charts over time; the first cell is the time in ms, of a span its middle. */
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** What is downloaded as JSON. A `leftOut` says in words what it lacks; `dyno report` then refuses it. */
  readonly result: unknown;
  /** What is downloaded as CSV: plain numbers, with the units in the headings. */
  readonly csv?: CsvTable;
  /** A sentence on what the downloads hold, where it is not the whole result. */
  readonly downloads?: string;
}

/** A table for other programs. */
export interface CsvTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a page holds. */
export interface PageContent {
  readonly title: string;
  readonly dynoVersion: string;
  readonly schemaVersion: number;
  /** Ids and names for the bar; those whose section is missing are left out. */
  readonly links: readonly (readonly [id: string, name: string])[];
  readonly sections: Html;
  /** What the page's style needs beside that of all pages. */
  readonly moreStyle?: string;
  /** What the page does beside what all pages do; it runs after that. */
  readonly moreScript?: string;
  readonly data: PageData;
}

/** One HTML file that loads nothing: style, script and data are in it, and its policy forbids everything else. */
export function renderPage({
  title,
  dynoVersion,
  schemaVersion,
  links,
  sections,
  moreStyle = "",
  moreScript,
  data,
}: PageContent): string {
  const present = links.filter(([id]) => sections.html.includes(`id="${id}"`));
  const scripts = moreScript === undefined ? [script] : [script, moreScript];
  const allowed = scripts.map((text) => `'sha256-${sha256(text)}'`).join(" ");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${allowed}; img-src data:; base-uri 'none'; form-action 'none'`;
  // Nothing inside may end the script element.
  const embedded = JSON.stringify(data).replaceAll("<", "\\u003c");
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="generator" content="dyno ${dynoVersion}"><link rel="icon" href="data:,"><title>${title} · dyno</title><style>${trusted(style + moreStyle)}</style></head>
<body>${bar(present, { hasCsv: data.csv !== undefined })}<main>${sections}${data.downloads && html`<p class="sub">${data.downloads}</p>`}<footer>dyno ${dynoVersion} · schema ${schemaVersion} · this file is self-contained</footer><p id="keys" class="unseen">Arrow keys move the cursor, plus and minus zoom, Escape shows all.</p></main><div id="tip" aria-hidden="true"></div><p id="said" class="unseen" role="status" aria-live="polite"></p>
<script type="application/json" id="data">${trusted(embedded)}</script>${scripts.map((text) => html`<script>${trusted(text)}</script>`)}</body></html>
`.html;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

import { type Html, html } from "../template.ts";
import { kindNames } from "./looks.ts";
import type { IndexData } from "./page-data.ts";

/** The filters; the script shows them, since without it they would do nothing. */
export function filtersForm({ runs }: IndexData): Html {
  const kinds = distinct(runs.map(({ kind }) => kind)).map((kind) => [kind, kindNames[kind]] as const);
  const named = (values: readonly string[]) =>
    distinct(values.filter((value) => value !== "")).map((value) => [value, value] as const);
  return html`<form class="card filters" id="filters" role="search" aria-label="Filter runs" hidden>
${choice("scenario", "Scenario", named(runs.map(({ scenario }) => scenario)))}
${choice("branch", "Branch", named(runs.map(({ branch }) => branch)))}
${choice("kind", "Kind", kinds)}
${choice("outcome", "Outcome", named(runs.map(({ outcome }) => outcome)))}
<label class="grow">Search<input type="search" name="text" placeholder="commit, reason, folder" autocomplete="off" spellcheck="false"></label>
<button type="reset">Clear</button></form>`;
}

function choice(
  name: string,
  label: string,
  options: readonly (readonly [value: string, name: string])[],
): Html {
  return html`<label>${label}<select name="${name}"><option value="">All</option>${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label>`;
}

function distinct<Value extends string>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)].toSorted();
}

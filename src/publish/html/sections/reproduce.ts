import type { Environment } from "../../../measure/result.ts";
import { environmentFacts } from "../../environment-facts.ts";
import { type Html, html } from "../template.ts";

/** A scenario as its file had it. */
interface Source {
  readonly file: string;
  readonly source: string;
}

/** A command that belongs to the one that does this again, and what it does. */
interface FurtherCommand {
  readonly does: string;
  readonly command: string;
}

/** The command and the scenarios that do this again; several files are folded away. */
export function reproduce(
  command: string,
  sources: readonly Source[],
  further: readonly FurtherCommand[] = [],
): Html {
  const files = sources.map(
    ({ file, source }) =>
      html`<details${sources.length === 1 && html` open`}><summary>${file}</summary><pre>${source.trimEnd()}</pre></details>`,
  );
  const same = sources.length === 1 ? "same scenario and seed" : "same scenarios and seed";
  return html`<section class="card" id="reproduce"><div class="title"><h2>Reproduce</h2><span class="sub">${same}</span></div><pre>${command}</pre>${further.map(({ does, command }) => html`<p class="sub">${does}</p><pre>${command}</pre>`)}${files}</section>`;
}

/** What the measurement stood on. */
export function environment(on: Environment, more: readonly (readonly [string, string])[]): Html {
  const facts = [...environmentFacts(on), ...more];
  return html`<section class="card" id="environment"><div class="title"><h2>Environment</h2></div><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

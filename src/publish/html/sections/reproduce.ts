import { formatBytes } from "../../../base/units.ts";
import type { RunResult } from "../../../measure/result.ts";
import { type Html, html } from "../template.ts";

/** The command and the scenario that do this again. */
export function reproduce({ command, scenario }: RunResult): Html {
  return html`<section class="card" id="reproduce"><div class="title"><h2>Reproduce</h2><span class="sub">same scenario and seed</span></div><pre>${command}</pre><details open><summary>${scenario.file}</summary><pre>${scenario.source.trimEnd()}</pre></details></section>`;
}

/** What the measurement stood on. */
export function environment({ environment: on, scenario, schemaVersion }: RunResult): Html {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["CPU", `${on.cpuModel} · ${on.cores} cores`],
    ["Governor", on.governor],
    ["Memory", `${formatBytes(on.memoryBytes)}${on.swap === undefined ? "" : ` · swap ${on.swap}`}`],
    ["OS", on.os],
    ["Kernel", on.kernel],
    ["Container", on.container],
    ["Node.js", `${on.node} · V8 ${on.v8}`],
    ["dyno", `${on.dynoVersion} · schema ${schemaVersion}`],
    [
      "Commit",
      on.gitRevision === undefined
        ? undefined
        : `${on.gitRevision}${on.gitDirty === true ? ", with uncommitted changes" : ", clean tree"}`,
    ],
    ["Lock file", on.lockHash],
    ["Seed", String(scenario.seed)],
    ["Services", on.services.length === 0 ? undefined : on.services.join("; ")],
  ];
  return html`<section class="card" id="environment"><div class="title"><h2>Environment</h2></div><dl>${facts.filter(([, value]) => value !== undefined).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

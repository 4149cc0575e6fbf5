import { formatCount, formatDuration, formatRatio } from "../../../base/units.ts";
import { type MergedErrors, mergeErrors } from "../../../measure/merge-errors.ts";
import type { RunResult } from "../../../measure/result.ts";
import { type Html, html } from "../template.ts";
import { heading } from "./heading.ts";

/** What failed, by kind and phase, the most frequent first; trials are added up. */
export function errorsTable({ trials }: RunResult): Html | false {
  const phases = trials.flatMap((trial) => trial.phases);
  const failures = mergeErrors(phases);
  if (failures.length === 0) return false;
  const operations = (name: string): number =>
    phases
      .filter(({ phase }) => phase === name)
      .reduce((sum, { completed, failed }) => sum + completed + failed, 0);
  const heads = html`${heading("Kind", false)}${heading("Phase", false)}${heading("Count")}${heading("Share")}${heading("First seen")}<th>First message</th>`;
  const note = `what was answered wrongly or not at all; shares are of the operations of the phase${trials.length > 1 ? ", over all trials" : ""}`;
  return html`<section class="card" id="errors"><div class="title"><h2>Errors</h2><span class="sub">${note}</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heads}</tr></thead><tbody>${failures.map((one) => row(one, operations(one.phase)))}</tbody></table></div></section>`;
}

function row({ kind, phase, count, seenMs, sample }: MergedErrors, operations: number): Html {
  const share = count / Math.max(1, operations);
  return html`<tr><td class="most"><code><b>${kind}</b></code></td><td data-label="Phase">${phase}</td><td class="r" data-label="Count" data-v="${count}">${formatCount(count)}</td><td class="r" data-label="Share" data-v="${share}">${formatRatio(share)}</td><td class="r" data-label="First seen" data-v="${seenMs}">${formatDuration(seenMs * 1000)}</td><td class="line">${sample}</td></tr>`;
}

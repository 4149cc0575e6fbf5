import { formatCount, formatDuration, formatRatio } from "../../../base/units.ts";
import type { ErrorCount, RunResult } from "../../../measure/result.ts";
import { type Html, html } from "../template.ts";
import { heading } from "./heading.ts";

/** Failures of one kind in one phase, over all trials. */
interface Failures extends Omit<ErrorCount, "firstAtMs"> {
  readonly phase: string;
  /** Since its trial began. */
  readonly seenMs: number;
  /** Of all operations of the phase, 0 to 1. */
  readonly share: number;
}

/** What failed, by kind and phase, the most frequent first; trials are added up. */
export function errorsTable({ trials }: RunResult): Html | false {
  const failures = failuresOf(trials);
  if (failures.length === 0) return false;
  const heads = html`${heading("Kind", false)}${heading("Phase", false)}${heading("Count")}${heading("Share")}${heading("First seen")}<th>First message</th>`;
  const note = `what was answered wrongly or not at all; shares are of the operations of the phase${trials.length > 1 ? ", over all trials" : ""}`;
  return html`<section class="card" id="errors"><div class="title"><h2>Errors</h2><span class="sub">${note}</span></div><div class="scroll" tabindex="0"><table class="stack"><thead><tr>${heads}</tr></thead><tbody>${failures.map(row)}</tbody></table></div></section>`;
}

function row({ kind, phase, count, share, seenMs, sample }: Failures): Html {
  return html`<tr><td class="most"><code><b>${kind}</b></code></td><td data-label="Phase">${phase}</td><td class="r" data-label="Count" data-v="${count}">${formatCount(count)}</td><td class="r" data-label="Share" data-v="${share}">${formatRatio(share)}</td><td class="r" data-label="First seen" data-v="${seenMs}">${formatDuration(seenMs * 1000)}</td><td class="line">${sample}</td></tr>`;
}

function failuresOf(trials: RunResult["trials"]): readonly Failures[] {
  const phases = trials.flatMap((trial) => trial.phases);
  const found = new Map<string, Failures>();
  for (const { phase, startMs, errors } of phases) {
    const all = phases
      .filter((other) => other.phase === phase)
      .reduce((sum, { completed, failed }) => sum + completed + failed, 0);
    for (const { kind, count, sample, firstAtMs } of errors) {
      const key = JSON.stringify([kind, phase]);
      const known = found.get(key);
      const total = count + (known?.count ?? 0);
      const seenMs = Math.min(startMs + firstAtMs, known?.seenMs ?? Number.POSITIVE_INFINITY);
      const share = total / Math.max(1, all);
      found.set(key, { kind, phase, count: total, share, seenMs, sample: known?.sample ?? sample });
    }
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count);
}

import { formatCount, formatDuration } from "../../../base/units.ts";
import type { TimelineMark, TrialResult } from "../../../measure/result.ts";
import { errorsIn, type ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";

/** What was broken on purpose: when it really began and was over, and what was answered meanwhile. */
export function faultsTable({ result }: ReportData): Html | false {
  const rows = result.trials.flatMap((trial) =>
    trial.marks
      .filter(({ fault }) => fault !== undefined)
      .map((mark) => row(mark, trial, result.trials.length)),
  );
  if (rows.length === 0) return false;
  return html`<section class="card" id="faults"><div class="title"><h2>Faults</h2><span class="sub">broken on purpose; times from the start of the trial, as on the charts. A fault is over when what it broke works again.</span></div><div class="scroll" tabindex="0"><table><thead><tr><th>Fault</th>${["Begun", "Over", "Lasted", "Offered", "Completed", "Failed"].map((name) => html`<th class="r">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function row(mark: TimelineMark, trial: TrialResult, trials: number): Html {
  const { atMs, untilMs, label, problem } = mark;
  // A row that reaches beyond the end holds what was only answered afterwards.
  const meanwhile = trial.timeline.filter(
    (one) => one.atMs >= atMs && one.atMs + one.lengthMs <= (untilMs ?? atMs),
  );
  const count = (read: (one: (typeof meanwhile)[number]) => number): string =>
    formatCount(meanwhile.reduce((sum, one) => sum + read(one), 0));
  const failed = count(errorsIn);
  const cell = (text: string): Html => html`<td class="r">${text}</td>`;
  const ended =
    untilMs === undefined ? ["–", "–"] : [untilMs, untilMs - atMs].map((ms) => formatDuration(ms * 1000));
  const note = [trials > 1 ? `trial ${trial.trial + 1}` : "", problem ?? ""]
    .filter((text) => text !== "")
    .join(", ");
  return html`<tr><td><code>${label}</code>${note !== "" && html`<small>${note}</small>`}</td>${[formatDuration(atMs * 1000), ...ended, count(({ offered }) => offered), count(({ completed }) => completed), failed].map(cell)}</tr>`;
}

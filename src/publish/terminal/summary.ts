import { formatCount, formatDuration, formatRate } from "../../base/units.ts";
import { describeMark } from "../../measure/describe-mark.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import { type MergedPhase, mergePhases } from "../../measure/merge-phases.ts";
import type { RunResult } from "../../measure/result.ts";
import { bullets, checkLines, fileLines, type SummaryPaths } from "./blocks.ts";
import { errorLines } from "./error-lines.ts";
import { type Colours, outcomeWord, verdictMark } from "./symbols.ts";
import { renderTable } from "./table.ts";

/** The summary of a run as text for a terminal: verdict first, then targets, phases, checks, warnings and files. */
export function renderSummary(result: RunResult, paths: SummaryPaths, colours: Colours): string {
  const parts = [
    `${outcomeWord(result.outcome, colours)}  ${colours.bold(result.scenario.name)}  ${result.reason}`,
    ...(result.invalid.length > 0 ? [bullets(result.invalid, colours.yellow("!"))] : []),
    ...(result.verdicts.length > 0 ? [targetsTable(result, colours)] : []),
    ...(result.trials.some((trial) => trial.phases.length > 0) ? [phasesTable(result, colours)] : []),
    bullets(errorLines(result.trials), colours.red("✗")),
    faults(result, colours),
    checkLines(
      result.trials.flatMap((trial) => trial.checks),
      colours,
    ),
    bullets(result.warnings, colours.yellow("!")),
    fileLines(result.command, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function targetsTable(result: RunResult, colours: Colours): string {
  const rank = { fail: 0, inconclusive: 1, pass: 2 };
  const rows = result.verdicts
    .toSorted((a, b) => rank[a.outcome] - rank[b.outcome])
    .map((verdict) => [
      `${verdictMark(verdict.outcome, colours)} ${verdict.rule}`,
      verdict.measured === undefined ? "not measured" : formatMetric(verdict.measured, verdict.unit),
      verdict.interval ? verdict.interval.map((end) => formatMetric(end, verdict.unit)).join(" to ") : "",
      verdict.outcome === "inconclusive"
        ? verdict.sentence
        : verdict.op === "=="
          ? ""
          : marginText(verdict.marginRatio),
    ]);
  return renderTable(["target", "measured", "95 % interval", "margin"], 9, rows, colours);
}

function marginText(ratio: number | undefined): string {
  if (ratio === undefined) return "";
  if (ratio > 2) return `${(ratio + 1).toPrecision(3)} times the limit`;
  const percent = Math.abs(ratio) * 100;
  return `${percent.toFixed(percent < 10 ? 1 : 0)} % ${ratio < 0 ? "beyond" : "to spare"}`;
}

function phasesTable(result: RunResult, colours: Colours): string {
  const phases = mergePhases(result.trials);
  const rows = phases.map((phase) => phaseRow(phase, colours));
  return renderTable(
    ["phase", "offered", "done", "errors", "p50", "p90", "p99", "p99.9", "max"],
    1,
    rows,
    colours,
  );
}

function phaseRow(phase: MergedPhase, colours: Colours): string[] {
  const seconds = phase.durationMs / 1000;
  const latency = (q: number): string =>
    phase.response.count === 0 ? "-" : formatDuration(phase.response.quantile(q));
  const name = phase.loop === "closed" ? `${phase.phase} ${colours.dim("(closed loop)")}` : phase.phase;
  return [
    name,
    formatRate(phase.asked / seconds),
    formatRate(phase.completed / seconds),
    phase.failed > 0 ? colours.red(formatCount(phase.failed)) : "0",
    latency(0.5),
    latency(0.9),
    latency(0.99),
    latency(0.999),
    latency(1),
  ];
}

/** What was broken on purpose, as it really took place; times from the start of the trial, as in the report. */
function faults({ trials }: RunResult, colours: Colours): string {
  const lines = trials.flatMap(({ trial, marks }) =>
    marks
      .filter(({ fault }) => fault !== undefined)
      .map((mark) => `${trials.length > 1 ? `trial ${trial + 1}: ` : ""}${describeMark(mark)}`),
  );
  return bullets(lines, colours.yellow("↯"));
}

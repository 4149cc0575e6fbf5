import type { Comparison, ComparisonResult, MetricComparison } from "../../measure/comparison.ts";
import {
  comparisonTitle,
  describeChange,
  effortSentence,
  marginText,
  metricName,
  sidesText,
  smallestEffects,
  valueText,
  verdictWord,
} from "../../measure/comparison-wording.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import { bullets, checkLines, fileLines, type SummaryPaths } from "../terminal/blocks.ts";
import { type Colours, outcomeWord, verdictMark } from "../terminal/symbols.ts";
import { renderTable } from "../terminal/table.ts";
import { failuresFirst, isUnjudged, judgedMetrics, shownMetrics, summarizeChecks } from "./verdicts.ts";

/** A gate or an A/B comparison as text for a terminal: verdict first, then each scenario, warnings and files. */
export function renderComparison(result: ComparisonResult, paths: SummaryPaths, colours: Colours): string {
  const word = isUnjudged(result) ? colours.bold("COMPARED") : outcomeWord(result.outcome, colours);
  const parts = [
    `${word}  ${colours.bold(result.name)}  ${result.reason}`,
    ...result.comparisons.flatMap((comparison) => scenarioParts(result, comparison, colours)),
    bullets(result.warnings, colours.yellow("!")),
    fileLines(result.command, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function scenarioParts(result: ComparisonResult, comparison: Comparison, colours: Colours): string[] {
  const { outcome, verdicts, invalid, warnings } = comparison;
  const word = isUnjudged({ ...result, outcome }) ? "" : `${outcomeWord(outcome, colours)}  `;
  const title = `${word}${colours.bold(comparisonTitle(result, comparison))}  ${colours.dim(sidesText(comparison))}`;
  return [
    `${title}\n${metricsTable(comparison, colours)}`.trimEnd(),
    reasons(result, comparison, colours),
    ...(verdicts.length > 0 ? [targetsTable(comparison, colours)] : []),
    checkLines(summarizeChecks(comparison), colours),
    bullets(effort(comparison), colours.dim("·")),
    bullets([...invalid, ...warnings], colours.yellow("!")),
  ];
}

/** Every metric of both sides, those that are judged first; empty where none was measured. */
export function metricsTable(comparison: Comparison, colours: Colours): string {
  if (comparison.metrics.length === 0) return "";
  const rows = [...judgedMetrics(comparison), ...shownMetrics(comparison)].map((metric) => {
    const { change, interval } = describeChange(metric);
    return [
      `${markOf(metric, colours)} ${metricName(metric)}`,
      valueText(metric, metric.base),
      valueText(metric, metric.candidate),
      change,
      interval,
      metric.judged ? marginText(metric, metric.margin) : colours.dim("shown"),
      coloured(metric, colours),
    ];
  });
  const { base, candidate } = comparison;
  const head = ["metric", base.name, candidate.name, "change", "interval", "margin", "verdict"];
  return renderTable(head, [1, 2, 3, 4, 5], rows, colours);
}

/** A mark only where something is judged: in a gate. */
function markOf({ outcome }: MetricComparison, colours: Colours): string {
  return outcome === undefined ? colours.dim("·") : verdictMark(outcome, colours);
}

function coloured(metric: MetricComparison, colours: Colours): string {
  const word = verdictWord(metric);
  if (metric.outcome === "fail") return colours.red(word);
  if (metric.outcome === "inconclusive") return colours.yellow(word);
  if (metric.verdict === "worse" && metric.outcome === undefined) return colours.yellow(word);
  return metric.verdict === "better" ? colours.green(word) : word;
}

/** The sentences of what failed and of what is open; the reason of a scenario that names none of them. */
function reasons(result: ComparisonResult, comparison: Comparison, colours: Colours): string {
  const told = judgedMetrics(comparison).filter(
    ({ outcome }) => outcome === "fail" || outcome === "inconclusive",
  );
  const lines = told.map(
    ({ outcome, sentence }) => `${verdictMark(outcome ?? "inconclusive", colours)} ${sentence}`,
  );
  const { reason } = comparison;
  const isTold = reason === result.reason || told.some(({ sentence }) => reason.includes(sentence));
  const all = isTold ? lines : [reason, ...lines];
  return all.map((line) => `  ${line}`).join("\n");
}

function targetsTable({ verdicts }: Comparison, colours: Colours): string {
  const rows = failuresFirst(verdicts).map((verdict) => [
    `${verdictMark(verdict.outcome, colours)} ${verdict.rule}`,
    verdict.measured === undefined ? "not measured" : formatMetric(verdict.measured, verdict.unit),
    verdict.outcome === "pass" ? "" : verdict.sentence,
  ]);
  return renderTable(["target", "measured", ""], [1], rows, colours);
}

function effort(comparison: Comparison): string[] {
  const effects = smallestEffects(comparison.metrics);
  return [
    effortSentence(comparison),
    ...(effects === ""
      ? []
      : [`Smallest worsening that would have been seen in 95 % of such runs: ${effects}.`]),
  ];
}

import type {
  Comparison,
  ComparisonOutcome,
  ComparisonResult,
  MetricComparison,
} from "../../measure/comparison.ts";
import {
  comparisonTitle,
  describeChange,
  effortSentence,
  marginText,
  metricName,
  sidesText,
  valueText,
  verdictWord,
} from "../../measure/comparison-wording.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import { environmentFacts } from "../environment-facts.ts";
import { codeBlock, codeSpan, folded, plainText, table } from "./markdown-text.ts";
import {
  decidingChecks,
  failuresFirst,
  isUnjudged,
  judgedMetrics,
  shownMetrics,
  worstFirst,
} from "./verdicts.ts";

/** A comment on GitHub holds 65 536 characters; by bytes, which are never fewer, with room for a marker or a link. */
const mostBytes = 60_000;
/** Rows of one table, lines of one list, and warnings. */
const mostRows = 20;
const mostWarnings = 5;

const outcomeTexts: Readonly<Record<ComparisonOutcome, string>> = {
  pass: "✅ Pass",
  fail: "❌ Fail",
  inconclusive: "⚠️ Inconclusive",
  invalid: "⚠️ Invalid measurement",
  setup_failed: "❌ Set-up failed",
  interrupted: "⏹️ Interrupted",
};
const compared = "⚖️ Compared";

/** summary.md: for GITHUB_STEP_SUMMARY and for comments on pull requests. Failures first, and never more than 60 kB. */
export function renderMarkdown(result: ComparisonResult): string {
  const word = isUnjudged(result) ? compared : outcomeTexts[result.outcome];
  const opening = [
    `<!-- dyno ${result.kind} -->`,
    `## ${word}: ${plainText(result.name, 120)}`,
    plainText(result.reason, 1500),
    warningList(result.warnings),
  ];
  const closing = [
    `**Reproduce**\n\n${codeBlock(result.command, "sh")}`,
    folded("Environment", environmentTable(result)),
  ];
  const scenarios = worstFirst(result.comparisons).map((comparison): readonly string[] => {
    const brief = scenarioOpening(result, comparison);
    return [[...brief, ...scenarioFigures(comparison)].join("\n\n"), brief.join("\n\n")];
  });
  const taken = bytesOf([...opening, ...closing]);
  const parts = [...opening, ...fitting(scenarios, mostBytes - taken), ...closing];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Of each block the first version that there is room for, and a line that counts the blocks without one. */
function fitting(blocks: readonly (readonly string[])[], room: number): string[] {
  const kept: string[] = [];
  for (const versions of blocks) {
    const version = versions.find((text) => bytesOf([...kept, text]) <= room - 200);
    if (version === undefined) break;
    kept.push(version);
  }
  const left = blocks.length - kept.length;
  return left === 0 ? kept : [...kept, `_${left} more scenario${left === 1 ? "" : "s"}: see report.html._`];
}

function bytesOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part) + 2, 0);
}

function scenarioOpening(result: ComparisonResult, comparison: Comparison): string[] {
  const { outcome, reason } = comparison;
  const word = isUnjudged({ ...result, outcome }) ? compared : outcomeTexts[outcome];
  const icon = word.slice(0, word.indexOf(" "));
  const title = `### ${icon} ${plainText(comparisonTitle(result, comparison), 160)}`;
  return reason === result.reason ? [title] : [title, plainText(reason, 1500)];
}

function scenarioFigures(comparison: Comparison): string[] {
  const { scenario, invalid, warnings } = comparison;
  const judged = judgedMetrics(comparison);
  const shown = shownMetrics(comparison);
  const wrong = decidingChecks(comparison).filter(({ ok }) => !ok);
  const more = `${shown.length} more metric${shown.length === 1 ? "" : "s"}, shown and not judged`;
  const parts = [
    judged.length > 0 && metricsTable(comparison, judged),
    listed(openSentences(comparison)),
    targetsTable(comparison),
    listed(wrong.map(({ name, detail }) => `❌ **${plainText(name)}**: ${plainText(detail)}`)),
    warningList([...invalid.slice(1), ...warnings]),
    `<sub>${plainText(sidesText(comparison))} · ${codeSpan(scenario.file)} · ${plainText(effortSentence(comparison))}</sub>`,
    shown.length > 0 && folded(more, metricsTable(comparison, shown)),
  ];
  return parts.filter((part) => part !== false).filter((part) => part !== "");
}

const icons: Readonly<Record<NonNullable<MetricComparison["outcome"]>, string>> = {
  pass: "✅",
  fail: "❌",
  inconclusive: "⚠️",
};

function metricsTable({ base, candidate }: Comparison, metrics: readonly MetricComparison[]): string {
  const rows = metrics.slice(0, mostRows).map((metric) => {
    const { change, interval } = describeChange(metric);
    const strong = metric.outcome === "fail" ? "**" : "";
    const icon = metric.outcome === undefined ? "" : `${icons[metric.outcome]} `;
    return [
      plainText(metricName(metric), 160),
      valueText(metric, metric.base),
      valueText(metric, metric.candidate),
      `${strong}${change}${strong} ${interval.replace(/[[\]]/g, "\\$&").replace(", ", ",\u00a0")}`.trimEnd(),
      marginText(metric, metric.margin),
      `${icon}${verdictWord(metric)}`,
    ];
  });
  const heads = [
    "metric",
    plainText(base.name, 40),
    plainText(candidate.name, 40),
    "change",
    "margin",
    "verdict",
  ];
  return `${table(heads, rows)}${moreOf(metrics.length)}`;
}

/** The sentences of what failed and of what is open, unless the reason says the same. */
function openSentences(comparison: Comparison): string[] {
  return judgedMetrics(comparison)
    .filter(
      ({ outcome, sentence }) =>
        outcome !== undefined && outcome !== "pass" && !comparison.reason.includes(sentence),
    )
    .map(({ outcome = "inconclusive", sentence }) => `${icons[outcome]} ${plainText(sentence)}`);
}

function targetsTable({ verdicts }: Comparison): string {
  if (verdicts.length === 0) return "";
  const rows = failuresFirst(verdicts)
    .slice(0, mostRows)
    .map(({ outcome, rule, measured, unit }) => [
      codeSpan(rule, { inTable: true }),
      measured === undefined ? "not measured" : formatMetric(measured, unit),
      `${icons[outcome]} ${outcome}`,
    ]);
  return `${table(["target", "measured", "verdict"], rows)}${moreOf(verdicts.length)}`;
}

function moreOf(count: number, most = mostRows): string {
  return count > most ? `\n\n_${count - most} more: see report.html._` : "";
}

function listed(lines: readonly string[], most = mostRows): string {
  const shown = lines.slice(0, most).map((line) => `- ${line}`);
  return `${shown.join("\n")}${moreOf(lines.length, most)}`;
}

function warningList(warnings: readonly string[]): string {
  return listed(
    warnings.map((text) => `⚠️ ${plainText(text, 300)}`),
    mostWarnings,
  );
}

function environmentTable({ environment }: ComparisonResult): string {
  const rows = environmentFacts(environment).map(([name, value]) => [name, plainText(value, 300)]);
  return table(["", ""], rows);
}

import type { Comparison, ComparisonResult } from "../../measure/comparison.ts";
import { comparisonTitle, metricName } from "../../measure/comparison-wording.ts";
import { decidingChecks, failsByDoubt, isBroken, judgedMetrics } from "./verdicts.ts";

interface Annotation {
  readonly kind: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly title: string;
  readonly message: string;
}

/** GitHub shows ten a kind for each step, and drops the rest in silence: nine, and one that says how many more there are. */
const most = 9;

/**
 * Workflow commands for GitHub Actions, one a line: an error for each metric, target and check that failed and for each
 * scenario that could not be measured, a warning for each that is inconclusive. Empty where there is nothing to say.
 */
export function renderAnnotations(result: ComparisonResult): string {
  const all = result.comparisons.flatMap((comparison) => annotationsOf(result, comparison));
  const whole = result.comparisons.length === 0 && isBroken(result.outcome);
  const lines = (["error", "warning"] as const).flatMap((kind) =>
    bounded(
      kind,
      all.filter((annotation) => annotation.kind === kind),
    ),
  );
  if (whole) lines.unshift(`::error title=${property(`dyno ${result.name}`)}::${data(result.reason)}`);
  return lines.map((line) => `${line}\n`).join("");
}

function annotationsOf(result: ComparisonResult, comparison: Comparison): Annotation[] {
  const { scenario, verdicts, outcome, reason } = comparison;
  const name = comparisonTitle(result, comparison);
  const at = { file: scenario.file, line: 1 };
  const checks = decidingChecks(comparison)
    .filter(({ ok }) => !ok)
    .map((check) => ({
      ...at,
      kind: "error" as const,
      title: `${name}: ${check.name}`,
      message: check.detail,
    }));
  if (isBroken(outcome))
    return [{ ...at, kind: "error", title: `${name}: ${outcome}`, message: reason }, ...checks];
  const metrics = judgedMetrics(comparison).map((metric) => ({
    ...at,
    outcome: metric.outcome,
    title: `${name}: ${metricName(metric)}`,
    message: metric.sentence,
  }));
  const targets = verdicts.map((verdict) => ({
    ...at,
    line: verdict.line,
    column: verdict.column,
    outcome: verdict.outcome,
    title: `${name}: ${verdict.rule}`,
    message: verdict.sentence,
  }));
  const judged = [...metrics, ...targets].flatMap(({ outcome: came, ...rest }): Annotation[] => {
    if (came === "fail") return [{ ...rest, kind: "error" }];
    return came === "inconclusive" ? [{ ...rest, kind: failsByDoubt(result) ? "error" : "warning" }] : [];
  });
  const all = [...judged, ...checks];
  // Such as a candidate that crashed, or too few pairs.
  const kind = outcome === "fail" ? "error" : "warning";
  const isTold = outcome === "pass" || result.kind === "ab" || all.some((one) => one.kind === kind);
  return isTold ? all : [{ ...at, kind, title: `${name}: ${outcome}`, message: reason }, ...all];
}

function bounded(kind: Annotation["kind"], annotations: readonly Annotation[]): string[] {
  const lines = annotations.slice(0, most).map(command);
  const left = annotations.length - lines.length;
  if (left > 0) lines.push(`::${kind} title=dyno::${left} more: see the summary of this job`);
  return lines;
}

function command({ kind, file, line, column, title, message }: Annotation): string {
  const col = column === undefined ? "" : `,col=${column}`;
  return `::${kind} file=${property(file)},line=${line}${col},title=${property(title)}::${data(message)}`;
}

/** As actions/toolkit escapes the data of a command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** As actions/toolkit escapes a property of a command. */
function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

import type { Comparison, ComparisonResult } from "../../measure/comparison.ts";
import { describeChange, sidesText } from "../../measure/comparison-wording.ts";
import type { EntryMetric, RunEntry } from "../../measure/run-entry.ts";
import { isUnjudged, worstFirst } from "../comparison/verdicts.ts";
import { standing } from "./entry-of-run.ts";

/** What the list shows of a gate or an A/B comparison: one entry for each of its scenarios, in the order of the report. */
export function entriesOfComparison(result: ComparisonResult): readonly RunEntry[] {
  const { kind, exitCode, startedAt, environment } = result;
  const common = { kind, exitCode, startedAt, ...standing(environment) };
  // One that broke off before anything was compared.
  if (result.comparisons.length === 0)
    return [{ ...common, scenario: result.name, ...told(result), anchor: "", metrics: [] }];
  return worstFirst(result.comparisons).map((comparison, i) => ({
    ...common,
    scenario: comparison.scenario.name,
    variant: sidesText(comparison),
    ...told({ kind, durationMs: comparison.tookMs, outcome: comparison.outcome, reason: comparison.reason }),
    anchor: `#s${i + 1}`,
    ...mainPhaseOf(comparison),
    metrics: metricsOfCandidate(comparison),
  }));
}

function told({
  kind,
  outcome,
  reason,
  durationMs,
}: Pick<ComparisonResult, "kind" | "outcome" | "reason" | "durationMs">): Pick<
  RunEntry,
  "outcome" | "reason" | "durationMs"
> {
  return { outcome: isUnjudged({ kind, outcome }) ? "compared" : outcome, reason, durationMs };
}

/** The phase of what is judged, else of the first metric that has one. */
function mainPhaseOf({ metrics }: Pick<Comparison, "metrics">): Pick<RunEntry, "mainPhase"> {
  const phased = metrics.filter(({ phase }) => phase !== undefined);
  const phase = (phased.find(({ judged }) => judged) ?? phased[0])?.phase;
  return phase === undefined ? {} : { mainPhase: phase };
}

/** The candidate's figures, each with its change against the base; what was not measured is left out. */
export function metricsOfCandidate({ metrics }: Pick<Comparison, "metrics">): readonly EntryMetric[] {
  return metrics.flatMap((metric) => {
    const { candidate } = metric;
    if (candidate === undefined || !Number.isFinite(candidate)) return [];
    const phase = metric.phase === undefined ? {} : { phase: metric.phase };
    return [
      {
        metric: metric.metric,
        ...phase,
        unit: metric.unit,
        value: candidate,
        change: describeChange(metric),
      },
    ];
  });
}

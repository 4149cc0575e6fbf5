import type { ComparisonResult } from "../../../measure/comparison.ts";
import { comparisonTitle } from "../../../measure/comparison-wording.ts";
import { judgedMetrics, summarizeChecks, worstFirst } from "../../comparison/verdicts.ts";
import { metricLooks, verdictLook } from "../icons.ts";
import { type CsvTable, type PageData, renderPage } from "../page.ts";
import { headOf, reasonOf, type Tallied, tallyOf } from "../sections/head.ts";
import { environment, reproduce } from "../sections/reproduce.ts";
import { type Html, html } from "../template.ts";
import { comparisonLook, metricLook } from "./looks.ts";
import { scenarioSection } from "./scenario.ts";

/** Of more scenarios than this the later ones have no charts, and the download no samples: the size stays bounded. */
const mostDrawn = 12;

/**
 * The report of a gate or an A/B comparison as one HTML file, in the manner of a run's report: no network, readable
 * without JavaScript, on paper and on a phone. The same result gives the same bytes.
 */
export function renderComparisonHtml(result: ComparisonResult): string {
  const ordered = worstFirst(result.comparisons).map((comparison, i) => ({ comparison, id: `s${i + 1}` }));
  const links = [
    ...ordered.map(({ comparison, id }) => [id, comparisonTitle(result, comparison)] as const),
    ["reproduce", "Reproduce"] as const,
    ["environment", "Environment"] as const,
  ];
  const scenarios = ordered.map(({ comparison, id }, i) =>
    scenarioSection(result, comparison, id, i < mostDrawn),
  );
  const look = comparisonLook(result.kind, result);
  return renderPage({
    title: `${look.word.toLowerCase()} · ${result.name}`,
    dynoVersion: result.environment.dynoVersion,
    schemaVersion: result.schemaVersion,
    links,
    sections: html`${head(result)}${reasonOf({ ...result, look, why: "", invalid: [] })}${scenarios}${reproduce(result.command, sourcesOf(result))}${environment(result.environment, [])}`,
    data: embedded(result),
  });
}

function head(result: ComparisonResult): Html {
  const { comparisons, kind, name } = result;
  const bases = [...new Set(comparisons.map(({ base }) => base.description))];
  const pairs = comparisons.reduce((sum, comparison) => sum + comparison.pairs, 0);
  const title = kind === "ab" ? `A/B · ${name}` : name === "gate" ? "Gate" : `Gate · ${name}`;
  return headOf({
    ...result,
    look: comparisonLook(kind, result),
    title,
    facts: [
      html`${bases.length === 1 && html`<span>against <b>${bases[0]}</b></span>`}`,
      html`<span><b>${comparisons.length}</b> ${comparisons.length === 1 ? "comparison" : "comparisons"}</span>`,
      html`<span><b>${pairs}</b> ${pairs === 1 ? "pair" : "pairs"}</span>`,
    ],
    tally: kind === "gate" ? gateTally(result) : verdictTally(result),
  });
}

/** What the judged metrics and the targets came to. */
function gateTally({ comparisons }: ComparisonResult): readonly Tallied[] {
  return tallyOf(
    comparisons.flatMap((comparison) => [
      ...judgedMetrics(comparison).map(metricLook),
      ...comparison.verdicts.map(verdictLook),
    ]),
  );
}

function verdictTally({ comparisons }: ComparisonResult): readonly Tallied[] {
  const metrics = comparisons.flatMap((comparison) => comparison.metrics);
  return (["worse", "inconclusive", "same", "better"] as const).map((verdict) => ({
    className: metricLooks[verdict].className,
    word: verdict,
    count: metrics.filter((metric) => metric.verdict === verdict).length,
  }));
}

/** Each scenario's file once, though it was compared several times. */
function sourcesOf({ comparisons }: ComparisonResult) {
  return [...new Map(comparisons.map(({ scenario }) => [scenario.file, scenario])).values()];
}

function embedded(result: ComparisonResult): PageData {
  const isLong = result.comparisons.length > mostDrawn;
  const brief = result.comparisons.map((comparison) => ({
    ...comparison,
    basePhases: [],
    candidatePhases: [],
    checks: summarizeChecks(comparison),
    metrics: comparison.metrics.map((metric) => ({ ...metric, perPair: [] })),
  }));
  const data = { name: result.name, heads: [], rows: [], csv: metricsCsv(result) };
  if (!isLong) return { ...data, result };
  const leftOut = "samples and histograms";
  return {
    ...data,
    result: { leftOut, ...result, comparisons: brief },
    downloads: `Download JSON gives the result without ${leftOut}, which are in comparison.json.`,
  };
}

function metricsCsv({ comparisons }: ComparisonResult): CsvTable {
  const heads = [
    ...["scenario", "metric", "phase", "unit", "scale", "base", "candidate", "estimate", "low", "high"],
    ...["confidence", "margin", "pairs", "verdict", "outcome"],
  ];
  const rows = comparisons.flatMap(({ scenario, metrics }) =>
    metrics.map((metric) => {
      const { phase = "", base = "", candidate = "", estimate = "", outcome = "" } = metric;
      const { unit, scale, confidence, margin, pairs, verdict } = metric;
      const [low = "", high = ""] = metric.interval ?? [];
      const found = [base, candidate, estimate, low, high, confidence, margin, pairs, verdict, outcome];
      return [scenario.name, metric.metric, phase, unit, scale, ...found];
    }),
  );
  return { heads, rows };
}

import { formatCount, formatRatio } from "../base/units.ts";
import type { Baseline } from "../judge/baselines/baseline.ts";
import type { ListedBaseline } from "../judge/baselines/baseline-folder.ts";
import { scenarioIn } from "../judge/baselines/baseline-folder.ts";
import { readStoredFigures } from "../judge/baselines/stored-metrics.ts";
import type { ArmMetric } from "../judge/compare/pair-metrics.ts";
import { differencesOf, type Fingerprint } from "../measure/fingerprint.ts";
import { formatMetric } from "../measure/format-metric.ts";
import { environmentFacts } from "../publish/environment-facts.ts";
import type { Colours } from "../publish/terminal/symbols.ts";
import { renderTable } from "../publish/terminal/table.ts";

/** The baselines of a folder as a table; those of this machine are marked, those that cannot be used say why. */
export function baselineTable(
  listed: readonly ListedBaseline[],
  here: Fingerprint,
  colours: Colours,
): string {
  const sound = listed.flatMap(({ baseline }) => (baseline === undefined ? [] : [baseline]));
  const broken = listed.flatMap(({ file, problem }) => (problem === undefined ? [] : [{ file, problem }]));
  const rows = sound.map((baseline) => [
    `${isHere(baseline, here) ? colours.green("●") : colours.dim("○")} ${baseline.scenario.name}`,
    baseline.fingerprint.class,
    day(baseline.recordedAt),
    commitOf(baseline),
    String(baseline.blocks.length),
    `${baseline.environment.cpuModel}, ${baseline.environment.cores} cores`,
    baseline.reason ?? "",
  ]);
  const table =
    rows.length === 0
      ? ""
      : renderTable(
          ["scenario", "class", "recorded", "commit", "blocks", "machine", "reason"],
          9,
          rows,
          colours,
        );
  const lines = broken.map(({ file, problem }) => `  ${colours.red("✗")} ${scenarioIn(file)}  ${problem}`);
  const key = rows.length === 0 ? "" : colours.dim("  ● recorded on a machine like this one  ○ on another");
  return `${[table, lines.join("\n"), key].filter((part) => part !== "").join("\n\n")}\n`;
}

/** Services belong to a scenario and not to the machine, and are not looked at. */
function isHere({ fingerprint }: Baseline, here: Fingerprint): boolean {
  return differencesOf(fingerprint, here).every((line) => line.startsWith("services:"));
}

/** Everything that a baseline says: what it is of, what it stands on, and its metrics. */
export function baselineText(file: string, baseline: Baseline, colours: Colours): string {
  const { scenario, recordedAt, reason, environment, fingerprint, blocks } = baseline;
  const facts: readonly (readonly [string, string])[] = [
    ["Recorded", `${day(recordedAt)} ${recordedAt.slice(11, 16)} UTC, ${blocks.length} blocks`],
    ...(reason === undefined ? [] : [["Reason", reason] as const]),
    ["Target", scenario.target],
    ...scenario.phases.map(({ phase, summary }) => ["Load", `${phase}: ${summary}`] as const),
    ...environmentFacts(environment),
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return [
    `${colours.bold(scenario.name)}  class ${fingerprint.class}  ${colours.dim(file)}`,
    "",
    ...facts.map(([name, value]) => `  ${colours.dim(name.padEnd(width))}${value}`),
    "",
    metricsTable(baseline, colours),
    "",
  ].join("\n");
}

/** Per metric the median over the blocks, and how far they are spread. */
export function metricsTable({ blocks }: Baseline, colours: Colours): string {
  const byBlock = blocks.map(({ figures }) => readStoredFigures(figures));
  const rows = (byBlock[0] ?? []).flatMap((metric, i) => {
    const values = byBlock.flatMap((metrics) => metrics[i]?.value ?? []).toSorted((a, b) => a - b);
    return values.length === 0 ? [] : [metricRow(metric, values)];
  });
  return renderTable(["metric", "phase", "typical", "least", "most", "blocks"], 2, rows, colours);
}

function metricRow({ metric, phase, unit }: ArmMetric, sorted: readonly number[]): string[] {
  const at = (share: number): string => {
    const value = sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
    return unit === "ratio" ? formatRatio(value) : formatMetric(value, unit);
  };
  return [metric, phase ?? "", at(0.5), at(0), at(1), formatCount(sorted.length)];
}

/** `9f2c4b71de`, with a plus where there were changes besides. */
export function commitOf({ environment: { gitRevision, gitDirty } }: Baseline): string {
  return gitRevision === undefined ? "" : `${gitRevision}${gitDirty === true ? " + changes" : ""}`;
}

function day(iso: string): string {
  return iso.slice(0, 10);
}

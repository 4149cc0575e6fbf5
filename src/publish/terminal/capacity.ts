import { formatCount, formatDuration, formatRate } from "../../base/units.ts";
import type { CapacityLevel, CapacityOutcome, CapacityResult } from "../../measure/capacity.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import { bullets, fileLines, type SummaryPaths } from "./blocks.ts";
import { type Colours, verdictMark } from "./symbols.ts";
import { renderTable } from "./table.ts";

const words: Readonly<Record<CapacityOutcome, string>> = {
  found: "FOUND",
  at_least: "AT LEAST",
  unconfirmed: "UNCONFIRMED",
  none: "NONE",
  fail: "FAIL",
  setup_failed: "SETUP FAILED",
  interrupted: "INTERRUPTED",
};

/** A search for the highest rate as text for a terminal: the answer first, then the levels by rate, and the files. */
export function renderCapacitySummary(result: CapacityResult, paths: SummaryPaths, colours: Colours): string {
  const parts = [
    `${outcomeWord(result, colours)}  ${colours.bold(result.name)}  ${result.reason}`,
    levels(result, colours),
    result.verdicts
      .map(({ outcome, sentence }) => `  ${verdictMark(outcome, colours)} ${sentence}`)
      .join("\n"),
    bullets(result.warnings, colours.yellow("!")),
    fileLines(result.command, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function outcomeWord({ outcome }: CapacityResult, colours: Colours): string {
  const word = colours.bold(words[outcome]);
  if (outcome === "found") return colours.green(word);
  return outcome === "none" || outcome === "fail" || outcome === "setup_failed"
    ? colours.red(word)
    : colours.yellow(word);
}

/** What a level came to, as a mark that tells without its colour. */
export function levelMark(outcome: CapacityLevel["outcome"], colours: Colours): string {
  if (outcome === "generator") return colours.yellow("!");
  return outcome === "met" ? colours.green("✓") : colours.red("✗");
}

function levels(result: CapacityResult, colours: Colours): string {
  if (result.levels.length === 0) return "";
  const conditions = result.levels.find(({ figures }) => figures.length > 0)?.figures ?? [];
  const rows = result.levels
    .toSorted((a, b) => a.ratePerSec - b.ratePerSec || a.level - b.level)
    .map((level) => [
      `${levelMark(level.outcome, colours)} ${formatRate(level.ratePerSec)}`,
      formatDuration(level.holdMs * 1000),
      formatRate(level.achievedPerSec),
      ...conditions.map((_, i) => {
        const figure = level.figures[i];
        return figure?.value === undefined ? "-" : formatMetric(figure.value, figure.unit);
      }),
      level.p50 === undefined ? "-" : formatDuration(level.p50),
      formatCount(level.failed),
      level.stage === "confirm" ? "confirmation" : "",
    ]);
  const head = ["rate", "held", "done", ...conditions.map(({ condition }) => condition), "p50", "errors", ""];
  return renderTable(
    head,
    head.slice(1, -1).map((_, i) => i + 1),
    rows,
    colours,
  );
}

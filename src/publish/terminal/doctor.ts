import { formatDuration, formatRatio } from "../../base/units.ts";
import type { BudgetEffect, DoctorResult, FindingLevel, NoiseFloor } from "../../measure/doctor-result.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import type { Colours } from "./symbols.ts";
import { renderTable } from "./table.ts";

/** What `dyno doctor` found, as text for a terminal: findings with the worst first, noise floors, and a closing sentence. */
export function renderDoctor(result: DoctorResult, colours: Colours): string {
  const parts = [
    troubles(result, colours),
    wellFound(result, colours),
    noise(result, colours),
    colours.bold(result.conclusion),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Each as a line that says what to do, whatever the width of the terminal. */
function troubles({ findings }: DoctorResult, colours: Colours): string {
  return findings
    .filter(({ level }) => level !== "ok")
    .map(({ name, level, value, sentence }) => `  ${mark(level, colours)} ${name}: ${value}. ${sentence}`)
    .join("\n");
}

function wellFound({ findings }: DoctorResult, colours: Colours): string {
  const rows = findings
    .filter(({ level }) => level === "ok")
    .map(({ name, value }) => [`${mark("ok", colours)} ${name}`, value]);
  return rows.length === 0 ? "" : renderTable(["all is well with", ""], 9, rows, colours);
}

function mark(level: FindingLevel, colours: Colours): string {
  switch (level) {
    case "ok":
      return colours.green("✓");
    case "note":
      return colours.dim("·");
    case "warn":
      return colours.yellow("!");
    case "bad":
      return colours.red("✗");
  }
}

function noise({ noise }: DoctorResult, colours: Colours): string {
  if (noise === undefined) return "";
  const { scenario, pairs, pairMs, floors } = noise;
  const budgets = floors[0]?.smallest.map(({ budgetMs }) => budgetMs) ?? [];
  const head = [
    "noise floor",
    "spread",
    ...budgets.map((budgetMs) => `seen in ${formatDuration(budgetMs * 1000)}`),
    "margin",
    "needs",
  ];
  const rows = floors.map((floor) => floorRow(floor, colours));
  const rests = `${pairs} pairs of equal processes on ${scenario}, ${formatDuration(pairMs * 1000)} each; what is seen is the smallest worsening shown in 95 % of cases`;
  return `${renderTable(head, 1, rows, colours)}\n  ${colours.dim(rests)}`;
}

function floorRow(floor: NoiseFloor, colours: Colours): string[] {
  const size = (value: number): string =>
    floor.scale === "ratio"
      ? formatRatio(Number(value.toPrecision(2)))
      : formatMetric(Number(value.toPrecision(2)), floor.unit);
  const seen = ({ effect }: BudgetEffect): string => (effect === undefined ? "too few pairs" : size(effect));
  const phase = floor.phase === undefined ? "" : colours.dim(` ${floor.phase}`);
  const needs = floor.budgetForMarginMs;
  return [
    `${floor.metric}${phase}${floor.judged ? "" : colours.dim(" (not judged)")}`,
    size(floor.spread),
    ...floor.smallest.map(seen),
    size(floor.margin),
    formatDuration(Number(needs.toPrecision(2)) * 1000),
  ];
}

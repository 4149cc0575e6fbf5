import { formatCount, formatDuration, formatRate } from "../../base/units.ts";
import type { ScalingLaw, SweepOutcome, SweepResult } from "../../measure/sweep.ts";
import { bullets, fileLines, type SummaryPaths } from "./blocks.ts";
import type { Colours } from "./symbols.ts";
import { renderTable } from "./table.ts";

const words: Readonly<Record<SweepOutcome, string>> = {
  measured: "MEASURED",
  fail: "FAIL",
  invalid: "INVALID",
  setup_failed: "SETUP FAILED",
  interrupted: "INTERRUPTED",
};

/** A sweep as text for a terminal: what it found, the levels, the law, the targets, and the files. */
export function renderSweepSummary(result: SweepResult, paths: SummaryPaths, colours: Colours): string {
  const word = colours.bold(words[result.outcome]);
  const isBad = result.outcome === "fail" || result.outcome === "setup_failed";
  const painted =
    result.outcome === "measured" ? colours.green(word) : isBad ? colours.red(word) : colours.yellow(word);
  const parts = [
    `${painted}  ${colours.bold(result.name)}  ${result.reason}`,
    levels(result, colours),
    result.law === undefined ? "" : law(result.law, colours),
    result.targets
      .map(({ text, metAt, sentence }) => {
        const mark = metAt.length > 0 ? colours.green("✓") : colours.red("✗");
        return `  ${mark} ${text}: ${sentence}`;
      })
      .join("\n"),
    bullets(result.warnings, colours.yellow("!")),
    fileLines(result.command, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function levels({ levels, law }: SweepResult, colours: Colours): string {
  if (levels.length === 0) return "";
  const rows = levels.map(({ clients, throughput, p50, p99, failed }) => [
    formatCount(clients),
    formatRate(throughput.estimate),
    `${formatRate(throughput.low)} to ${formatRate(throughput.high)}`,
    law === undefined ? "" : `${Math.round((100 * throughput.estimate) / (clients * law.lambda.estimate))} %`,
    p50 === undefined ? "-" : formatDuration(p50),
    p99 === undefined ? "-" : formatDuration(p99),
    formatCount(failed),
  ]);
  const head = ["clients", "throughput", "least to most", "efficiency", "p50", "p99", "errors"];
  return renderTable(head, 1, rows, colours);
}

function law({ lambda, sigma, kappa, r2 }: ScalingLaw, colours: Colours): string {
  const number = (value: number): string => String(Number(value.toPrecision(2)));
  const rows = [
    [
      "one client (lambda)",
      formatRate(lambda.estimate),
      `${formatRate(lambda.low)} to ${formatRate(lambda.high)}`,
    ],
    ["contention (sigma)", number(sigma.estimate), `${number(sigma.low)} to ${number(sigma.high)}`],
    ["coherency (kappa)", number(kappa.estimate), `${number(kappa.low)} to ${number(kappa.high)}`],
  ];
  return renderTable([`law of scalability, R² ${r2.toFixed(3)}`, "", "95 % interval"], 1, rows, colours);
}

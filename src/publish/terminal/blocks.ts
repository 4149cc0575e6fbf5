import type { CheckResult } from "../../measure/result.ts";
import type { Colours } from "./symbols.ts";

/** Where the files of a run lie, for the last lines of the summary. */
export interface SummaryPaths {
  readonly report?: string;
  readonly result?: string;
}

/** Each line behind a mark; empty where there are none. */
export function bullets(lines: readonly string[], mark: string): string {
  return indent(lines.map((line) => `${mark} ${line}`).join("\n"));
}

/** What a target found out about its own work. */
export function checkLines(checks: readonly CheckResult[], colours: Colours): string {
  const lines = checks.map(
    ({ ok, name, detail }) => `${ok ? colours.green("✓") : colours.red("✗")} ${name}: ${detail}`,
  );
  return indent(lines.join("\n"));
}

/** The last lines: where the files lie, the command that does this again, and `more`: a word and what it stands for. */
export function fileLines(
  command: string,
  { report, result }: SummaryPaths,
  colours: Colours,
  more: readonly (readonly [word: string, text: string])[] = [],
): string {
  const lines = [
    ...(report === undefined ? [] : [["report", report]]),
    ...(result === undefined ? [] : [["data", result]]),
    ["again", command],
    ...more,
  ];
  return indent(
    lines
      .map(([word = "", text = ""]) => `${colours.dim(word)}${" ".repeat(8 - word.length)}${text}`)
      .join("\n"),
  );
}

function indent(text: string): string {
  return text === "" ? "" : text.replace(/^/gm, "  ");
}

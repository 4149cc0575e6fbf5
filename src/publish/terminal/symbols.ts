import pc from "picocolors";
import type { RunOutcome, Verdict } from "../../measure/result.ts";

/** Colours for one output: all functions give the text back as it is where colour is off. */
export type Colours = ReturnType<typeof pc.createColors>;

/** Creates the colours for an output. */
export function createColours(enabled: boolean): Colours {
  return pc.createColors(enabled);
}

/** A verdict's mark and word; the mark alone tells, without colour. */
export function verdictMark(outcome: Verdict["outcome"], colours: Colours): string {
  if (outcome === "pass") return colours.green("✓");
  return outcome === "fail" ? colours.red("✗") : colours.yellow("?");
}

const outcomeWords: Readonly<Record<RunOutcome, string>> = {
  pass: "PASS",
  fail: "FAIL",
  inconclusive: "INCONCLUSIVE",
  invalid: "INVALID",
  setup_failed: "SETUP FAILED",
  interrupted: "INTERRUPTED",
};

/** The outcome of a run as a coloured word. */
export function outcomeWord(outcome: RunOutcome, colours: Colours): string {
  const word = colours.bold(outcomeWords[outcome]);
  if (outcome === "pass") return colours.green(word);
  return outcome === "fail" || outcome === "setup_failed" ? colours.red(word) : colours.yellow(word);
}

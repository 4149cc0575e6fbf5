import type { MetricVerdict } from "../../measure/comparison.ts";
import type { RunOutcome, Verdict } from "../../measure/result.ts";
import { type Html, trusted } from "./template.ts";

/** How an outcome looks: class, word, and an icon, so that colour alone never tells. */
export interface Look {
  readonly className: "v-pass" | "v-fail" | "v-doubt" | "v-none";
  readonly word: string;
  readonly icon: Html;
}

const svg = (inner: string): Html =>
  trusted(
    `<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">${inner}</svg>`,
  );

const tick = svg('<circle cx="8" cy="8" r="6.5"/><path d="m5 8.2 2.1 2.1L11 6"/>');
const cross = svg('<path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM6 6l4 4m0-4-4 4"/>');
const triangle = svg('<path d="M8 2 14.5 13.5h-13zM8 6.5v3.4m0 1.7v.3"/>');
const up = svg('<path d="M8 13.5v-11M3.5 7 8 2.5 12.5 7"/>');
const down = svg('<path d="M8 2.5v11M3.5 9 8 13.5 12.5 9"/>');
const equal = svg('<path d="M3 6h10M3 10h10"/>');
const scales = svg('<path d="M8 2v12M4.5 14h7M3 4h10M3 4 1 9.5h4zM13 4l-2 5.5h4z"/>');
const play = svg('<circle cx="8" cy="8" r="6.5"/><path d="m6.5 5 4.5 3-4.5 3z"/>');
const dash = svg('<circle cx="8" cy="8" r="6.5"/><path d="M5 8h6"/>');

/** The look of a run's outcome. */
export const outcomeLooks: Readonly<Record<RunOutcome, Look>> = {
  pass: { className: "v-pass", word: "Pass", icon: tick },
  fail: { className: "v-fail", word: "Fail", icon: cross },
  inconclusive: { className: "v-doubt", word: "Inconclusive", icon: triangle },
  invalid: { className: "v-doubt", word: "Invalid", icon: triangle },
  setup_failed: { className: "v-fail", word: "Set-up failed", icon: cross },
  interrupted: { className: "v-none", word: "Interrupted", icon: dash },
};

/** The look of a run that is under way. */
export const runningLook: Look = { className: "v-none", word: "Running", icon: play };

/** The look of a verdict; one that rests on nothing is apart. */
export function verdictLook({ outcome, measured }: Pick<Verdict, "outcome" | "measured">): Look {
  if (outcome === "inconclusive" && measured === undefined)
    return { className: "v-none", word: "Not measured", icon: dash };
  return outcomeLooks[outcome];
}

/** The look of an A/B comparison, which is not judged. */
export const comparedLook: Look = { className: "v-none", word: "Compared", icon: scales };

/** The look of what is known of a metric that is not judged. */
export const metricLooks: Readonly<Record<MetricVerdict, Look>> = {
  better: { className: "v-pass", word: "Better", icon: up },
  worse: { className: "v-fail", word: "Worse", icon: down },
  same: { className: "v-none", word: "Same", icon: equal },
  inconclusive: { className: "v-doubt", word: "Inconclusive", icon: triangle },
};

/** The look of a check. */
export function checkLook(ok: boolean): Look {
  return ok ? outcomeLooks.pass : outcomeLooks.fail;
}

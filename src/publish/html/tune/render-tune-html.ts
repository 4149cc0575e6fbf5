import { formatDuration } from "../../../base/units.ts";
import type { TuneResult } from "../../../measure/tuning.ts";
import { configText, settingText, shareText } from "../../tuned-words.ts";
import { type CsvTable, type PageData, renderPage } from "../page.ts";
import { headOf, reasonOf, type Tallied } from "../sections/head.ts";
import { environment, reproduce } from "../sections/reproduce.ts";
import { type Html, html } from "../template.ts";
import { claimOf } from "./claim.ts";
import { configTable } from "./config-table.ts";
import { convergence } from "./convergence.ts";
import { tuneLooks } from "./looks.ts";
import { paramPaths } from "./param-paths.ts";
import { proof } from "./proof.ts";
import { type SearchTime, timeOfSearch } from "./search-time.ts";
import { sensitivity } from "./sensitivity.ts";
import { multipleText } from "./share-axis.ts";
import { tuneTargets } from "./targets.ts";
import { roleName } from "./trial-marks.ts";
import { trialsTable } from "./trials-table.ts";
import { tuneTiles } from "./tune-tiles.ts";

/**
 * The report of a tuning as one HTML file, in the manner of a run's report: no network, readable without JavaScript, on
 * paper and on a phone. What is claimed rests on the proof alone. The same result gives the same bytes.
 */
export function renderTuneHtml(result: TuneResult): string {
  const time = timeOfSearch(result);
  const further = [
    {
      does: "The same decisions again from the journal, or on from where it broke off:",
      command: result.resumeCommand,
    },
  ];
  return renderPage({
    title: `${tuneLooks[result.outcome].word.toLowerCase()} · ${result.name} · tuning`,
    dynoVersion: result.environment.dynoVersion,
    schemaVersion: result.schemaVersion,
    links: [
      ["configuration", "Configuration"],
      ["proof", "Proof"],
      ["search", "Search"],
      ["paths", "Parameters"],
      ["sensitivity", "What matters"],
      ["targets", "Targets"],
      ["trials", "Trials"],
      ["reproduce", "Reproduce"],
      ["environment", "Environment"],
    ],
    sections: html`${head(result)}${reason(result)}${tuneTiles(result)}${configTable(result)}${proof(result)}${convergence(result, time)}${paramPaths(result, time)}${sensitivity(result)}${tuneTargets(result)}${trialsTable(result)}${reproduce(result.command, [result.scenario], further)}${environment(result.environment, [["Seed", String(result.seed)]])}`,
    data: embedded(result, time),
  });
}

function head(result: TuneResult): Html {
  const { algorithm, objective, budgetMs, budgetTrials, name } = result;
  const budget = budgetMs === undefined ? `${budgetTrials ?? 0} trials` : formatDuration(budgetMs * 1000);
  return headOf({
    ...result,
    look: tuneLooks[result.outcome],
    title: `Tuning · ${name}`,
    facts: [
      html`<span>to <b>${objective}</b></span>`,
      html`<span><b>${algorithm}</b> search</span>`,
      html`<span>budget <b>${budget}</b></span>`,
      html`<span>seed <b>${result.seed}</b></span>`,
    ],
    tally: tallyOf(result),
  });
}

/** What the trials of the search came to. */
function tallyOf({ trials }: TuneResult): readonly Tallied[] {
  const failed = trials.filter(({ share }) => share === undefined).length;
  const missed = trials.filter(({ share, missed }) => share !== undefined && missed.length > 0).length;
  return [
    { className: "v-fail", word: "did not work", count: failed },
    { className: "v-doubt", word: "missed a target", count: missed },
    { className: "v-pass", word: "trials worked", count: trials.length - failed - missed },
  ];
}

function reason(result: TuneResult): Html {
  return reasonOf({
    look: tuneLooks[result.outcome],
    reason: result.reason,
    why: result.scenario.why,
    invalid: [],
    warnings: result.warnings,
    claim: claimLine(result),
  });
}

/** Large: what is proven, and by what; or that nothing is. */
function claimLine(result: TuneResult): Html | undefined {
  const { outcome, params, chosen, proofs } = result;
  const last = proofs.at(-1);
  const claim = last && claimOf(result, last);
  if (outcome === "proven" && claim !== undefined) {
    return html`<p class="claim"><b>Proven: at least ${claim.atLeast} ${claim.direction}</b><span>${claim.name}, by ${configText(params, chosen)}</span></p>`;
  }
  if (outcome === "invalid" || outcome === "setup_failed") return undefined;
  return html`<p class="claim"><b>Kept: nothing better was proven</b><span>the configuration stays as it is</span></p>`;
}

/** What the crosshair shows at each block of the search, and the result for download. */
function embedded(result: TuneResult, { blocks }: SearchTime): PageData {
  const { params, steps } = result;
  const arms = Math.max(0, ...blocks.map(({ trials }) => trials.length));
  const numbers = Array.from({ length: arms }, (_, i) => i);
  const rows = blocks.map(({ block, fromMs, toMs, trials }) => {
    const step = steps.find((one) => one.block === block);
    const tried = numbers.map((i) => {
      const trial = trials[i]?.trial;
      if (trial === undefined) return "";
      const share = trial.share === undefined ? "did not work" : multipleText(trial.share);
      return `${share}  ${roleName(trial.role)}${trial.missed.length > 0 ? ", misses a target" : ""}`;
    });
    const best = params.map((param) =>
      step === undefined ? "" : settingText(param, step.incumbent[param.name] ?? param.default),
    );
    return [
      (fromMs + toMs) / 2,
      `${block}, until ${formatDuration(toMs * 1000)}`,
      ...tried,
      step === undefined ? "" : shareText(step.share),
      ...best,
    ];
  });
  const heads = [
    "block",
    ...numbers.map((i) => `arm ${i + 1}`),
    "best then",
    ...params.map(({ name }) => `  ${name}`),
  ];
  return { name: `tuning-${result.name}`, heads, rows, result, csv: trialsCsv(result) };
}

function trialsCsv({ trials, params }: TuneResult): CsvTable {
  const rows = trials.map(({ trial, block, atMs, role, share = "", missed, failure = "", config }) => [
    ...[trial, block, Math.round(atMs), role, share, missed.join("; "), failure],
    ...params.map((param) => String(config[param.name] ?? param.default)),
  ]);
  const heads = ["trial", "block", "at_ms", "role", "share", "missed", "failure"];
  return { heads: [...heads, ...params.map(({ name }) => name)], rows };
}

import { shellWords } from "../../base/shell-words.ts";
import { formatDuration } from "../../base/units.ts";
import { countOfPairs } from "../../measure/comparison-wording.ts";
import { metricShare, objectiveName } from "../../measure/objective-change.ts";
import type { TuneOutcome, TuneProof, TuneResult, TuneSensitivity } from "../../measure/tuning.ts";
import { metricsTable } from "../comparison/terminal.ts";
import { changedParams, configText, settingText, shareChange, shareText, stepText } from "../tuned-words.ts";
import { bullets, fileLines, type SummaryPaths } from "./blocks.ts";
import type { Colours } from "./symbols.ts";
import { renderTable } from "./table.ts";

/** Where the files of a tuning lie. */
export interface TunePaths extends SummaryPaths {
  /** The settings to use, where they were proven. */
  readonly tuned?: string;
}

/** A tuning as text for a terminal: the claim first, then what changed, what proves it, what matters, and the files. */
export function renderTuneSummary(result: TuneResult, paths: TunePaths, colours: Colours): string {
  const parts = [
    `${outcomeWord(result.outcome, colours)}  ${colours.bold(result.name)}  ${result.reason}`,
    settings(result, colours),
    ...result.proofs.map((proof) => proofPart(proof, result, colours)),
    sensitivities(result, colours),
    bullets(effort(result), colours.dim("·")),
    bullets(result.warnings, colours.yellow("!")),
    files(result, paths, colours),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const words: Readonly<Record<TuneOutcome, string>> = {
  proven: "PROVEN",
  kept: "KEPT",
  invalid: "INVALID",
  setup_failed: "SETUP FAILED",
  interrupted: "INTERRUPTED",
};

function outcomeWord(outcome: TuneOutcome, colours: Colours): string {
  const word = colours.bold(words[outcome]);
  if (outcome === "proven") return colours.green(word);
  return outcome === "setup_failed" ? colours.red(word) : colours.yellow(word);
}

/** What changes; where the default is kept, the best that the search saw. */
function settings(result: TuneResult, colours: Colours): string {
  const { params, chosen } = result;
  const changed = changedParams(params, chosen);
  if (changed.length === 0) return bullets(bestOfSearch(result), colours.dim("·"));
  const rows = changed.map(({ param, value }) => [
    param.name,
    settingText(param, param.default),
    colours.bold(settingText(param, value)),
    rangeText(param),
    param.path,
  ]);
  const table = renderTable(["setting", "default", "chosen", "searched", "where"], [1, 2], rows, colours);
  const same = params.filter(({ name }) => !changed.some(({ param }) => param.name === name));
  if (same.length === 0) return table;
  return `${table}\n  ${colours.dim(`as by default: ${same.map(({ name }) => name).join(", ")}`)}`;
}

function rangeText(param: TuneResult["params"][number]): string {
  const { min, max, values } = param;
  if (values !== undefined) return values.join(", ");
  return min === undefined || max === undefined ? "" : `${settingText({}, min)} to ${settingText({}, max)}`;
}

function bestOfSearch({ params, steps, objectiveTerms }: TuneResult): string[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  if (changedParams(params, last.incumbent).length === 0)
    return ["Nothing in the search looked better than the default."];
  return [
    `The best of the search: ${configText(params, last.incumbent)}, ${objectiveName(objectiveTerms)} ${shareText(metricShare(objectiveTerms, last.share))}; that is biased, since it was searched for, and proves nothing.`,
  ];
}

/** A candidate against the default: its sentence, targets and metrics. */
function proofPart(proof: TuneProof, result: TuneResult, colours: Colours): string {
  const { outcome, config, targets, comparison, pairs, sentence } = proof;
  const isProven = outcome === "proven";
  const mark = isProven ? colours.green("✓") : colours.yellow("✗");
  const what = isProven ? "proven" : "not proven";
  const told = result.reason.includes(sentence) ? "" : `: ${sentence}`;
  // Of what is proven the table above tells.
  const which = isProven ? "" : `, ${configText(result.params, config)}`;
  const title = `  ${mark} ${what} in ${countOfPairs(pairs)} that the search has not seen${which}${told}`;
  const targetLines = targets.map(
    (target) => `    ${targetMark(target.outcome, colours)} ${target.text}  ${target.sentence}`,
  );
  const table = comparison === undefined ? "" : metricsTable(comparison, colours);
  return [title, ...targetLines, table].filter((line) => line !== "").join("\n");
}

function targetMark(outcome: TuneProof["targets"][number]["outcome"], colours: Colours): string {
  if (outcome === "met") return colours.green("✓");
  return outcome === "missed" ? colours.red("✗") : colours.yellow("?");
}

function sensitivities(result: TuneResult, colours: Colours): string {
  if (result.sensitivities.length === 0) return "";
  const incumbent = result.steps.at(-1)?.incumbent;
  const size = ({ matters, factor }: TuneSensitivity): number =>
    matters ? Math.abs(Math.log(factor.estimate)) : -1;
  const rows = result.sensitivities
    .toSorted((a, b) => size(b) - size(a))
    .map((one) => {
      const { change, interval } = shareChange(metricShare(result.objectiveTerms, one.factor));
      return [
        one.param,
        one.matters ? coloured(one, change, colours) : colours.dim("no effect"),
        colours.dim(interval),
        stepText(one, incumbent),
      ];
    });
  const head = ["what matters", objectiveName(result.objectiveTerms), "interval", ""];
  const of = colours.dim("at the best configuration of the search, by its model");
  return `${renderTable(head, [1, 2], rows, colours)}\n  ${of}`;
}

function coloured({ factor }: TuneSensitivity, text: string, colours: Colours): string {
  return factor.estimate < 1 ? colours.green(text) : colours.yellow(text);
}

function effort({ objective, algorithm, trials, proofs, spent, stopped, seed }: TuneResult): string[] {
  if (trials.length === 0) return [];
  const pairs = proofs.reduce((sum, proof) => sum + proof.pairs, 0);
  const time = (ms: number): string => formatDuration(ms * 1000);
  return [
    `To ${objective}: ${trials.length} trials by ${algorithm} search in ${time(spent.searchMs)}, ${countOfPairs(pairs)} of proof in ${time(spent.proofMs)}; the optimizer itself took ${time(spent.optimizerMs)}. Seed ${seed}.`,
    `The search ended: ${stopped}.`,
  ];
}

function files(result: TuneResult, { tuned, ...paths }: TunePaths, colours: Colours): string {
  const more: readonly (readonly [string, string])[] = [
    ...(tuned === undefined || result.outcome !== "proven"
      ? []
      : ([
          ["tuned", tuned],
          ["use", shellWords(["npx", "dyno", "run", result.scenario.file, "--config", tuned])],
        ] as const)),
    [result.outcome === "interrupted" ? "resume" : "replay", result.resumeCommand],
  ];
  return fileLines(result.command, paths, colours, more);
}

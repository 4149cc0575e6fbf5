import { createLogUpdate } from "log-update";
import { formatDuration } from "../../base/units.ts";
import { changeText, countOfPairs } from "../../measure/comparison-wording.ts";
import { metricShare, objectiveExponent } from "../../measure/objective-change.ts";
import type { ShareEstimate, TunedTerm, TuneProgress, TuneSlope, TuneTrial } from "../../measure/tuning.ts";
import { configText, isClear, type ShownParam, shareText } from "../tuned-words.ts";
import { fitLine, foldParts, type Segment } from "./fit-line.ts";
import { streamOf } from "./live-view.ts";
import type { Output } from "./output.ts";
import type { Colours } from "./symbols.ts";

/** Shows a tuning while it goes on. */
export interface TuneView {
  show(progress: TuneProgress): void;
  /** Writes a line that stays. */
  note(text: string): void;
  /** Leaves the terminal as a person wants to find it. */
  close(): void;
}

/** What to show a tuning on. */
export interface TuneViewOptions {
  readonly output: Output;
  readonly colours: Colours;
  readonly name: string;
  /** In words: `minimise p50 in steady`. */
  readonly objective: string;
  /** Changes are shown of its one metric; of a product, of that. */
  readonly terms: readonly TunedTerm[];
  readonly params: readonly ShownParam[];
  /** Repaints one block in place; otherwise plain lines are written: at the beginning of a stage, and one in ten seconds. */
  readonly block: boolean;
}

const lineEveryMs = 10_000;
const barColumns = 30;

/** Creates the view. */
export function createTuneView(options: TuneViewOptions): TuneView {
  return options.block ? createBlock(options) : createLines(options);
}

function createLines(options: TuneViewOptions): TuneView {
  const { output, name, params } = options;
  let shownAtMs = 0;
  let stage: TuneProgress["stage"] = "search";
  let candidate = "";
  const note = (text: string): void => output.write(`${name}: ${text}\n`);
  return {
    note,
    show: (progress) => {
      const tried = progress.proof === undefined ? "" : configText(params, progress.proof.config);
      const isNew = progress.stage !== stage || tried !== candidate;
      if (!isNew && progress.spentMs - shownAtMs < lineEveryMs) return;
      [shownAtMs, stage, candidate] = [progress.spentMs, progress.stage, tried];
      const left = progress.leftMs === undefined ? "" : `, ${leftText(progress.leftMs)}`;
      note(
        `${progress.stage === "proof" ? proofText(progress, options) : searchText(progress, options)}${left}`,
      );
    },
    close: () => undefined,
  };
}

function searchText({ trials, spentMs, step }: TuneProgress, { params, terms }: TuneViewOptions): string {
  const best =
    step === undefined
      ? ""
      : `, best ${shareText(metricShare(terms, step.share))} with ${configText(params, step.incumbent)}`;
  return `${trials} trials in ${formatDuration(spentMs * 1000)}${best}`;
}

function proofText({ proof }: TuneProgress, { params, terms }: TuneViewOptions): string {
  if (proof === undefined) return "the proof begins";
  return `proof of ${configText(params, proof.config)}: ${countOfPairs(proof.pairs)}${proof.pairs === 0 ? "" : `, ${claimText(proof.share, terms)}`}`;
}

/** What a proof could claim now. */
function claimText(share: ShareEstimate, terms: readonly TunedTerm[]): string {
  const claim = share.high < 1 ? `at least ${changeOf(share.high, terms)}` : "nothing is shown yet";
  return `${shareText(metricShare(terms, share))}, ${claim}`;
}

/** One share of the objective as a change of what is measured. */
function changeOf(share: number, terms: readonly TunedTerm[]): string {
  return changeText({ scale: "ratio" }, share ** (1 / objectiveExponent(terms)));
}

function leftText(leftMs: number): string {
  return `about ${formatDuration(leftMs * 1000)} left`;
}

function createBlock(options: TuneViewOptions): TuneView {
  const update = createLogUpdate(streamOf(options.output));
  let noted = "";
  let last: TuneProgress | undefined;
  const paint = (): void => {
    const lines = last === undefined ? [headLine(options, "", noted)] : blockLines(last, options, noted);
    const { columns } = options.output;
    update(lines.map((line) => fitLine(line, columns)).join("\n"));
  };
  return {
    note: (text) => {
      noted = text;
      paint();
    },
    show: (progress) => {
      last = progress;
      paint();
    },
    close: () => {
      update.clear();
      update.done();
    },
  };
}

type Line = readonly Segment[];

function headLine({ name, objective, colours }: TuneViewOptions, stage: string, noted: string): Line {
  const rest = [stage, objective, noted].filter((part) => part !== "").join("  ");
  return [[name, colours.bold], [`  ${rest}`]];
}

function blockLines(progress: TuneProgress, options: TuneViewOptions, noted: string): readonly Line[] {
  const { stage, trials, proof } = progress;
  const doing = stage === "proof" ? `proof, ${countOfPairs(proof?.pairs ?? 0)}` : `search, trial ${trials}`;
  return [
    headLine(options, doing, noted),
    barLine(progress, options),
    ...(stage === "proof" ? proofLines(progress, options) : searchLines(progress, options)),
  ];
}

function barLine({ spentMs, leftMs }: TuneProgress, { colours }: TuneViewOptions): Line {
  const spent = `${formatDuration(spentMs * 1000)} spent`;
  if (leftMs === undefined) return [[spent]];
  const full = Math.round((spentMs / Math.max(1, spentMs + leftMs)) * barColumns);
  return [
    ["━".repeat(full), colours.cyan],
    ["━".repeat(barColumns - full), colours.dim],
    [` ${spent}, ${leftText(leftMs)}`],
  ];
}

function searchLines(
  { latest, step }: TuneProgress,
  { params, terms, colours, output }: TuneViewOptions,
): readonly Line[] {
  const tried = latest.map((trial): Line => {
    const [text, paint] = trialText(trial, terms, colours);
    return [
      [`${trial.role.padEnd(8)} `, colours.dim],
      [text.padEnd(11), paint],
      [configText(params, trial.config)],
    ];
  });
  if (step === undefined) return tried;
  return [
    ...tried,
    [
      ["best     ", colours.bold],
      [`${shareText(metricShare(terms, step.share))}  ${configText(params, step.incumbent)}`],
    ],
    ...slopeLines(step.slopes, terms, output.columns, colours),
  ];
}

function trialText(
  { share, missed, failure }: TuneTrial,
  terms: readonly TunedTerm[],
  colours: Colours,
): Segment {
  if (failure !== undefined || share === undefined) return ["failed", colours.red];
  const change = changeOf(share, terms);
  return missed.length > 0 ? [`${change} ✗`, colours.yellow] : [change];
}

/** Where the model would turn each parameter to make the objective better; those without a clear slope in the end. */
function slopeLines(
  slopes: readonly TuneSlope[],
  terms: readonly TunedTerm[],
  columns: number,
  colours: Colours,
): readonly Line[] {
  if (slopes.length === 0) return [];
  const clear = slopes
    .filter(isClear)
    .map(
      (slope): Line => [
        [`${slope.param} `],
        [arrowOf(slope), colours.cyan],
        [` ${changeOf(slope.factor.estimate, terms)}  `],
      ],
    );
  const flat = slopes
    .filter((slope) => !isClear(slope))
    .map(({ param }): Line => [[`${param} ·  `, colours.dim]]);
  const [first = [], ...others] = [...clear, ...flat];
  return foldParts([[["slopes   ", colours.dim], ...first], ...others], columns, 9);
}

/** Up: more of it is better. The more arrows, the steeper: up to 5 %, up to 15 %, and more for its step. */
function arrowOf({ per, factor }: TuneSlope): string {
  if (per === "best other value") return factor.estimate < 1 ? "⇄" : "=";
  const size = Math.abs(Math.log(factor.estimate));
  const count = size < Math.log(1.05) ? 1 : size < Math.log(1.15) ? 2 : 3;
  return (factor.estimate < 1 ? "↑" : "↓").repeat(count);
}

function proofLines({ proof }: TuneProgress, { params, terms, colours }: TuneViewOptions): readonly Line[] {
  if (proof === undefined) return [];
  const { config, pairs, share } = proof;
  const isShown = pairs > 0 && share.high < 1;
  return [
    [["proving  ", colours.bold], [configText(params, config)]],
    [
      ["so far   ", colours.dim],
      [pairs === 0 ? "no pair yet" : claimText(share, terms), isShown ? colours.green : undefined],
    ],
  ];
}

import { createLogUpdate } from "log-update";
import { formatDuration } from "../../base/units.ts";
import { streamOf } from "./live-view.ts";
import type { Output } from "./output.ts";
import type { Colours } from "./symbols.ts";

/** How far a comparison has come. */
export interface PairsState {
  readonly pairs: number;
  readonly planned: number;
  readonly elapsedMs: number;
  readonly budgetMs: number;
  /** What is known so far, in words; empty before the first look. */
  readonly findings: string;
}

/** Shows a comparison while it goes on. */
export interface PairsView {
  show(state: PairsState): void;
  /** Writes a line that stays. */
  note(text: string): void;
  /** Leaves the terminal as a person wants to find it. */
  close(): void;
}

/** What to show a comparison on. */
export interface PairsViewOptions {
  readonly output: Output;
  readonly colours: Colours;
  readonly name: string;
  /** What is counted. `pair` unless told. */
  readonly unit?: "pair" | "block";
  /** Repaints one block in place; otherwise plain lines are written, one in ten seconds. */
  readonly block: boolean;
}

const lineEveryMs = 10_000;
const barColumns = 30;

/** Creates the view. */
export function createPairsView(options: PairsViewOptions): PairsView {
  return options.block ? createBlock(options) : createLines(options);
}

function createLines({ output, name, unit = "pair" }: PairsViewOptions): PairsView {
  let shownAtMs = 0;
  const note = (text: string): void => output.write(`${name}: ${text}\n`);
  return {
    note,
    show: (state) => {
      if (state.elapsedMs - shownAtMs < lineEveryMs) return;
      shownAtMs = state.elapsedMs;
      const findings = state.findings === "" ? "" : `, ${state.findings}`;
      note(`${state.pairs} ${unit}s in ${formatDuration(state.elapsedMs * 1000)}${findings}`);
    },
    close: () => undefined,
  };
}

function createBlock({ output, colours, name, unit = "pair" }: PairsViewOptions): PairsView {
  const update = createLogUpdate(streamOf(output));
  const notes: string[] = [];
  let last: PairsState | undefined;
  const paint = (): void => {
    const bar =
      last === undefined ? colours.dim(`starting the first ${unit}`) : progressBar(last, unit, colours);
    const lines = [`${colours.bold(name)}  ${notes.at(-1) ?? ""}`, bar, last?.findings ?? ""];
    update(lines.filter((line) => line !== "").join("\n"));
  };
  return {
    note: (text) => {
      notes.push(text);
      paint();
    },
    show: (state) => {
      last = state;
      paint();
    },
    close: () => {
      update.clear();
      update.done();
    },
  };
}

function progressBar(
  { pairs, planned, elapsedMs, budgetMs }: PairsState,
  unit: string,
  colours: Colours,
): string {
  const full = Math.round(Math.min(1, elapsedMs / budgetMs) * barColumns);
  const bar = colours.cyan("━".repeat(full)) + colours.dim("━".repeat(barColumns - full));
  return `${bar} ${unit} ${pairs} of at most ${planned}, ${formatDuration(elapsedMs * 1000)} of ${formatDuration(budgetMs * 1000)}`;
}

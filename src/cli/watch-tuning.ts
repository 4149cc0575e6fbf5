import type { TunedTerm, TuneProgress } from "../measure/tuning.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { createTuneView, type TuneView } from "../publish/terminal/tune-view.ts";
import type { ShownParam } from "../publish/tuned-words.ts";
import { wantsColour } from "./colour.ts";
import type { Io } from "./io.ts";
import { wantsLiveBlock } from "./live-block.ts";

/** What is watched. */
export interface WatchTuningOptions {
  /** What progress lines begin with. */
  readonly title: string;
  /** In words: `minimise p50 in steady`. */
  readonly objective: string;
  readonly terms: readonly TunedTerm[];
  readonly params: readonly ShownParam[];
  readonly progress: boolean;
}

/** Hears of a tuning and shows it. */
export interface TuningWatch {
  readonly onService: (text: string) => void;
  readonly onProgress: (progress: TuneProgress) => void;
  readonly close: () => void;
}

/** Shows how far a tuning has come. */
export function watchTuning(options: WatchTuningOptions, io: Io): TuningWatch {
  const view = options.progress ? openView(options, io) : undefined;
  return {
    onService: (text) => view?.note(text),
    onProgress: (progress) => view?.show(progress),
    close: () => view?.close(),
  };
}

function openView({ title, objective, terms, params }: WatchTuningOptions, io: Io): TuneView {
  return createTuneView({
    output: io.stderr,
    colours: createColours(wantsColour(io.stderr, io.env)),
    name: title,
    objective,
    terms,
    params,
    block: wantsLiveBlock(io),
  });
}

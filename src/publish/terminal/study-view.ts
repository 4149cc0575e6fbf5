import { formatRate } from "../../base/units.ts";
import type { ProgressEvent } from "../../drive/progress.ts";
import type { CapacityLevel } from "../../measure/capacity.ts";
import { levelMark } from "./capacity.ts";
import { createLiveView, type LiveView, type LiveViewOptions } from "./live-view.ts";

/** Shows a study while it goes on: the trial under way as that of a run, and a line that stays for each level or round. */
export interface StudyView extends LiveView {
  level(level: CapacityLevel): void;
  /** From 0. */
  round(round: number, of: number): void;
}

/** Creates the view. */
export function createStudyView(options: LiveViewOptions): StudyView {
  const { output, colours, name } = options;
  let view: LiveView | undefined;
  const note = (text: string): void => {
    // The block is painted anew below the line.
    view?.close();
    view = undefined;
    output.write(`${name}: ${text}\n`);
  };
  return {
    show: (event: ProgressEvent) => {
      if (!options.block && event.type !== "service") return;
      view ??= createLiveView(options);
      view.show(event);
    },
    level: ({ stage, ratePerSec, outcome, reason, after }) => {
      const range = after && ` (between ${formatRate(after.low)} and ${formatRate(after.high)})`;
      note(`${levelMark(outcome, colours)} ${stage} ${formatRate(ratePerSec)}: ${reason}${range ?? ""}`);
    },
    round: (round, of) => note(`round ${round + 1} of ${of}`),
    close: () => view?.close(),
  };
}

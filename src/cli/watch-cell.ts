import type { ProgressEvent } from "../drive/progress.ts";
import { createLiveView } from "../publish/terminal/live-view.ts";
import { createColours } from "../publish/terminal/symbols.ts";
import { wantsColour } from "./colour.ts";
import type { Io } from "./io.ts";
import { wantsLiveBlock } from "./live-block.ts";

/** Shows one turn of one cell of a matrix while it goes on. */
export interface CellWatch {
  show(event: ProgressEvent): void;
  close(): void;
}

/** A block that is repainted for a terminal; else one line, since there may be hundreds of turns. */
export function watchCell(title: string, io: Io): CellWatch {
  if (!wantsLiveBlock(io)) {
    io.stderr.write(`${title}\n`);
    return { show: () => undefined, close: () => undefined };
  }
  return createLiveView({
    output: io.stderr,
    colours: createColours(wantsColour(io.stderr, io.env)),
    name: title,
    block: true,
  });
}

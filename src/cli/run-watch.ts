import type { ProgressEvent } from "../drive/progress.ts";
import type { AnyResult } from "../serve/run-desk.ts";

/** Whoever looks on while something runs. */
export interface RunWatch {
  onEvent(event: ProgressEvent): void;
  /** Its outputs are in this folder, as far as they could be written. */
  onResult(result: AnyResult, dir: string): void;
}

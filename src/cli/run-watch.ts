import type { ProgressEvent } from "../drive/progress.ts";
import type { AnyResult } from "../serve/run-desk.ts";

/** Whoever looks on while something runs. */
export interface RunWatch {
  onEvent(event: ProgressEvent): void;
  /** Every output was written into this folder. */
  onResult(result: AnyResult, dir: string): void;
}

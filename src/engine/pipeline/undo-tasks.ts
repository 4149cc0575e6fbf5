import type { FoldedRun } from "./fold-run.ts";
import type { Step } from "./pipeline.ts";
import { slotName } from "./run-record.ts";
import { createTask, type Task } from "./task.ts";

/** The compensations of a run that failed: of the last step that succeeded first; those already made are left out. */
export function undoTasks(
  { runId }: { readonly runId: string },
  succeeded: readonly Step[],
  past: FoldedRun | undefined,
): Task[] {
  return succeeded.toReversed().flatMap((step) =>
    step.compensate.flatMap((call, undo) => {
      const slot = { step: step.id, undo };
      const known = past?.steps.get(step.id)?.tasks.get(slotName(slot));
      if (known?.result !== undefined) return [];
      return [createTask(runId, step, { slot, call, item: undefined }, known)];
    }),
  );
}

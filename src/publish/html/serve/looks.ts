import type { LiveRun } from "../../../measure/live-run.ts";
import { type Look, outcomeLooks, runningLook } from "../icons.ts";
import { tuneLooks } from "../tune/looks.ts";

/** The look of what anything came to; of an outcome that is not known here, by its exit code. */
export function lookOf(outcome: string, exitCode: number): Look {
  const known: Readonly<Record<string, Look>> = { ...outcomeLooks, ...tuneLooks };
  const look = known[outcome];
  if (look !== undefined) return look;
  const word = outcome.slice(0, 1).toUpperCase() + outcome.slice(1).replaceAll("_", " ");
  if (exitCode === 0) return { ...outcomeLooks.pass, word };
  return { ...(exitCode === 3 ? outcomeLooks.inconclusive : outcomeLooks.fail), word };
}

/** The look of a run: what it does, or what it came to. */
export function runLook({ state, end }: LiveRun): Look {
  if (end !== undefined)
    return end.outcome === "error"
      ? { ...outcomeLooks.fail, word: "Not run" }
      : lookOf(end.outcome, end.exitCode);
  return state === "cancelling" ? { ...runningLook, word: "Ending" } : runningLook;
}

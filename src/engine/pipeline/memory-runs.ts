import { DynoError } from "../../base/errors.ts";
import type { Pipeline } from "./pipeline.ts";
import type { PipelineTable } from "./pipeline-table.ts";
import { PipelineRun } from "./run.ts";
import type { ChildRun, Journal, PipelineResult, RunHost } from "./run-host.ts";
import type { RunInput, RunRecord } from "./run-record.ts";

/** Makes runs whose records are kept in memory and come with their results. */
export function createMemoryRuns(
  host: Omit<RunHost, "callPipeline">,
  table: PipelineTable,
): (pipeline: Pipeline, input: RunInput, signal: AbortSignal | undefined) => Promise<PipelineResult> {
  const start = (pipeline: Pipeline, runId: string, input: RunInput): ChildRun => {
    const kept: RunRecord[] = [];
    const run = new PipelineRun({
      host: whole,
      journal: journalInto(kept),
      pipeline,
      runId,
      input,
      past: undefined,
      kept,
    });
    run.start();
    return run;
  };
  const whole: RunHost = {
    ...host,
    callPipeline: (name, runId, input) => {
      const pipeline = table.current(name);
      // All calls have been checked.
      if (pipeline === undefined) throw new DynoError("internal", `there is no pipeline ${name}`);
      return start(pipeline, runId, input);
    },
  };
  return (pipeline, input, signal) => {
    const run = start(pipeline, `${pipeline.name}-${input.id}`, input);
    return signal === undefined ? run.result : cancelledBy(run, signal);
  };
}

function journalInto(kept: RunRecord[]): Journal {
  return {
    append: (_, records) => {
      for (const record of records) kept.push(record);
      return undefined;
    },
  };
}

async function cancelledBy(run: ChildRun, signal: AbortSignal): Promise<PipelineResult> {
  const cancel = (): void => run.cancel(String(signal.reason));
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await run.result;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
